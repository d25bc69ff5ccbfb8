#include "subject_client/client_connection.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>

#include "evidence/base64.h"
#include "plumbline/net/http.h"

namespace plumbline::conform {
namespace http = boost::beast::http;

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

std::string_view find(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

// RFC 6455 4.2.2, independently of the code that is judged.
std::string accept_of(const std::string& key) {
  const std::string joined = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(joined.data(), joined.size(), digest.data(), &length, EVP_sha1(), nullptr);
  return to_base64({reinterpret_cast<const char*>(digest.data()), length});
}

std::string_view reason_of(unsigned status) {
  return http::obsolete_reason(http::int_to_status(status)).data();
}

}  // namespace

std::string_view ClientRequest::parameter(std::string_view name) const {
  return find(query, name);
}
std::string_view ClientRequest::header(std::string_view lower_name) const {
  return find(headers, lower_name);
}

struct ClientConnection::Reader {
  http::request_parser<http::string_body> parser;
  Reader() {
    parser.body_limit(64U << 20U);
    parser.header_limit(256U << 10U);
  }
};

ClientConnection::ClientConnection(Medium& medium, WireLog& log, int number, ConnectionOwner& owner)
    : Connection(medium, log, number), owner_(owner), reader_(std::make_unique<Reader>()) {
  log_.note(number, "the client connects");
}
ClientConnection::~ClientConnection() = default;

void ClientConnection::answer(unsigned status, std::string_view body, std::string_view content_type) {
  const std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\r\n{}",
                  status, reason_of(status), content_type, body.size(), body);
  log_.sent(number(), "http", text);
  queue(text);
  waiting_ = false;
  read_requests();
}

void ClientConnection::accept_web_socket() {
  const std::string text = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
      "{}\r\n\r\n",
      accept_of(key_));
  log_.sent(number(), "http", text);
  queue(text);
  web_socket_ = true;
  read_frames(std::exchange(pending_, {}));
}

void ClientConnection::frame(unsigned opcode, std::string_view payload) {
  log_.sent(number(), opcode == 1 ? "ws text" : opcode == 2 ? "ws binary" : "ws control", payload);
  queue(plain_frame(opcode, payload));
}

void ClientConnection::close_web_socket(unsigned code) {
  frame(8, std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)});
  hang_up();
}

void ClientConnection::on_bytes(std::string_view bytes) {
  if (web_socket_) {
    read_frames(bytes);
    return;
  }
  log_.received(number(), "http", bytes);
  pending_ += bytes;
  read_requests();
}

void ClientConnection::read_requests() {
  while (!waiting_ && !web_socket_ && !pending_.empty() && !ended()) {
    boost::system::error_code error;
    const std::size_t used = reader_->parser.put(boost::asio::const_buffer(pending_.data(), pending_.size()), error);
    pending_.erase(0, used);
    if (error && error != http::error::need_more) {
      log_.note(number(), "no HTTP");
      hang_up();
      return;
    }
    if (!reader_->parser.is_done()) {
      if (used == 0 || error == http::error::need_more) {
        return;
      }
      continue;
    }
    const auto message = reader_->parser.release();
    reader_ = std::make_unique<Reader>();
    ClientRequest request;
    request.at = now();
    request.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = std::string(target.substr(0, mark));
    request.query = net::parse_query(target.substr(std::min(mark + 1, target.size())));
    for (const auto& field : message) {
      request.headers.emplace_back(lower({field.name_string().data(), field.name_string().size()}),
                                   std::string(field.value()));
    }
    request.body = message.body();
    request.upgrade = lower(request.header("upgrade")) == "websocket";
    key_ = std::string(request.header("sec-websocket-key"));
    waiting_ = true;
    owner_.on_request(*this, std::move(request));
  }
}

void ClientConnection::read_frames(std::string_view bytes) {
  for (Frame& frame : frames_.feed(bytes)) {
    if (!gone_ && !ended()) {
      on_frame(frame);
    }
  }
  if (frames_.broken() && !ended()) {
    log_.received(number(), "no ws frame", frames_.garbage());
    hang_up();
  }
}

void ClientConnection::on_frame(const Frame& read) {
  if (read.opcode == 8) {
    log_.received(number(), "ws close", read.payload);
    gone();
    frame(8, read.payload.substr(0, 2));
    hang_up();
  } else if (read.opcode == 9) {
    frame(10, read.payload);
  } else if (read.opcode <= 2) {
    if (read.opcode != 0) {
      partial_.clear();
      partial_binary_ = read.opcode == 2;
    }
    partial_ += read.payload;
    if (read.fin) {
      log_.received(number(), partial_binary_ ? "ws binary" : "ws text", partial_);
      owner_.on_message(*this, partial_binary_, std::exchange(partial_, {}));
    }
  }
}

void ClientConnection::gone() {
  if (!gone_) {
    gone_ = true;
    owner_.on_gone(*this);
  }
}

}  // namespace plumbline::conform
