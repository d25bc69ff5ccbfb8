#include "plumbline/base/clock.h"

#include <array>
#include <ctime>

namespace plumbline {
namespace {

std::tm utc(WallTime at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(const char* format, const std::tm& parts) {
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), format, &parts);
  return {text.data(), length};
}

}  // namespace

Time SteadyClock::now() const {
  return std::chrono::steady_clock::now();
}
WallTime SteadyClock::wall_now() const {
  return std::chrono::system_clock::now();
}
Time steady_now() {
  return std::chrono::steady_clock::now();
}
WallTime wall_now() {
  return std::chrono::system_clock::now();
}

std::string iso8601(WallTime at) {
  const auto ms =
      std::chrono::floor<std::chrono::milliseconds>(at - std::chrono::floor<std::chrono::seconds>(at)).count();
  std::string text = formatted("%Y-%m-%dT%H:%M:%S.", utc(at));
  text += static_cast<char>('0' + ms / 100);
  text += static_cast<char>('0' + ms / 10 % 10);
  text += static_cast<char>('0' + ms % 10);
  text += 'Z';
  return text;
}

std::string file_stamp(WallTime at) {
  return formatted("%Y-%m-%dT%H-%M-%SZ", utc(at));
}

std::int64_t unix_seconds(WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace plumbline
