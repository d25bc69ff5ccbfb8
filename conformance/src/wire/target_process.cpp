#include "wire/target_process.h"

#include <fmt/format.h>

#include <charconv>

namespace plumbline::conform {
namespace {

// The whole number behind `word`; both are taken off the text. Negative: there is none.
std::int64_t take(std::string_view& text, std::string_view word) {
  std::int64_t number = -1;
  if (text.starts_with(word)) {
    text.remove_prefix(word.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc{} ? number : -1;
  }
  return number;
}

}  // namespace

std::string to_text(const ProcessUse& use) {
  return fmt::format("resident {} descriptors {} cpu {}", use.resident, use.descriptors, use.cpu.count());
}

std::optional<ProcessUse> process_use_from(std::string_view text) {
  const std::int64_t resident = take(text, "resident ");
  const std::int64_t descriptors = take(text, " descriptors ");
  const std::int64_t cpu = take(text, " cpu ");
  if (resident < 0 || descriptors < 0 || cpu < 0 || !text.empty()) {
    return std::nullopt;
  }
  return ProcessUse{static_cast<std::uint64_t>(resident), static_cast<std::uint64_t>(descriptors), Duration(cpu)};
}

}  // namespace plumbline::conform
