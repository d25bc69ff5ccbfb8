// The clause table of a conformance run: one line each, the whole story behind a click, failures open.
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "html/page.h"
#include "text.h"

namespace plumbline::render::page {
namespace {

using history::ClauseResult;
using history::RunResult;

// In the row itself: the reader should not have to open it to learn which failure to repair.
std::string blocker(const ClauseResult& clause) {
  return clause.blocked_by.empty() ? std::string()
                                   : " <small>blocked by <a href=\"#" + html(clause.blocked_by) + "\">" +
                                         html(clause.blocked_by) + "</a></small>";
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

std::string clause(const ClauseResult& clause, const ClauseFiles& files) {
  const ClauseMark kind = mark_of(clause.verdict);
  return "<details class=\"clause " + std::string(kind == ClauseMark::pass ? "passed" : "other") + "\" id=\"" +
         html(clause.id) + "\"" + (kind == ClauseMark::fail ? " open" : "") + ">\n<summary>" +
         mark(verdict_words(clause.verdict), css_of(kind)) + "<code>" + html(clause.id) + "</code><span>" +
         html(clause.title) + blocker(clause) + "</span><em>" + html(clause.level) + "</em></summary>\n" +
         story_of(clause, files, {}) + "</details>\n";
}

}  // namespace

std::string clauses(const RunResult& result, const FilesOfClauses& files) {
  std::map<std::string, std::size_t> counts;
  for (const ClauseResult& one : result.clauses) {
    ++counts[one.verdict];
  }
  std::string text = "<dl class=\"figures\">";
  for (const auto& [verdict, count] : counts) {
    text += "<div><dt>" + html(verdict_words(verdict)) + "</dt><dd>" + count_text(count) + "</dd></div>";
  }
  text += "</dl>\n";
  if (counts.size() > 1) {
    text += "<label class=\"filter\"><input type=\"checkbox\" id=\"hide-passed\"> hide what passed</label>\n";
  }
  text += "<div class=\"clauses\">\n";
  for (const ClauseResult* one : by_urgency(result.clauses)) {
    const auto found = files.find(one->id);
    text += clause(*one, found == files.end() ? ClauseFiles{} : found->second);
  }
  return text + "</div>\n";
}

}  // namespace plumbline::render::page
