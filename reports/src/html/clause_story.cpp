// What a reader wants to know of one clause of one run: what was wanted, what was seen, and how to see it again.
#include <algorithm>
#include <cctype>

#include "html/page.h"

namespace plumbline::render::page {
namespace {

constexpr std::size_t kFramesOfTrouble = 200;
constexpr std::size_t kFramesOfPass = 30;  // the whole of it is one click away, in the file

std::string row(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : "<dt>" + std::string(name) + "</dt><dd>" + value + "</dd>";
}

std::string code(const std::string& text) {
  return text.empty() ? text : "<code>" + html(text) + "</code>";
}

// "evidence/EIO-UP-04.a.log:31-58" leads to the file beside the page; anything else stays a text, since a summary from
// elsewhere could name any address.
std::string evidence_link(const std::string& evidence, std::string_view folder) {
  const std::string file = evidence.substr(0, evidence.find(':'));
  const bool plain = std::all_of(file.begin(), file.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '/';
  });
  if (!plain || !file.starts_with("evidence/") || file.find("..") != std::string::npos) {
    return code(evidence);
  }
  return "<a href=\"" + html(std::string(folder) + file) + "\">" + code(evidence) + "</a>";
}

std::string script(const std::string& file, std::string_view folder) {
  if (file.empty()) {
    return {};
  }
  return "<a href=\"" + html(std::string(folder) + file) + "\">" + code("python3 " + file + " HOST:PORT") +
         "</a> <small>plays the same bytes to any server, without plumbline</small>";
}

}  // namespace

std::string css_of(ClauseMark mark) {
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

std::string verdict_words(std::string_view verdict) {
  std::string words(verdict);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string story_of(const history::ClauseResult& clause, const ClauseFiles& files, std::string_view folder) {
  std::string text = "<dl>";
  text += row("expected", html(clause.expected));
  text += row("observed", html(clause.observed));
  text += row("because", html(clause.reason));
  text += row("clause", html(clause.text));
  text += row("evidence", evidence_link(clause.evidence, folder));
  text += row("reproduce", code(clause.reproduce));
  text += row("script", script(files.script, folder));
  text += row("took", ms_text(clause.duration_ms) + "\u202Fms");
  const bool passed = mark_of(clause.verdict) == ClauseMark::pass;
  return text + "</dl>" + timeline(files.timeline, passed ? kFramesOfPass : kFramesOfTrouble);
}

}  // namespace plumbline::render::page
