// Numbers as people read them, and texts made harmless for HTML, XML and Markdown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plumbline/history/run_result.h"

namespace plumbline::render {

// 60012 -> "60 012" with narrow no-break spaces.
[[nodiscard]] std::string count_text(std::uint64_t count);
// Milliseconds with three significant digits: "0.08", "8.40", "12.6", "1 502".
[[nodiscard]] std::string ms_text(double ms);
[[nodiscard]] std::string seconds_text(double seconds);  // "12 s", "0.5 s"

[[nodiscard]] std::string precise_seconds(double seconds);             // "0.64 s", "12.30 s"
[[nodiscard]] std::string fault_name(const history::FaultRow& fault);  // "kill redis-master"

// Valid UTF-8 without control characters that XML forbids; what is neither becomes U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);
[[nodiscard]] std::string html(std::string_view text);       // also right inside quoted attributes
[[nodiscard]] std::string xml(std::string_view text);        // line breaks survive in attributes
[[nodiscard]] std::string markdown(std::string_view text);   // one line, no markup, right inside table cells
[[nodiscard]] std::string code_span(std::string_view text);  // Markdown `...`

// Which word leads the page: INVALID beats the outcome, because no number of such a run may be believed.
[[nodiscard]] std::string_view verdict_word(const history::RunResult& result);
[[nodiscard]] std::string sentence_of(const history::RunResult& result);

struct AnomalyRow {
  std::string name;
  std::string sentence;
  bool fatal{true};
  std::uint64_t count{0};
  std::vector<const history::AnomalyExample*> examples;
};
// Those that happened, the gravest first. Unknown names are taken as grave.
[[nodiscard]] std::vector<AnomalyRow> anomalies_of(const history::RunResult& result);
// A load that did not end, or sent nothing: that no anomaly was seen says nothing.
[[nodiscard]] bool looked_in_vain(const history::RunResult& result);

// What a latency series is called in every format: "end to end" for e2e.
[[nodiscard]] std::string series_title(std::string_view name);
// The measured series, the ones that matter most first.
[[nodiscard]] std::vector<std::pair<std::string, history::Quantiles>> series_of(const history::RunResult& result);

enum class ClauseMark { pass, note, fail, skipped, error };
// How a verdict of the conformance suite counts (conformance.md 5.8).
[[nodiscard]] ClauseMark mark_of(std::string_view verdict);

}  // namespace plumbline::render
