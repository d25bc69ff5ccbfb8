// Which of a client's permessage-deflate offers a server takes (RFC 7692 7.1).
#include <algorithm>
#include <array>
#include <utility>

#include "plumbline/websocket/deflate.h"

namespace plumbline::websocket {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The part of `rest` before `separator`, which is taken off together with it.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trimmed(part);
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

bool is_window(std::string_view value) {
  constexpr std::array<std::string_view, 8> legal{"8", "9", "10", "11", "12", "13", "14", "15"};
  return std::find(legal.begin(), legal.end(), value) != legal.end();
}

struct Offer {
  bool server_no_takeover{false};
  bool client_no_takeover{false};
  bool server_window{false};
  bool client_window{false};
};

bool set_once(bool& flag) {
  return !std::exchange(flag, true);
}

bool take_parameter(std::string_view parameter, Offer& offer) {
  const std::size_t equals = parameter.find('=');
  const bool valued = equals != std::string_view::npos;
  const std::string_view name = trimmed(parameter.substr(0, equals));
  const std::string_view value = valued ? unquoted(trimmed(parameter.substr(equals + 1))) : std::string_view{};
  if (name == "server_no_context_takeover") {
    return !valued && set_once(offer.server_no_takeover);
  }
  if (name == "client_no_context_takeover") {
    return !valued && set_once(offer.client_no_takeover);
  }
  if (name == "server_max_window_bits") {  // a smaller one would need messages packed for this client alone
    return value == "15" && set_once(offer.server_window);
  }
  if (name == "client_max_window_bits") {
    return (!valued || is_window(value)) && set_once(offer.client_window);
  }
  return false;
}

}  // namespace

std::optional<std::string> accept_deflate(std::string_view offers) {
  while (!offers.empty()) {
    std::string_view parameters = next_part(offers, ',');
    if (next_part(parameters, ';') != "permessage-deflate") {
      continue;
    }
    Offer offer;
    bool good = true;
    while (good && !parameters.empty()) {
      good = take_parameter(next_part(parameters, ';'), offer);
    }
    if (good) {
      std::string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
      if (offer.server_window) {
        answer += "; server_max_window_bits=15";
      }
      return answer;
    }
  }
  return std::nullopt;
}

}  // namespace plumbline::websocket
