// Several conformance runs on one page: clauses down, targets across.
#include <algorithm>
#include <map>
#include <set>

#include "html/page.h"

namespace plumbline::render {
namespace page {
namespace {

using history::ClauseResult;

struct Row {
  const ClauseResult* any{nullptr};        // for title, level and text
  std::vector<const ClauseResult*> cells;  // as the columns; null: not judged there
};

// In the order of the first run; what only later ones judged follows.
std::vector<Row> rows_of(const std::vector<Column>& columns) {
  std::vector<Row> rows;
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (const ClauseResult& clause : columns[i].result.clauses) {
      const auto [at, added] = place.emplace(clause.id, rows.size());
      if (added) {
        rows.push_back({&clause, std::vector<const ClauseResult*>(columns.size(), nullptr)});
      }
      rows[at->second].cells[i] = &clause;
    }
  }
  return rows;
}

// A, B, ... Z, A2, ...: long names would push the marks off the screen.
std::string letter(std::size_t column) {
  return std::string(1, static_cast<char>('A' + column % 26)) +
         (column < 26 ? std::string() : std::to_string(column / 26 + 1));
}

std::string short_word(const ClauseResult* clause) {
  static const std::map<std::string_view, std::string_view> kWords{{"NON_STRICT", "not strict"},
                                                                   {"NOT_SUPPORTED", "absent"},
                                                                   {"NOT_APPLICABLE", "n/a"},
                                                                   {"INCONCLUSIVE", "unclear"},
                                                                   {"BLOCKED", "blocked"}};
  if (clause == nullptr) {
    return "\u2013";
  }
  const auto found = kWords.find(clause->verdict);
  return found == kWords.end() ? clause->verdict : std::string(found->second);
}

std::string cell(const ClauseResult* clause) {
  return clause == nullptr
             ? "<span class=\"cell\">\u2013</span>"
             : "<span class=\"cell\">" + mark(short_word(clause), css_of(mark_of(clause->verdict))) + "</span>";
}

std::string story_in(const Column& column, std::size_t number, const ClauseResult& clause) {
  const auto found = column.files.find(clause.id);
  ClauseFiles files = found == column.files.end() ? ClauseFiles{} : found->second;
  if (mark_of(clause.verdict) == ClauseMark::pass) {
    files.timeline.clear();  // a pass is told by its words, and its evidence is a click away
  }
  ClauseResult words = clause;
  words.text.clear();  // said once, above
  return "<h3><b>" + letter(number) + "</b> " + html(column.result.target) + " " +
         mark(verdict_words(clause.verdict), css_of(mark_of(clause.verdict))) + "</h3>\n" +
         story_of(words, files, column.folder);
}

std::string row(const std::vector<Column>& columns, const Row& row) {
  std::set<std::string> verdicts;
  bool passed = true;
  for (const ClauseResult* one : row.cells) {
    verdicts.insert(one == nullptr ? "" : one->verdict);
    passed = passed && one != nullptr && mark_of(one->verdict) == ClauseMark::pass;
  }
  std::string text = "<details class=\"clause " + std::string(passed ? "passed" : "other") +
                     (verdicts.size() > 1 ? "" : " same") + "\" id=\"" + html(row.any->id) + "\">\n<summary><code>" +
                     html(row.any->id) + "</code><span class=\"title\">" + html(row.any->title) + " <em>" +
                     html(row.any->level) + "</em></span>";
  for (const ClauseResult* one : row.cells) {
    text += cell(one);
  }
  text += "</summary>\n";
  text += row.any->text.empty() ? "" : "<p class=\"demand\">" + html(row.any->text) + "</p>\n";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += row.cells[i] == nullptr ? "" : story_in(columns[i], i, *row.cells[i]);
  }
  return text + "</details>\n";
}

std::string targets(const std::vector<Column>& columns) {
  Table table("lllrrrrr", {"", "target", "", "pass", "fail", "warn", "not strict", "not judged"});
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const history::RunResult& result = columns[i].result;
    std::map<std::string, std::size_t> counts;
    for (const ClauseResult& clause : result.clauses) {
      ++counts[clause.verdict];
    }
    const std::string_view css = result.outcome == history::Outcome::pass   ? "good"
                                 : result.outcome == history::Outcome::fail ? "bad"
                                                                            : "doubt";
    table.row(
        {"<b>" + letter(i) + "</b>",
         "<a href=\"" + html(columns[i].folder + "report.html") + "\">" + html(result.target) + "</a><br><small>" +
             html(result.started_at) + ", seed " + std::to_string(result.seed) + "</small>",
         mark(verdict_word(result), css), count_text(counts["PASS"]), count_text(counts["FAIL"]),
         count_text(counts["WARN"]), count_text(counts["NON_STRICT"]),
         count_text(counts["NOT_SUPPORTED"] + counts["NOT_APPLICABLE"] + counts["BLOCKED"] + counts["INCONCLUSIVE"])});
  }
  return table.html();
}

std::string table_of(const std::vector<Column>& columns, const std::vector<Row>& rows) {
  std::string text =
      "<label class=\"filter\"><input type=\"checkbox\" id=\"only-differences\"> only where the targets "
      "differ</label>\n"
      "<label class=\"filter\"><input type=\"checkbox\" id=\"hide-passed\"> hide what passed everywhere</label>\n"
      "<div class=\"matrix\" style=\"--targets:" +
      std::to_string(columns.size()) + "\">\n<div class=\"names\"><span>clause</span><span></span>";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += "<span class=\"cell\" title=\"" + html(columns[i].result.target) + "\">" + letter(i) + "</span>";
  }
  text += "</div>\n";
  for (const Row& one : rows) {
    text += row(columns, one);
  }
  return text + "</div>\n";
}

}  // namespace
}  // namespace page

std::string to_matrix(const std::vector<Column>& columns) {
  const std::vector<page::Row> rows = page::rows_of(columns);
  const auto differ = std::count_if(rows.begin(), rows.end(), [](const page::Row& row) {
    return std::any_of(row.cells.begin(), row.cells.end(), [&row](const history::ClauseResult* one) {
      return (one == nullptr) != (row.cells.front() == nullptr) ||
             (one != nullptr && one->verdict != row.cells.front()->verdict);
    });
  });
  const std::string title = count_text(rows.size()) + " clauses, " + count_text(columns.size()) + " targets";
  std::string text = page::head(title);
  text += "<header class=\"" + std::string(differ == 0 ? "good" : "doubt") +
          "\">\n<p class=\"kicker\">plumbline conform</p>\n<h1>" + title + ": " +
          (differ == 0 ? "no difference" : count_text(static_cast<std::uint64_t>(differ)) + " differ") +
          "</h1>\n</header>\n<main>\n";
  text += page::section("targets", "Targets", page::targets(columns));
  text += page::section("clauses", "Clauses", page::table_of(columns, rows));
  return text + "</main>\n</body>\n</html>\n";
}

}  // namespace plumbline::render
