// The clause table of a conformance run: one line each, the whole story behind a click, failures open.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <vector>

#include "html/page.h"
#include "text.h"

namespace plumbline::render::page {
namespace {

using history::ClauseResult;
using history::RunResult;

std::string_view css_of(ClauseMark mark) {
  switch (mark) {
    case ClauseMark::pass:
      return "good";
    case ClauseMark::fail:
      return "bad";
    case ClauseMark::note:
    case ClauseMark::skipped:
      return "info";
    case ClauseMark::error:
      return "doubt";
  }
  return "doubt";
}

std::string words_of(std::string_view verdict) {
  std::string words(verdict);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string row(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : "<dt>" + std::string(name) + "</dt><dd>" + value + "</dd>";
}

std::string code(const std::string& text) {
  return text.empty() ? text : "<code>" + html(text) + "</code>";
}

// In the row itself: the reader should not have to open it to learn which failure to repair.
std::string blocker(const ClauseResult& clause) {
  return clause.blocked_by.empty() ? std::string()
                                   : " <small>blocked by <a href=\"#" + html(clause.blocked_by) + "\">" +
                                         html(clause.blocked_by) + "</a></small>";
}

// "evidence/EIO-UP-04.a.log:31-58" leads to the file beside the page; anything else stays a text, since a summary from
// elsewhere could name any address.
std::string evidence_link(const std::string& evidence) {
  const std::string file = evidence.substr(0, evidence.find(':'));
  const bool plain = std::all_of(file.begin(), file.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '/';
  });
  if (!plain || !file.starts_with("evidence/") || file.find("..") != std::string::npos) {
    return code(evidence);
  }
  return "<a href=\"" + html(file) + "\">" + code(evidence) + "</a>";
}

// What needs a decision comes first, the gravest on top; the rest keeps the order of the catalogue.
std::vector<const ClauseResult*> by_urgency(const std::vector<ClauseResult>& all) {
  static constexpr std::array<std::string_view, 5> kUrgent{"FAIL", "BLOCKED", "INCONCLUSIVE", "WARN", "NON_STRICT"};
  const auto rank = [](const ClauseResult* one) {
    return std::find(kUrgent.begin(), kUrgent.end(), one->verdict) - kUrgent.begin();
  };
  std::vector<const ClauseResult*> ordered;
  ordered.reserve(all.size());
  for (const ClauseResult& one : all) {
    ordered.push_back(&one);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&rank](const ClauseResult* a, const ClauseResult* b) { return rank(a) < rank(b); });
  return ordered;
}

std::string clause(const ClauseResult& clause) {
  const ClauseMark kind = mark_of(clause.verdict);
  std::string text = "<details class=\"clause " + std::string(kind == ClauseMark::pass ? "passed" : "other") +
                     "\" id=\"" + html(clause.id) + "\"" + (kind == ClauseMark::fail ? " open" : "") + ">\n<summary>" +
                     mark(words_of(clause.verdict), css_of(kind)) + "<code>" + html(clause.id) + "</code><span>" +
                     html(clause.title) + blocker(clause) + "</span><em>" + html(clause.level) +
                     "</em></summary>\n<dl>";
  text += row("expected", html(clause.expected));
  text += row("observed", html(clause.observed));
  text += row("because", html(clause.reason));
  text += row("clause", html(clause.text));
  text += row("evidence", evidence_link(clause.evidence));
  text += row("reproduce", code(clause.reproduce));
  text += row("took", ms_text(clause.duration_ms) + "\u202Fms");
  return text + "</dl></details>\n";
}

}  // namespace

std::string clauses(const RunResult& result) {
  std::map<std::string, std::size_t> counts;
  for (const ClauseResult& one : result.clauses) {
    ++counts[one.verdict];
  }
  std::string text = "<dl class=\"figures\">";
  for (const auto& [verdict, count] : counts) {
    text += "<div><dt>" + html(words_of(verdict)) + "</dt><dd>" + count_text(count) + "</dd></div>";
  }
  text += "</dl>\n";
  if (counts.size() > 1) {
    text += "<label class=\"filter\"><input type=\"checkbox\" id=\"hide-passed\"> hide what passed</label>\n";
  }
  text += "<div class=\"clauses\">\n";
  for (const ClauseResult* one : by_urgency(result.clauses)) {
    text += clause(*one);
  }
  return text + "</div>\n";
}

}  // namespace plumbline::render::page
