// The clause table of a conformance run: one line each, the whole story behind a click, failures open.
#include <algorithm>
#include <map>

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
      return "info";
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

std::string clause(const ClauseResult& clause) {
  const ClauseMark kind = mark_of(clause.verdict);
  std::string text = "<details class=\"clause " + std::string(kind == ClauseMark::pass ? "passed" : "other") +
                     "\" id=\"" + html(clause.id) + "\"" + (kind == ClauseMark::fail ? " open" : "") + ">\n<summary>" +
                     mark(words_of(clause.verdict), css_of(kind)) + "<code>" + html(clause.id) + "</code><span>" +
                     html(clause.title) + "</span><em>" + html(clause.level) + "</em></summary>\n<dl>";
  if (!clause.blocked_by.empty()) {
    text += row("blocked by", "<a href=\"#" + html(clause.blocked_by) + "\">" + html(clause.blocked_by) + "</a>");
  }
  text += row("expected", html(clause.expected));
  text += row("observed", html(clause.observed));
  text += row("because", html(clause.reason));
  text += row("clause", html(clause.text));
  text += row("evidence", code(clause.evidence));
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
  for (const ClauseResult& one : result.clauses) {
    text += clause(one);
  }
  return text + "</div>\n";
}

}  // namespace plumbline::render::page
