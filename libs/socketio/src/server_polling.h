// What only a polling session carries: its queue, and what its requests are doing.
#pragma once

#include <string>
#include <vector>

#include "plumbline/socketio/server_session.h"

namespace plumbline::engineio {

struct ServerSession::Outgoing {
  PacketType type{PacketType::message};
  bool binary{false};
  std::string payload;
  socketio::FramePtr frame;  // instead of all others

  void append_to(std::string& body, bool raw = false) const {
    if (!frame) {
      binary ? append_binary_packet(body, payload) : append_packet(body, type, payload);
      return;
    }
    if (!body.empty()) {
      body += kPayloadSeparator;
    }
    body += frame->text();
    for (const std::string& attachment : frame->attachments()) {
      if (raw) {  // a deliberate fault
        body += kPayloadSeparator;
        body += 'b' + attachment;
      } else {
        append_binary_packet(body, attachment);
      }
    }
  }

  void send_to(SessionHost& host) const {
    if (frame) {
      host.ws_frame(frame);
    } else if (binary) {
      host.ws_binary(payload);
    } else {
      host.ws_text(static_cast<char>('0' + static_cast<int>(type)) + payload);
    }
  }
};

struct ServerSession::Polling {
  std::vector<Outgoing> queue;
  std::size_t bytes{0};
  Time deadline{Time::max()};  // of the upgrade, or of the farewell
  bool parked{false};
  bool receiving{false};  // a POST's body is coming in
  bool overflowed{false};
};

}  // namespace plumbline::engineio
