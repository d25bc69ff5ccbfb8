// The arguments of an event of the fixture, and the packets made of them. No I/O.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/application.h"
#include "plumbline/socketio/packet.h"

namespace plumbline::serve {

// JSON values joined by commas, and the attachments that their placeholders name.
struct EchoArguments {
  std::string_view text;
  const std::vector<std::string>* attachments{nullptr};
};

[[nodiscard]] EchoArguments arguments_of(const Event& event);  // as they came
[[nodiscard]] boost::json::array parsed_arguments(const Event& event);
[[nodiscard]] std::string joined(const boost::json::array& values, std::size_t from);  // without the first `from`

[[nodiscard]] std::string first_of(std::string_view array);  // of a JSON array; "null" when there is none

struct EventForm {
  std::optional<std::uint64_t> ack_id{};
  std::string_view offset{};  // of connection-state recovery: one more argument
  socketio::Frame::Packing packing{socketio::Frame::Packing::allowed};
};
[[nodiscard]] socketio::FramePtr event_frame(std::string_view nsp, std::string_view name, const EchoArguments& args,
                                             const EventForm& form = {});
[[nodiscard]] socketio::FramePtr ack_frame(std::string_view nsp, const Event& event);

}  // namespace plumbline::serve
