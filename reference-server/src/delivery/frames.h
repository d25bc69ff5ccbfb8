// What the messenger's sockets are told, as JSON and as ready frames, serialised once for all receivers. Stage:
// delivery.
#pragma once

#include <string_view>

#include "bus/event_bus.h"
#include "plumbline/socketio/packet.h"
#include "service/json_text.h"

namespace plumbline::serve {

[[nodiscard]] socketio::FramePtr new_message_frame(const Message& message);
[[nodiscard]] socketio::FramePtr typing_frame(const Typing& typing);
[[nodiscard]] socketio::FramePtr read_receipt_frame(const ReadReceipt& receipt);
[[nodiscard]] socketio::FramePtr notice_frame(std::string_view event, std::string_view payload);
[[nodiscard]] socketio::FramePtr registered_frame(std::size_t queued_notifications);
[[nodiscard]] socketio::FramePtr chat_registered_frame(std::size_t queued_messages);
[[nodiscard]] socketio::FramePtr error_frame(std::string_view message);
[[nodiscard]] socketio::FramePtr session_expired_frame();

}  // namespace plumbline::serve
