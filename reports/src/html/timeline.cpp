// What one case sent and saw, a line a frame: time, connection, direction, words.
#include <algorithm>

#include "html/page.h"

namespace plumbline::render::page {
namespace {

constexpr std::size_t kLongestFrame = 600;  // characters of a frame that the page shows

struct Frame {
  std::string_view ms, connection, arrow, kind, words;
};

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

// "     12.345  #1  -> text   42[...]"; headings begin with '#' and are no frames.
bool read_frame(std::string_view line, Frame& frame) {
  frame.ms = next_word(line);
  frame.connection = next_word(line);
  frame.arrow = next_word(line);
  if (frame.ms.empty() || frame.ms.front() == '#' || frame.arrow.size() != 2) {
    return false;
  }
  frame.kind = frame.arrow == "--" ? std::string_view{} : next_word(line);
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ')));
  frame.words = line;
  return true;
}

std::string clipped(std::string_view text) {
  if (text.size() <= kLongestFrame) {
    return html(text);
  }
  std::size_t end = kLongestFrame;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;  // not in the middle of a character
  }
  return html(text.substr(0, end)) + "<small>\u2026 " + count_text(text.size() - end) + " more</small>";
}

// Of an HTTP message the headers step back behind its first line and its body.
std::string words_of(const Frame& frame) {
  constexpr std::string_view kLine = "\\r\\n";  // the log escapes line ends
  constexpr std::string_view kBody = "\\r\\n\\r\\n";
  const std::size_t line = frame.words.find(kLine);
  const std::size_t body = frame.words.find(kBody);
  if (frame.kind != "http" || line == std::string_view::npos || body == std::string_view::npos) {
    return "<code>" + clipped(frame.words) + "</code>";
  }
  std::string text = "<code>" + clipped(frame.words.substr(0, line)) + "</code>";
  if (body > line) {
    std::string headers(frame.words.substr(line + kLine.size(), body - line - kLine.size()));
    for (std::size_t at = headers.find(kLine); at != std::string::npos; at = headers.find(kLine, at)) {
      headers.replace(at, kLine.size(), " \u00B7 ");
    }
    text += "<small>" + clipped(headers) + "</small>";
  }
  const std::string_view rest = frame.words.substr(body + kBody.size());
  return rest.empty() ? text : text + "<code>" + clipped(rest) + "</code>";
}

std::string item(const Frame& frame) {
  const bool sent = frame.arrow == "->";
  const bool received = frame.arrow == "<-";
  const std::string_view word = sent ? "sent" : received ? "got" : "remark";
  return "<li class=\"" + std::string(word) + "\"><time>" + html(frame.ms) + "</time><b>" + html(frame.connection) +
         "</b><i>" +
         (sent       ? "\u2192"
          : received ? "\u2190"
                     : "\u00B7") +
         " " + html(frame.kind) + "</i><span>" + words_of(frame) + "</span></li>\n";
}

}  // namespace

std::string timeline(std::string_view log, std::size_t most) {
  std::vector<Frame> frames;
  while (!log.empty()) {
    Frame frame;
    if (read_frame(log.substr(0, log.find('\n')), frame)) {
      frames.push_back(frame);
    }
    log.remove_prefix(std::min(log.size(), log.substr(0, log.find('\n')).size() + 1));
  }
  if (frames.empty()) {
    return {};
  }
  const std::size_t hidden = frames.size() > most ? frames.size() - most : 0;
  const std::size_t first = hidden > 0 ? most / 2 : frames.size();
  std::string text = "\n<ol class=\"timeline\" tabindex=\"0\" aria-label=\"Timeline: ms, connection, direction\">\n";
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (hidden > 0 && i == first) {
      text += "<li class=\"remark\"><time></time><b></b><i>\u22EE</i><span>" + count_text(hidden) +
              " more, in the evidence</span></li>\n";
      i += hidden;
    }
    text += item(frames[i]);
  }
  return text + "</ol>";
}

}  // namespace plumbline::render::page
