#include "backplane/cluster/cluster_message.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace plumbline::serve {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> kClusterKinds{"emit", "ask", "asked", "answer", "kick", "claim", "handover"};
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

std::string base64_of(const std::string& bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kBase64);
  text.pop_back();  // the NUL that libsodium ends it with
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const bool good = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                      text.size(), nullptr, &size, nullptr, kBase64) == 0;
  bytes.resize(size);
  return good ? std::optional(std::move(bytes)) : std::nullopt;
}

// The first character of a frame's text is the Engine.IO type.
json::object to_json(const NumberedFrame& packet) {
  json::object fields{{"text", packet.frame->text().substr(1)}};
  for (const std::string& attachment : packet.frame->attachments()) {
    json::value& all = fields["attachments"];
    (all.is_array() ? all.get_array() : all.emplace_array()).emplace_back(base64_of(attachment));
  }
  if (!packet.frame->may_pack()) {
    fields["plain"] = true;
  }
  if (!packet.offset.empty()) {
    fields["offset"] = packet.offset;
  }
  return fields;
}

// Reads members of one object and remembers whether one was not as it must be. One that is missing is empty.
class Members {
 public:
  explicit Members(const json::object& fields) : fields_(fields) {}

  [[nodiscard]] bool good() const { return good_; }
  std::optional<std::string> text(std::string_view key) {
    const json::value* const value = fields_.if_contains(key);
    if (value != nullptr && !value->is_string()) {
      good_ = false;
    }
    return value != nullptr && value->is_string() ? std::optional(std::string(value->get_string())) : std::nullopt;
  }
  std::uint64_t number(std::string_view key) {
    const json::value* const value = fields_.if_contains(key);
    const bool whole = value != nullptr && value->is_int64() && value->get_int64() >= 0;
    good_ = good_ && (value == nullptr || whole);
    return whole ? static_cast<std::uint64_t>(value->get_int64()) : 0;
  }
  bool flag(std::string_view key) {
    const json::value* const value = fields_.if_contains(key);
    good_ = good_ && (value == nullptr || value->is_bool());
    return value != nullptr && value->is_bool() && value->get_bool();
  }
  json::array array(std::string_view key) {
    const json::value* const value = fields_.if_contains(key);
    good_ = good_ && (value == nullptr || value->is_array());
    return value != nullptr && value->is_array() ? value->get_array() : json::array{};
  }
  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> all;
    for (const json::value& each : array(key)) {
      good_ = good_ && each.is_string();
      all.emplace_back(each.is_string() ? std::string(each.get_string()) : std::string());
    }
    return all;
  }

 private:
  const json::object& fields_;
  bool good_{true};
};

std::optional<NumberedFrame> packet_from(const json::value& value) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  Members members(value.get_object());
  const std::string text = members.text("text").value_or("");
  std::vector<std::string> attachments;
  for (const std::string& coded : members.texts("attachments")) {
    auto bytes = from_base64(coded);
    if (!bytes) {
      return std::nullopt;
    }
    attachments.push_back(std::move(*bytes));
  }
  const bool plain = members.flag("plain");
  std::string offset = members.text("offset").value_or("");
  const auto parsed = socketio::parse_packet(text, socketio::Direction::to_client);
  const bool event = parsed.has_value() && (parsed.value().type == socketio::PacketType::event ||
                                            parsed.value().type == socketio::PacketType::binary_event);
  if (!members.good() || !event || parsed.value().attachments != attachments.size()) {
    return std::nullopt;
  }
  using Packing = socketio::Frame::Packing;
  return NumberedFrame{
      std::make_shared<const socketio::Frame>(text, std::move(attachments), plain ? Packing::never : Packing::allowed),
      std::move(offset)};
}

json::array json_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

std::string encode(const ClusterMessage& message) {
  json::object fields{{"kind", kClusterKinds.at(static_cast<std::size_t>(message.kind))},
                      {"node", message.node},
                      {"id", message.id},
                      {"nsp", message.audience.nsp},
                      {"to", json_of(message.audience.to)},
                      {"except", json_of(message.audience.except)},
                      {"number", message.number},
                      {"flag", message.flag},
                      {"text", message.text}};
  if (message.offset) {
    fields["offset"] = *message.offset;
  }
  json::array packets;
  for (const NumberedFrame& packet : message.packets) {
    packets.emplace_back(to_json(packet));
  }
  fields["packets"] = std::move(packets);
  return json::serialize(fields);
}

Result<ClusterMessage> decode_cluster_message(std::string_view text) {
  const Error malformed{Errc::malformed, "not a message of a node"};
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure);
  if (failure || !value.is_object()) {
    return malformed;
  }
  Members members(value.get_object());
  const std::string kind = members.text("kind").value_or("");
  const auto* const known = std::find(kClusterKinds.begin(), kClusterKinds.end(), kind);
  ClusterMessage message;
  message.kind = static_cast<ClusterMessage::Kind>(known - kClusterKinds.begin());
  message.node = members.text("node").value_or("");
  message.id = members.number("id");
  message.audience = {members.text("nsp").value_or(""), members.texts("to"), members.texts("except")};
  message.number = members.number("number");
  message.flag = members.flag("flag");
  message.text = members.text("text").value_or("");
  message.offset = members.text("offset");
  for (const json::value& each : members.array("packets")) {
    auto packet = packet_from(each);
    if (!packet) {
      return malformed;
    }
    message.packets.push_back(std::move(*packet));
  }
  const bool carries = message.kind == ClusterMessage::Kind::emit || message.kind == ClusterMessage::Kind::ask;
  const bool whole = known != kClusterKinds.end() && !message.node.empty() &&
                     (message.kind == ClusterMessage::Kind::handover || message.packets.size() == (carries ? 1U : 0U));
  if (!members.good() || !whole) {
    return malformed;
  }
  return message;
}

}  // namespace plumbline::serve
