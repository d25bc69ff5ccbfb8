// Client side of RFC 6455: handshake checks of section 4.1, masked frames, the close handshake.
#include "websocket_channel.h"

#include "plumbline/base/ids.h"
#include "plumbline/net/http.h"
#include "plumbline/socketio/engine_packet.h"

namespace plumbline::client {
namespace {

constexpr std::size_t kMaxRefusalBody = 64U << 10U;

Error upgrade_refusal(unsigned status) {
  if (status / 100 == 3) {
    return Error{Errc::refused, "the server answered the WebSocket request with a redirect"};
  }
  if (status == 401 || status == 403) {
    return Error{Errc::forbidden, "the server forbade the WebSocket"};
  }
  if (status / 100 == 4) {
    return Error{Errc::refused, "the server refused the WebSocket with a 4xx"};
  }
  return status / 100 == 5 ? Error{Errc::unavailable, "the server answered the WebSocket request with a 5xx"}
                           : Error{Errc::malformed, "the server did not switch to WebSocket"};
}

Error reason_of(websocket::CloseCode code) {
  switch (code) {
    case websocket::CloseCode::going_away:
      return Error{Errc::closed, "WebSocket closed: going away (1001)"};
    case websocket::CloseCode::protocol_error:
      return Error{Errc::closed, "WebSocket closed: protocol error (1002)"};
    case websocket::CloseCode::invalid_payload:
      return Error{Errc::closed, "WebSocket closed: bad payload (1007)"};
    case websocket::CloseCode::policy_violation:
      return Error{Errc::closed, "WebSocket closed: policy (1008)"};
    case websocket::CloseCode::message_too_big:
      return Error{Errc::closed, "WebSocket closed: too big (1009)"};
    case websocket::CloseCode::internal_error:
      return Error{Errc::closed, "WebSocket closed: server error (1011)"};
    default:
      return Error{Errc::closed, "WebSocket closed by the server"};
  }
}

}  // namespace

struct WebSocketChannel::Handshake {
  std::string request;
  std::string accept;
  HttpReader reader{kMaxRefusalBody, false};
};

WebSocketChannel::WebSocketChannel(Reactor& reactor, WebSocketOwner& owner, std::size_t max_message)
    : stream_(reactor, *this), owner_(&owner), decoder_(websocket::Role::client, max_message) {}

WebSocketChannel::~WebSocketChannel() = default;

void WebSocketChannel::open(const TcpTarget& target, std::string_view host, std::string_view request_target) {
  handshake_ = std::make_unique<Handshake>();
  std::string nonce;
  for (int i = 0; i < 2; ++i) {
    const std::uint64_t word = stream_.reactor().rng().next();
    nonce.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  const std::string key = engineio::base64_encode(nonce);
  handshake_->accept = websocket::accept_key(key);
  std::string& request = handshake_->request;
  request.append("GET ").append(request_target).append(" HTTP/1.1\r\nHost: ").append(host);
  request.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  request.append(key).append("\r\n\r\n");
  stream_.connect(target);
}

void WebSocketChannel::on_open() {
  stream_.out() += handshake_->request;
  stream_.flush();
}

void WebSocketChannel::on_bytes(std::span<char> bytes, Time received) {
  if (handshake_) {
    on_handshake_bytes(bytes, received);
  } else {
    decode(bytes, received);
  }
}

void WebSocketChannel::on_handshake_bytes(std::span<char> bytes, Time received) {
  const auto used = handshake_->reader.feed({bytes.data(), bytes.size()});
  if (!used) {
    return fail(used.error());
  }
  if (!handshake_->reader.done()) {
    return;
  }
  const net::HttpResponse response = handshake_->reader.take();
  if (response.status != 101) {
    return fail(upgrade_refusal(response.status));
  }
  const bool upgraded = to_lower_ascii(net::find_header(response.headers, "upgrade")) == "websocket" &&
                        net::find_header(response.headers, "sec-websocket-accept") == handshake_->accept &&
                        net::find_header(response.headers, "sec-websocket-extensions").empty();
  if (!upgraded) {
    return fail(Error{Errc::malformed, "the server's WebSocket handshake is wrong"});
  }
  handshake_.reset();
  owner_->on_websocket_open();
  if (stream_.open() && *used < bytes.size()) {
    decode(bytes.subspan(*used), received);
  }
}

void WebSocketChannel::decode(std::span<char> bytes, Time received) {
  received_ = received;
  const auto failure = decoder_.feed(bytes, *this);
  if (failure && stream_.open()) {
    websocket::append_close(stream_.out(), websocket::Role::client, *failure, {},
                            static_cast<std::uint32_t>(stream_.reactor().rng().next()));
    stream_.flush();
    fail(Error{Errc::malformed, "the server broke the WebSocket protocol"});
  }
}

void WebSocketChannel::on_message(websocket::MessageKind kind, std::string_view payload) {
  if (kind == websocket::MessageKind::text) {
    owner_->on_websocket_text(payload, received_);
  } else {
    owner_->on_websocket_binary(payload, received_);
  }
}

void WebSocketChannel::on_ping(std::string_view payload) {
  send(websocket::Opcode::pong, payload);
}

void WebSocketChannel::on_close(websocket::CloseCode code, std::string_view) {
  websocket::append_close(stream_.out(), websocket::Role::client, code, {},
                          static_cast<std::uint32_t>(stream_.reactor().rng().next()));
  stream_.flush();
  fail(reason_of(code));
}

void WebSocketChannel::send(websocket::Opcode opcode, std::string_view payload) {
  if (stream_.open()) {
    websocket::append_frame(stream_.out(), websocket::Role::client, opcode, payload,
                            static_cast<std::uint32_t>(stream_.reactor().rng().next()));
  }
}

void WebSocketChannel::on_closed(const Error& why) {
  const bool refused = handshake_ && handshake_->reader.finish();
  fail(refused ? upgrade_refusal(handshake_->reader.take().status) : why);
}

void WebSocketChannel::fail(const Error& why) {
  decoder_.stop();
  stream_.close();
  owner_->on_websocket_closed(why);
}

void WebSocketChannel::close() {
  decoder_.stop();
  if (stream_.open() && !handshake_) {
    websocket::append_close(stream_.out(), websocket::Role::client, websocket::CloseCode::normal, {},
                            static_cast<std::uint32_t>(stream_.reactor().rng().next()));
    stream_.flush();
  }
  stream_.close();
}

void WebSocketChannel::reset() {
  decoder_.stop();
  stream_.reset();
}

}  // namespace plumbline::client
