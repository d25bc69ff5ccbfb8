#include "wire/wire_log.h"

#include <fmt/format.h>

namespace plumbline::conform {
namespace {

constexpr std::size_t kWhole = 4096;
constexpr std::size_t kHead = 2048;
constexpr std::size_t kTail = 256;

}  // namespace

std::string escape(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string brief(std::string_view bytes, std::size_t limit) {
  if (bytes.size() <= limit) {
    return escape(bytes);
  }
  return fmt::format("{}... ({} bytes)", escape(bytes.substr(0, limit)), bytes.size());
}

void WireLog::note(int connection, std::string_view text) {
  entries_.push_back({clock_.now(), connection, "--", std::string(text), {}});
}

void WireLog::add(int connection, std::string_view arrow, std::string_view what, std::string_view bytes) {
  std::string text;
  if (bytes.size() <= kWhole) {
    text = escape(bytes);
  } else {
    text = fmt::format("{} ...[{} bytes left out]... {}", escape(bytes.substr(0, kHead)), bytes.size() - kHead - kTail,
                       escape(bytes.substr(bytes.size() - kTail)));
  }
  entries_.push_back({clock_.now(), connection, std::string(arrow), std::string(what), std::move(text)});
}

std::string WireLog::render() const {
  std::string out;
  for (const Entry& entry : entries_) {
    const double ms = std::chrono::duration<double, std::milli>(entry.at - start_).count();
    out += fmt::format("{:>11.3f}  #{:<2} {} {:<14} {}\n", ms, entry.connection, entry.arrow, entry.what, entry.text);
  }
  return out;
}

}  // namespace plumbline::conform
