#include "plumbline/stats/histogram_log.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <vector>

namespace plumbline::stats {
namespace {

__extension__ typedef unsigned __int128 WideUint;

constexpr Error kMalformed{Errc::malformed, "latency.hlog"};

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

template <class Number>
bool parse(std::string_view text, Number& into, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into, base);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

std::string wide_hex(WideInt value) {
  std::array<char, 40> text{};
  const auto high = static_cast<unsigned long long>(static_cast<std::uint64_t>(value >> 64));
  const auto low = static_cast<unsigned long long>(static_cast<std::uint64_t>(value));
  std::snprintf(text.data(), text.size(), "%016llx%016llx", high, low);
  return text.data();
}

bool parse_wide(std::string_view text, WideInt& into) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (text.size() != 32 || !parse(text.substr(0, 16), high, 16) || !parse(text.substr(16), low, 16)) {
    return false;
  }
  into = static_cast<WideInt>((static_cast<WideUint>(high) << 64U) | low);
  return true;
}

bool parse_cells(std::string_view text, std::vector<Histogram::Cell>& into) {
  std::uint64_t index = 0;
  while (!text.empty() && text != "-") {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, end);
    const std::size_t colon = pair.find(':');
    std::uint32_t step = 0;
    std::uint64_t count = 0;
    if (colon == std::string_view::npos || !parse(pair.substr(0, colon), step) ||
        !parse(pair.substr(colon + 1), count) || count == 0 || (step == 0 && !into.empty())) {
      return false;
    }
    index += step;
    if (index >= Histogram::bucket_count()) {
      return false;
    }
    into.push_back({static_cast<std::uint32_t>(index), count});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

}  // namespace

std::string write_interval(const Interval& interval) {
  const Histogram::Parts parts = interval.histogram.parts();
  std::string line = "h1 " + interval.series;
  for (const std::int64_t number : {interval.start_ms, interval.end_ms}) {
    line += ' ' + std::to_string(number);
  }
  line += ' ' + std::to_string(parts.overflow) + ' ' + std::to_string(parts.negative);
  line += ' ' + std::to_string(parts.min_ns) + ' ' + std::to_string(parts.max_ns) + ' ' + wide_hex(parts.sum_ns);
  line += ' ' + std::to_string(interval.histogram.count()) + ' ';
  std::uint32_t last = 0;
  for (const Histogram::Cell& cell : parts.cells) {
    line += std::to_string(cell.index - last) + ':' + std::to_string(cell.count) + ',';
    last = cell.index;
  }
  if (parts.cells.empty()) {
    line += '-';
  } else {
    line.pop_back();
  }
  return line + " ;\n";
}

Result<Interval> read_interval(std::string_view line) {
  if (!line.empty() && line.back() == '\n') {
    line.remove_suffix(1);
  }
  const std::vector<std::string_view> words = words_of(line);
  if (words.size() != 12 || words[0] != "h1" || words[1].empty() || words[11] != ";") {
    return kMalformed;
  }
  Interval interval;
  interval.series = words[1];
  Histogram::Parts parts;
  std::uint64_t count = 0;
  const bool read = parse(words[2], interval.start_ms) && parse(words[3], interval.end_ms) &&
                    parse(words[4], parts.overflow) && parse(words[5], parts.negative) &&
                    parse(words[6], parts.min_ns) && parse(words[7], parts.max_ns) &&
                    parse_wide(words[8], parts.sum_ns) && parse(words[9], count) && parse_cells(words[10], parts.cells);
  if (!read) {
    return kMalformed;
  }
  interval.histogram = Histogram::from_parts(parts);
  if (interval.histogram.count() != count) {
    return kMalformed;
  }
  return interval;
}

}  // namespace plumbline::stats
