// Reads the Engine.IO open packet and the Socket.IO CONNECT answer.
#include "open_packet.h"

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace plumbline::socketio {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLongestMs = 24LL * 3600 * 1000;  // keeps sums far from overflow

Result<std::string> text_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(json::string_view(name.data(), name.size()));
  if (member == nullptr || !member->is_string() || member->get_string().empty()) {
    return Error{Errc::malformed, "no sid"};
  }
  return std::string(member->get_string().data(), member->get_string().size());
}

Result<std::int64_t> positive_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(json::string_view(name.data(), name.size()));
  if (member == nullptr || !member->is_int64() || member->get_int64() <= 0) {
    return Error{Errc::malformed, "missing or mistyped number in the open packet"};
  }
  return member->get_int64();
}

Result<Duration> time_member(const json::object& object, std::string_view name) {
  const auto number = positive_member(object, name);
  if (!number) {
    return number.error();
  }
  return Duration{std::chrono::milliseconds{std::min(*number, kLongestMs)}};
}

bool lists_websocket(const json::object& object) {
  const json::value* upgrades = object.if_contains("upgrades");
  if (upgrades == nullptr || !upgrades->is_array()) {
    return false;
  }
  for (const json::value& name : upgrades->get_array()) {
    if (name.is_string() && name.get_string() == "websocket") {
      return true;
    }
  }
  return false;
}

// Runs `read` on the parsed object; the document lives on the stack unless it is large.
template <class T, class Read>
Result<T> with_object(std::string_view text, const Read& read) {
  std::array<unsigned char, 2048> buffer;
  json::monotonic_resource memory(buffer.data(), buffer.size());
  json::error_code code;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), code, &memory);
  if (code || !value.is_object()) {
    return Error{Errc::malformed, "not a JSON object"};
  }
  return read(value.get_object());
}

Result<OpenPacket> read_open(const json::object& object) {
  auto sid = text_member(object, "sid");
  if (!sid) {
    return sid.error();
  }
  const auto interval = time_member(object, "pingInterval");
  const auto timeout = time_member(object, "pingTimeout");
  if (!interval || !timeout) {
    return interval ? timeout.error() : interval.error();
  }
  OpenPacket open{.sid = std::move(*sid), .ping_interval = *interval, .ping_timeout = *timeout};
  if (object.contains("maxPayload")) {
    const auto limit = positive_member(object, "maxPayload");
    if (!limit) {
      return limit.error();
    }
    open.max_payload = static_cast<std::size_t>(*limit);
  }
  open.offers_websocket = lists_websocket(object);
  return open;
}

}  // namespace

Result<OpenPacket> parse_open_packet(std::string_view text) {
  return with_object<OpenPacket>(text, read_open);
}

Result<std::string> parse_sid(std::string_view text) {
  return with_object<std::string>(text, [](const json::object& object) { return text_member(object, "sid"); });
}

}  // namespace plumbline::socketio
