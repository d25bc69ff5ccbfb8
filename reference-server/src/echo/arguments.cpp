#include "echo/arguments.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace plumbline::serve {
namespace {

constexpr std::size_t kDeepest = 64;  // as the packet parser allows

}  // namespace

EchoArguments arguments_of(const Event& event) {
  return {event.args, event.attachments};
}

boost::json::array parsed_arguments(const Event& event) {
  boost::json::parse_options options;
  options.max_depth = kDeepest;
  boost::system::error_code failure;
  boost::json::value value = boost::json::parse(socketio::array_of(event.args), failure, {}, options);
  return !failure && value.is_array() ? std::move(value.get_array()) : boost::json::array{};
}

std::string joined(const boost::json::array& values, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < values.size(); ++i) {
    text += i == from ? "" : ",";
    text += boost::json::serialize(values[i]);
  }
  return text;
}

std::string first_of(std::string_view array) {
  boost::system::error_code failure;
  const auto value = boost::json::parse(array, failure);
  const bool some = !failure && value.is_array() && !value.get_array().empty();
  return some ? boost::json::serialize(value.get_array().front()) : "null";
}

// The same packet with or without attachments: placeholders in the arguments stay as they came.
socketio::FramePtr event_frame(std::string_view nsp, std::string_view name, const EchoArguments& args,
                               const EventForm& form) {
  std::string data = "[\"" + std::string(name) + "\"";
  if (!args.text.empty()) {
    data += ',';
    data += args.text;
  }
  if (!form.offset.empty()) {
    data += ",\"" + std::string(form.offset) + "\"";
  }
  data += ']';
  const bool binary = args.attachments != nullptr && !args.attachments->empty();
  std::string text;
  socketio::append_packet(text, binary ? socketio::PacketType::binary_event : socketio::PacketType::event, nsp,
                          form.ack_id, data, binary ? static_cast<std::uint32_t>(args.attachments->size()) : 0);
  auto attachments = binary ? *args.attachments : std::vector<std::string>{};
  return std::make_shared<const socketio::Frame>(text, std::move(attachments), form.packing);
}

socketio::FramePtr ack_frame(std::string_view nsp, const Event& event) {
  if (event.attachments->empty()) {
    return socketio::make_ack(nsp, event.ack_id.value_or(0), event.args);
  }
  std::string text;
  socketio::append_packet(text, socketio::PacketType::binary_ack, nsp, event.ack_id, socketio::array_of(event.args),
                          static_cast<std::uint32_t>(event.attachments->size()));
  return std::make_shared<const socketio::Frame>(text, *event.attachments);
}

}  // namespace plumbline::serve
