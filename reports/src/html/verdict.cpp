// The top of the page: what was found, and whether the instrument can be believed.
#include <algorithm>

#include "html/page.h"
#include "text.h"

namespace plumbline::render::page {
namespace {

using history::Generator;
using history::Outcome;
using history::RunResult;

std::string_view verdict_class(const RunResult& result) {
  if (result.generator == Generator::invalid || result.outcome == Outcome::unknown) {
    return "doubt";
  }
  return result.outcome == Outcome::pass ? "good" : "bad";
}

std::string fact(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : "<div><dt>" + std::string(name) + "</dt><dd>" + value + "</dd></div>";
}

// Shortest list of what broke: every kind with its first examples, then the gates that were not met.
std::string broken(const RunResult& result) {
  constexpr std::size_t kExamples = 3;
  std::string items;
  for (const AnomalyRow& row : anomalies_of(result)) {
    if (!row.fatal) {
      continue;
    }
    items += "<li><b>" + html(row.name) + "</b> <span class=\"times\">" + count_text(row.count) + "\u00D7</span> " +
             html(row.sentence);
    std::string examples;
    for (std::size_t i = 0; i < row.examples.size() && i < kExamples; ++i) {
      const history::AnomalyExample& example = *row.examples[i];
      examples += "<li>" + (example.message_id.empty() ? "" : "<code>" + html(example.message_id) + "</code> ") +
                  html(example.text) + neighbours_of(example) + "</li>";
    }
    items += (examples.empty() ? "" : "<ul>" + examples + "</ul>") + "</li>\n";
  }
  for (const history::GateResult& gate : result.gates) {
    if (gate.outcome == Outcome::fail && result.generator != Generator::invalid) {
      items += "<li><b>" + html(gate.name) + "</b> is " + html(gate.value) + ", asked for " + html(gate.bound) +
               (gate.note.empty() ? "" : " <span class=\"note\">" + html(gate.note) + "</span>") + "</li>\n";
    }
  }
  for (const history::ClauseResult& clause : result.clauses) {
    if (mark_of(clause.verdict) == ClauseMark::fail) {
      items += "<li><a href=\"#" + html(clause.id) + "\"><b>" + html(clause.id) + "</b></a> " + html(clause.title) +
               "</li>\n";
    }
  }
  return items.empty() ? items : "<h2>What broke</h2>\n<ul class=\"broken\">\n" + items + "</ul>\n";
}

std::string invalid(const RunResult& result) {
  if (result.generator != Generator::invalid) {
    return {};
  }
  std::string items;
  for (const std::string& reason : result.generator_reasons) {
    items += "<li>" + html(reason) + "</li>\n";
  }
  return "<h2>The generator reached its own limit</h2>\n<ul class=\"broken\">\n" + items +
         "</ul>\n<p>What to change: offer less, give the generator a processor core of its own, or quiet the machine; "
         "then run it again. The numbers below are shown for finding the cause; none of them was judged.</p>\n";
}

// Neighbouring seconds with the same finding: an hour costs a few elements.
struct Stretch {
  std::size_t seconds;
  double from, to;
  bool flagged;
  std::string_view reason;
};

std::vector<Stretch> stretches(const RunResult& result) {
  std::vector<Stretch> found;
  for (const history::Second& second : result.seconds) {
    if (!found.empty() && found.back().flagged == second.flagged && found.back().reason == second.flag_reason) {
      ++found.back().seconds;
      found.back().to = second.t + 1;
    } else {
      found.push_back({1, second.t, second.t + 1, second.flagged, second.flag_reason});
    }
  }
  return found;
}

std::string text_of(const Stretch& stretch) {
  return seconds_text(stretch.from) + " to " + seconds_text(stretch.to) + ": " +
         html(stretch.flagged ? stretch.reason : std::string_view("nothing to report"));
}

std::string strip(const std::vector<Stretch>& all) {
  if (all.empty()) {
    return {};
  }
  std::string cells;
  for (const Stretch& stretch : all) {
    cells += "<span class=\"" + std::string(stretch.flagged ? "flagged" : "clean") +
             "\" style=\"flex:" + std::to_string(stretch.seconds) + "\" title=\"" + text_of(stretch) + "\"></span>";
  }
  return "<div class=\"strip\" role=\"img\" aria-label=\"seconds of the run in which the generator kept its "
         "promises\">" +
         cells + "</div>\n<div class=\"strip-axis\"><span>" + seconds_text(all.front().from) + "</span><span>" +
         seconds_text(all.back().to) + "</span></div>\n";
}

std::string flagged_list(const std::vector<Stretch>& all) {
  constexpr std::size_t kShown = 12;
  std::size_t count = 0;
  std::string items;
  for (const Stretch& stretch : all) {
    if (stretch.flagged && ++count <= kShown) {
      items += "<li>" + text_of(stretch) + "</li>\n";
    }
  }
  if (count > kShown) {
    items += "<li>and " + count_text(count - kShown) + " more</li>\n";
  }
  return items.empty() ? items : "<ul class=\"plain\">\n" + items + "</ul>\n";
}

std::string generator_word(const RunResult& result) {
  switch (result.generator) {
    case Generator::valid:
      return mark("VALID", "good") + " The generator kept its schedule in every second.";
    case Generator::degraded:
      return mark("DEGRADED", "doubt") + " The generator missed its own limits in the seconds below; the rest stands.";
    case Generator::invalid:
      break;
  }
  return mark("INVALID", "bad") + " The generator, not the target, limited this run.";
}

}  // namespace

std::string verdict(const RunResult& result) {
  const std::string css(verdict_class(result));
  std::string text = "<header class=\"" + css + "\">\n<p class=\"kicker\">plumbline " + html(result.verb) + " \u00B7 " +
                     html(result.name) + "</p>\n<h1><span class=\"verdict\">" + std::string(verdict_word(result)) +
                     "</span> " + html(sentence_of(result)) + "</h1>\n";
  if (!result.question.empty()) {
    text += "<p class=\"question\">" + html(result.question) + "</p>\n";
  }
  text += invalid(result);
  text += broken(result);  // a lost message is lost, however slow the generator was
  text += "<dl class=\"facts\">";
  text += fact("target", html(result.target));
  text += fact("started", html(result.started_at));
  text += fact("seed", std::to_string(result.seed));
  text += fact("version", html(result.version));
  text += fact("generator", std::string(history::to_string(result.generator)));
  text += fact("outcome", std::string(history::to_string(result.outcome)));
  text += fact("exit code", std::to_string(to_int(result.exit_code)) +
                                (result.reason.empty() ? "" : " (" + html(result.reason) + ")"));
  return text + "</dl>\n</header>\n";
}

std::string generator(const RunResult& result) {
  const std::vector<Stretch> all = stretches(result);
  std::string text = "<p>" + generator_word(result) + "</p>\n" + strip(all);
  if (result.generator != Generator::valid && result.generator != Generator::invalid) {
    for (const std::string& reason : result.generator_reasons) {
      text += "<p class=\"note\">" + html(reason) + "</p>\n";
    }
  }
  text += flagged_list(all);
  if (!result.generator_facts.empty()) {
    Table table("lr", {"measured on the generator", "value and limit"});
    for (const auto& [name, value] : result.generator_facts) {
      table.row({html(name), html(value)});
    }
    text += table.html();
  }
  return text;
}

}  // namespace plumbline::render::page
