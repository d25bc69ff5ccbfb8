// Socket.IO v5, server side: what the deliberate faults of a connection do. Nothing in builds without them.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>

#include "plumbline/socketio/server_connection.h"

namespace plumbline::socketio {

void ServerConnection::forget_other_namespaces() {
  const std::vector<ServerSocketPtr> all = sockets_;
  for (const ServerSocketPtr& socket : all) {
    if (socket->nsp_ != "/") {
      forget(socket);
      host_->on_disconnect(socket, "client namespace disconnect");
    }
  }
}

#if defined(PLUMBLINE_MUTANTS)
namespace {

using engineio::ServerFault;

constexpr std::size_t kCutName = 255;
// Those of the protocol fixture.
constexpr std::string_view kHeardEvents[]{
    "message", "message-with-ack", "bcast",     "join",  "leave", "room", "ask", "ask-all", "volatile", "plain",
    "kick",    "kick-hard",        "refuse-me", "watch", "flood"};

std::string replace_first(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

// From where the JSON of the packet begins; its size when there is none.
std::size_t payload_at(std::string_view text) {
  return std::min(text.find_first_of("[{\"", text.empty() ? 0 : 1), text.size());
}

bool json_ok(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 2'000;
  boost::json::error_code code;
  boost::json::parse(boost::json::string_view(text.data(), text.size()), code, {}, options);
  return !code;
}

bool dropped(const engineio::ServerOptions& options, std::string_view text) {
  const char type = text.empty() ? '\0' : text.front();
  const std::size_t payload = payload_at(text);
  switch (options.fault) {
    case ServerFault::empty_message_ignored:
      return text.empty();
    case ServerFault::unknown_type_ignored:
      return !text.empty() && (type < '0' || type > '6');
    case ServerFault::connect_error_tolerated:
      return type == '4';
    case ServerFault::broken_json_ignored:
      return type == '2' && payload < text.size() && !json_ok(text.substr(payload));
    case ServerFault::event_object_ignored:
      return type == '2' && payload < text.size() && text[payload] == '{';
    default:
      return false;
  }
}

std::string reworded_event(const engineio::ServerOptions& options, std::string text) {
  const std::size_t payload = payload_at(text);
  if (options.has(ServerFault::reserved_event_accepted)) {
    return replace_first(replace_first(std::move(text), "[\"disconnect\"", "[\"disconnected\""), "[\"connect\"",
                         "[\"connected\"");
  }
  if (options.has(ServerFault::unicode_escaped_wrong)) {
    return replace_first(std::move(text), "\\u", "\\\\u");
  }
  if (options.has(ServerFault::proto_key_lost)) {
    return replace_first(std::move(text), "\"__proto__\"", "\"lost\"");
  }
  if (options.has(ServerFault::event_number_refused)) {
    const bool number =
        payload + 1 < text.size() && text[payload] == '[' && text[payload + 1] >= '0' && text[payload + 1] <= '9';
    return number ? "2{}" : text;
  }
  if (options.has(ServerFault::negative_ack_id_ok) && text.size() > 1 && text[1] == '-') {
    return "2" + text.substr(payload);
  }
  if (options.has(ServerFault::plain_placeholder_refused)) {
    return text.find("\"_placeholder\"") == std::string::npos ? text : "2{}";
  }
  return text;
}

std::string reworded_connect(const engineio::ServerOptions& options, std::string text) {
  const std::size_t payload = payload_at(text);
  if (options.has(ServerFault::connect_any_payload) && !text.starts_with("0/")) {
    const bool object =
        payload < text.size() && text[payload] == '{' && json_ok(std::string_view(text).substr(payload));
    return object ? text : "0";
  }
  if (options.has(ServerFault::ns_query_ignored) && text.find('?') < text.find(',')) {
    return text.erase(text.find('?'), text.find(',') - text.find('?'));
  }
  if (options.has(ServerFault::ns_name_cut) && text.find(',') > kCutName && text.find(',') != std::string::npos) {
    return text.erase(kCutName, text.find(',') - kCutName);
  }
  if (options.has(ServerFault::connect_needs_comma) && text.starts_with("0/") && text.find(',') == std::string::npos) {
    return text + "-without-comma";
  }
  return text;
}

}  // namespace

// The packet as a faulty parser sees it; nullopt when it is not seen at all.
std::optional<std::string> ServerConnection::misread_text(std::string_view text) {
  if (dropped(*options_, text)) {
    return std::nullopt;
  }
  const char type = text.empty() ? '\0' : text.front();
  std::string read(text);
  if (reassembler_.waiting()) {
    if (has(ServerFault::second_header_replaces) && type == '5') {
      forget_attachments();
    } else if (has(ServerFault::text_between_attachments_ok) && type == '2') {
      Reassembler waiting = std::move(reassembler_);
      reassembler_ = {};
      on_text(text);
      reassembler_ = std::move(waiting);
      return std::nullopt;
    }
  } else if (has(ServerFault::late_events_swapped) && type == '2') {
    ++events_;
    if (events_ >= 1'200 && events_ % 100 == 0) {
      held_ = read;
      return std::nullopt;
    }
    if (events_ >= 1'200 && events_ % 100 == 1) {
      events_ += 2;  // neither of the two is held again
      on_text(text);
      read = std::move(held_);
    }
  }
  if (has(ServerFault::missing_count_ok) && type == '5' && text.size() > 1 && text[1] == '[') {
    return "2" + read.substr(1);
  }
  if (has(ServerFault::no_attachments_refused) && text.starts_with("50-")) {
    return "7";
  }
  if (has(ServerFault::odd_ack_delivered) && type == '3') {
    const std::size_t payload = payload_at(text);
    const bool odd = payload == text.size() || text[payload] == '{';
    return odd ? read.substr(0, payload) + "[" + read.substr(payload) + "]" : read;
  }
  if (has(ServerFault::disconnect_payload_ok) && type == '1') {
    return read.substr(0, payload_at(text));
  }
  if (type == '2') {
    return reworded_event(*options_, std::move(read));
  }
  return type == '0' ? reworded_connect(*options_, std::move(read)) : read;
}

bool ServerConnection::faulty_packet(const PacketView& packet) {
  const bool event = packet.type == PacketType::event || packet.type == PacketType::binary_event;
  const bool ack = packet.type == PacketType::ack || packet.type == PacketType::binary_ack;
  if (ack && find(packet.nsp) && has(ServerFault::late_client_ack_crash)) {
    std::_Exit(EXIT_FAILURE);
  }
  if (ack && has(ServerFault::client_ack_echoed) && packet.ack_id) {
    const std::size_t begin = packet.data.find('[') + 1;
    host_->send(make_ack(packet.nsp, *packet.ack_id, packet.data.substr(begin, packet.data.rfind(']') - begin)));
    return true;
  }
  if (ack && packet.ack_id && find(packet.nsp) && has(ServerFault::ack_of_any_namespace)) {
    const std::vector<ServerSocketPtr> all = sockets_;
    for (const ServerSocketPtr& socket : all) {
      host_->on_ack(socket, *packet.ack_id, packet.data);
    }
    return true;
  }
  const ServerSocketPtr named = find(packet.nsp);
  if (event && named && named->state() == ServerSocket::State::connecting &&
      has(ServerFault::event_during_admission_ok)) {
    on_event_packet(named, packet, {});
    return true;
  }
  const bool joined = named != nullptr;
  if (joined || sockets_.empty()) {
    return !joined && event && connect_by_ != Time::max() && has(ServerFault::event_before_connect_ok);
  }
  if (event && packet.nsp == "/" && has(ServerFault::main_ns_implicit)) {
    on_event_packet(sockets_.front(), packet, {});
    return true;
  }
  return event && packet.nsp != "/" && has(ServerFault::foreign_ns_ignored);
}

bool ServerConnection::faulty_disconnect(const ServerSocketPtr& socket) {
  switch (options_->fault) {
    case ServerFault::disconnect_ignored:
      return true;
    case ServerFault::disconnect_echo: {
      std::string text;
      append_packet(text, PacketType::disconnect, socket->nsp_, std::nullopt, {});
      host_->send(std::make_shared<const Frame>(text));
      return false;
    }
    case ServerFault::disconnect_kills_all_ns: {
      const std::vector<ServerSocketPtr> all = sockets_;
      for (const ServerSocketPtr& one : all) {
        forget(one);
        host_->on_disconnect(one, "client namespace disconnect");
      }
      return true;
    }
    case ServerFault::main_leave_closes:
    case ServerFault::last_leave_closes: {
      const bool main = has(ServerFault::main_leave_closes) && socket->nsp_ == "/" && sockets_.size() > 1;
      if (main || (has(ServerFault::last_leave_closes) && sockets_.size() == 1)) {
        invalid("left");
        return true;
      }
      return false;
    }
    case ServerFault::event_behind_disconnect_ok:
      return socket->nsp_ != "/";  // still served
    default:
      return false;
  }
}

bool ServerConnection::faulty_event(const ServerSocketPtr& socket, IncomingEvent& event) {
  const bool binary = !event.attachments->empty();
  switch (options_->fault) {
    case ServerFault::drop_every_5th:
      return ++events_ % 5 == 0;
    case ServerFault::ns_cross_delivery: {
      const auto other = std::find_if(sockets_.begin(), sockets_.end(), [&](const auto& one) { return one != socket; });
      if (other != sockets_.end() && (*other)->state() == ServerSocket::State::connected) {
        host_->on_event(ServerSocketPtr(*other), event);
      }
      return false;
    }
    case ServerFault::ack_never_when_binary:
      return binary && event.ack_id;
    case ServerFault::ack_zero_lost:
      return event.ack_id == std::uint64_t{0};
    case ServerFault::ack_for_many_lost:
      return event.ack_id && ++events_ > 500;
    case ServerFault::ack_id_32_bits:
      if (event.ack_id) {
        event.ack_id = *event.ack_id & 0xFFFF'FFFFU;
      }
      return false;
    case ServerFault::unknown_event_closes:
      if (std::find(std::begin(kHeardEvents), std::end(kHeardEvents), event.name) == std::end(kHeardEvents)) {
        invalid("unknown event");
        return true;
      }
      return false;
    case ServerFault::bare_event_crashes:
      if (event.args.empty()) {
        std::_Exit(EXIT_FAILURE);
      }
      return false;
    case ServerFault::last_argument_lost: {
      boost::json::error_code code;
      boost::json::value value = boost::json::parse(array_of(event.args), code);
      boost::json::array* const args = value.if_array();
      if (binary || args == nullptr || args->size() < 2) {
        return false;
      }
      args->pop_back();
      const std::string fewer = boost::json::serialize(value);
      const std::string_view inside = std::string_view(fewer).substr(1, fewer.size() - 2);
      host_->on_event(socket, {event.name, inside, event.ack_id, event.attachments});
      return true;
    }
    default:
      return false;
  }
}

std::string_view ServerConnection::leaked_auth(std::string_view auth) {
  if (first_auth_.empty()) {
    first_auth_ = auth;
  }
  return first_auth_;
}

void ServerConnection::remember_refusal(const std::string& nsp, const FramePtr& frame) {
  if (has(ServerFault::refusal_sticks)) {
    refused_nsp_ = nsp;
    refusal_ = frame;
  }
}

bool ServerConnection::refused_before(std::string_view nsp) {
  const bool before = refusal_ && refused_nsp_ == nsp;
  if (before) {
    host_->send(refusal_);
  }
  return before;
}
#else
std::optional<std::string> ServerConnection::misread_text(std::string_view text) {
  return std::string(text);
}
bool ServerConnection::faulty_packet(const PacketView&) {
  return false;
}
bool ServerConnection::faulty_disconnect(const ServerSocketPtr&) {
  return false;
}
bool ServerConnection::faulty_event(const ServerSocketPtr&, IncomingEvent&) {
  return false;
}
std::string_view ServerConnection::leaked_auth(std::string_view auth) {
  return auth;
}
void ServerConnection::remember_refusal(const std::string&, const FramePtr&) {}
bool ServerConnection::refused_before(std::string_view) {
  return false;
}
#endif

}  // namespace plumbline::socketio
