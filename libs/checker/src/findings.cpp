#include "findings.h"

#include <algorithm>

namespace plumbline::checker {

std::string Findings::at(Time time) const {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - run_start_).count();
  const auto positive = ms < 0 ? -ms : ms;
  std::string digits = std::to_string(positive % 1000);
  digits.insert(0, 3 - digits.size(), '0');
  return (ms < 0 ? "-" : "") + std::to_string(positive / 1000) + "." + digits + " s";
}

std::uint32_t Findings::stamp(Time time) const {
  const auto tenths = (time - run_start_) / std::chrono::microseconds{100} + 1;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(tenths, 1, 0xFFFFFFFFLL));
}

std::string Findings::at(std::uint32_t stamp) const {
  return at(run_start_ + (std::int64_t{stamp} - 1) * std::chrono::microseconds{100});
}

std::string name_of(const Token& token) {
  return "message " + std::to_string(token.counter) + " of device " + std::to_string(token.sender) +
         " in conversation " + std::to_string(token.conversation);
}

std::string name_of(const MessageKey& id) {
  const std::string text = id.text();
  return text.empty() ? "(no id)" : text;
}

}  // namespace plumbline::checker
