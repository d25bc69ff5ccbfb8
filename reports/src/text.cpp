#include "text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "plumbline/checker/anomaly.h"
#include "plumbline/history/utf8.h"

namespace plumbline::render {
namespace {

constexpr std::string_view kThinSpace = "\u202F";  // narrow and does not break

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSeries{{
    {"e2e", "end to end"},
    {"e2e_last", "end to end, last receiver"},
    {"answer", "API answer"},
    {"service", "service time"},
    {"typing", "typing event"},
    {"receipt", "read receipt"},
    {"ack", "socket acknowledgement"},
    {"slip", "generator slip"},
}};

std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string grouped(std::string digits) {
  for (std::size_t i = digits.size(); i > 3 && digits[i - 4] != '-';) {
    i -= 3;
    digits.insert(i, kThinSpace);
  }
  return digits;
}

template <class Replace>
std::string mapped(std::string_view text, const Replace& replace) {
  const std::string clean = printable(text);
  std::string out;
  out.reserve(clean.size() + clean.size() / 8);
  for (const char c : clean) {
    const std::string_view instead = replace(c);
    if (instead.empty()) {
      out += c;
    } else {
      out += instead;
    }
  }
  return out;
}

std::string_view html_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

// U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows: a peer's text could rewrite its neighbours.
bool turns_direction(std::string_view rest) {
  return rest.size() >= 3 && ((rest.substr(0, 2) == "\xE2\x80" && rest[2] >= '\xAA' && rest[2] <= '\xAE') ||
                              (rest.substr(0, 2) == "\xE2\x81" && rest[2] >= '\xA6' && rest[2] <= '\xA9'));
}

}  // namespace

std::string count_text(std::uint64_t count) {
  return grouped(std::to_string(count));
}

std::string ms_text(double ms) {
  if (!std::isfinite(ms)) {
    return "\u2013";
  }
  const double size = std::abs(ms);
  if (size >= 99.95) {
    return grouped(fixed(ms, 0));
  }
  return fixed(ms, size >= 9.995 ? 1 : 2);
}

std::string seconds_text(double seconds) {
  return fixed(seconds, std::abs(seconds - std::round(seconds)) < 0.05 ? 0 : 1) + kThinSpace.data() + "s";
}

std::string precise_seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f\u202F", seconds);
  return std::string(text) + "s";
}

std::string fault_name(const history::FaultRow& fault) {
  return fault.action + " " + fault.role;
}

std::string printable(std::string_view text) {
  const std::string clean = history::clean_utf8(text);
  std::string out;
  out.reserve(clean.size());
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const char c = clean[i];
    const auto byte = static_cast<unsigned char>(c);
    if (turns_direction(std::string_view(clean).substr(i))) {
      out += "\uFFFD";
      i += 2;
    } else if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F) {
      out += "\uFFFD";
    } else {
      out += c;
    }
  }
  return out;
}

std::string html(std::string_view text) {
  return mapped(text, html_entity);
}

std::string xml(std::string_view text) {
  std::string clean = mapped(text, [](char c) -> std::string_view {
    switch (c) {
      case '\n':
        return "&#10;";
      case '\r':
        return "&#13;";
      case '\t':
        return "&#9;";
      default:
        return html_entity(c);
    }
  });
  // U+FFFE and U+FFFF are characters, but not of XML.
  for (const std::string_view bad : {std::string_view("\xEF\xBF\xBE"), std::string_view("\xEF\xBF\xBF")}) {
    for (std::size_t at = clean.find(bad); at != std::string::npos; at = clean.find(bad, at)) {
      clean.replace(at, bad.size(), "\uFFFD");
    }
  }
  return clean;
}

std::string markdown(std::string_view text) {
  return mapped(text, [](char c) -> std::string_view {
    switch (c) {
      case '\n':
      case '\r':
      case '\t':
        return " ";
      case '\\':
        return "\\\\";
      case '`':
        return "\\`";
      case '*':
        return "\\*";
      case '_':
        return "\\_";
      case '[':
        return "\\[";
      case ']':
        return "\\]";
      case '|':
        return "\\|";
      case '~':
        return "\\~";
      case '#':
        return "\\#";
      case '@':
        return "&#64;";  // no mention of somebody who happens to have that name
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '&':
        return "&amp;";
      default:
        return {};
    }
  });
}

std::string code_span(std::string_view text) {
  std::string inner = mapped(text, [](char c) -> std::string_view {
    return c == '\n' || c == '\r' || c == '\t' ? " " : c == '`' ? "'" : c == '|' ? "\\|" : "";
  });
  return "`" + (inner.empty() ? std::string(" ") : inner) + "`";
}

std::string_view verdict_word(const history::RunResult& result) {
  if (result.generator == history::Generator::invalid) {
    return "INVALID";
  }
  return history::to_string(result.outcome);
}

std::string sentence_of(const history::RunResult& result) {
  if (!result.sentence.empty()) {
    return result.sentence;
  }
  if (result.generator == history::Generator::invalid) {
    return result.generator_reasons.empty() ? "the generator could not keep its own promises"
                                            : result.generator_reasons.front();
  }
  switch (result.outcome) {
    case history::Outcome::pass:
      return "everything asked for was met";
    case history::Outcome::fail:
      return "not everything asked for was met";
    case history::Outcome::unknown:
      break;
  }
  return "no judgement was possible";
}

bool looked_in_vain(const history::RunResult& result) {
  const bool ended = result.exit_code != ExitCode::target_lost && result.exit_code != ExitCode::setup_failed &&
                     result.exit_code != ExitCode::interrupted;
  return result.verb == "load" && (!ended || result.sent == 0);
}

std::vector<AnomalyRow> anomalies_of(const history::RunResult& result) {
  std::vector<AnomalyRow> rows;
  const auto add = [&](const std::string& name, std::string_view sentence, bool fatal, std::uint64_t count) {
    AnomalyRow row{name, std::string(sentence), fatal, count, {}};
    for (const history::AnomalyExample& example : result.examples) {
      if (example.anomaly == name) {
        row.examples.push_back(&example);
      }
    }
    rows.push_back(std::move(row));
  };
  for (const auto& [name, count] : result.anomalies) {
    const auto& kinds = checker::anomaly_kinds();
    const auto* kind = std::find_if(kinds.begin(), kinds.end(), [&n = name](const auto& k) { return k.name == n; });
    if (count == 0) {
      continue;
    }
    if (kind == kinds.end()) {
      add(name, "", true, count);
    } else {
      add(name, kind->sentence, kind->severity == checker::Severity::s0 || kind->severity == checker::Severity::s1,
          count);
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const AnomalyRow& a, const AnomalyRow& b) { return a.fatal > b.fatal; });
  return rows;
}

std::string series_title(std::string_view name) {
  for (const auto& [key, title] : kSeries) {
    if (key == name) {
      return std::string(title);
    }
  }
  return std::string(name);
}

std::vector<std::pair<std::string, history::Quantiles>> series_of(const history::RunResult& result) {
  std::vector<std::pair<std::string, history::Quantiles>> series;
  const auto rank = [](const std::string& name) {
    return std::find_if(kSeries.begin(), kSeries.end(), [&name](const auto& known) { return known.first == name; });
  };
  for (const auto& [name, quantiles] : result.latency_ms) {
    if (quantiles.count > 0) {
      series.emplace_back(name, quantiles);
    }
  }
  std::stable_sort(series.begin(), series.end(),
                   [&](const auto& a, const auto& b) { return rank(a.first) < rank(b.first); });
  return series;
}

ClauseMark mark_of(std::string_view verdict) {
  if (verdict == "PASS") {
    return ClauseMark::pass;
  }
  if (verdict == "FAIL" || verdict == "XPASS") {
    return ClauseMark::fail;
  }
  if (verdict == "NON_STRICT" || verdict == "WARN" || verdict == "INFO") {
    return ClauseMark::note;
  }
  if (verdict == "BLOCKED" || verdict == "NOT_APPLICABLE" || verdict == "NOT_SUPPORTED" || verdict == "XFAIL") {
    return ClauseMark::skipped;
  }
  return ClauseMark::error;  // INCONCLUSIVE, ERROR_HARNESS, ERROR_ADAPTER, TARGET_DOWN and whatever comes later
}

}  // namespace plumbline::render
