// Engine.IO v4, server side: the GETs and POSTs of a polling session.
#include "server_polling.h"

#include <utility>

namespace plumbline::engineio {
namespace {

bool is_octet_stream(std::string_view content_type) {
  return content_type.starts_with("application/octet-stream");
}

}  // namespace

std::optional<RequestError> ServerSession::begin_get(Time now) {
  if (state_ == State::closed) {
    return RequestError::unknown_sid;
  }
  if (upgraded()) {
    return polls_on_websocket() ? std::nullopt : std::optional(RequestError::bad_request);
  }
  if (polling_->parked && has(ServerFault::dup_get_no_close)) {
    return RequestError::bad_request;
  }
  if (polling_->parked) {
    if (!has(ServerFault::dup_get_tolerated)) {
      close(CloseReason::transport_error, now);  // the first is answered with `1`
      return RequestError::bad_request;
    }
    polling_->parked = false;
    host_->answer_poll("6");
  }
  polling_->parked = true;
  return std::nullopt;
}

void ServerSession::serve_poll(Time now) {
  if (upgraded()) {
    host_->answer_poll("6");
    return;
  }
  flush(now);
  const bool probed = upgrade_ == Upgrade::probed && !has(ServerFault::poll_parked_after_probe);
  if (polling_ && polling_->parked && (probed || has(ServerFault::poll_answered_at_once))) {
    answer_parked("6");  // engine.io v4: "Upgrade": the client must get its GET back to be able to pause
  }
}

void ServerSession::flush(Time) {
  if (!polling_ || !polling_->parked) {
    return;
  }
  if (state_ == State::closing) {
    answer_parked(has(ServerFault::close_without_packet) ? "6" : "1");
    state_ = State::closed;
  } else if (!polling_->queue.empty()) {
    answer_parked({});
  }
}

// What waits, then the farewell if there is one.
void ServerSession::answer_parked(std::string_view farewell) {
  std::string body;
  body.reserve(polling_->bytes + 16);
  for (const Outgoing& packet : polling_->queue) {
    packet.append_to(body, has(ServerFault::binary_not_base64));
    if (has(ServerFault::poll_one_packet_only)) {
      break;
    }
  }
  if (has(ServerFault::separator_at_end) && polling_->queue.size() > 1) {
    body += kPayloadSeparator;
  }
  if (!farewell.empty()) {
    if (!body.empty()) {
      body += kPayloadSeparator;
    }
    body += farewell;
  }
  polling_->queue = {};  // gives the memory back: most polling clients idle
  polling_->bytes = 0;
  polling_->parked = false;
  host_->answer_poll(std::move(body));
}

void ServerSession::on_poll_cut(Time now) {
  if (polling_ && polling_->parked) {
    polling_->parked = false;
    if (!has(ServerFault::aborted_poll_keeps_session)) {
      close(CloseReason::transport_close, now);
    }
  }
}

std::optional<RequestError> ServerSession::begin_post(std::string_view content_type, Time now) {
  if (state_ != State::open) {
    return RequestError::unknown_sid;
  }
  if (upgraded()) {
    return RequestError::bad_request;
  }
  if (polling_->receiving) {
    polling_->receiving = false;
    host_->abort_post();
    if (has(ServerFault::dup_post_tolerated)) {
      polling_->receiving = true;
      return std::nullopt;
    }
    close(CloseReason::transport_error, now);
    return RequestError::bad_request;
  }
  if (polling_->parked && has(ServerFault::post_while_polling_refused)) {
    return RequestError::bad_request;
  }
  if (is_octet_stream(content_type) && !has(ServerFault::octets_are_binary)) {  // v4 sends binary as base64 text
    close(CloseReason::parse_error, now);
    return RequestError::bad_request;
  }
  polling_->receiving = true;
  return std::nullopt;
}

std::optional<RequestError> ServerSession::end_post(std::string_view body, Time now) {
  if (polling_) {
    polling_->receiving = false;
  }
  if (state_ != State::open) {
    return RequestError::unknown_sid;
  }
#if defined(PLUMBLINE_MUTANTS)
  std::optional<std::string> misread;
  if (options_->fault != ServerFault::none) {
    misread = misread_payload(body);
    if (!misread) {
      return std::nullopt;
    }
    body = *misread;
  }
#endif
  std::size_t count = 0;
  const auto parsed = parse_payload(body, [&](const PacketView& packet) {
    ++count;
    if (state_ == State::open && (count == 1 || !has(ServerFault::payload_only_first))) {
      on_packet(packet, now);
    }
  });
  if (!parsed && state_ == State::open) {
    if (has(ServerFault::bad_packet_skipped)) {
      flush(now);
    }
    close(CloseReason::parse_error, now);
    return RequestError::bad_request;
  }
  return std::nullopt;
}

void ServerSession::on_post_cut(Time now) {
  if (polling_ && polling_->receiving) {
    polling_->receiving = false;
    close(CloseReason::transport_close, now);
  }
}

void ServerSession::on_post_refused() {
  if (polling_) {
    polling_->receiving = false;
  }
}

}  // namespace plumbline::engineio
