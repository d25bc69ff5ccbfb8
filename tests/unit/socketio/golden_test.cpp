// Differential test: what the official JavaScript encoders wrote is understood, and written again byte for byte.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <sstream>

#include "plumbline/socketio/engine_packet.h"
#include "plumbline/socketio/packet.h"

namespace plumbline {
namespace {

namespace json = boost::json;

json::value load_vectors() {
  std::ifstream file(PLUMBLINE_GOLDEN_VECTORS);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

const json::array& vectors(const char* protocol) {
  static const json::value all = load_vectors();
  return all.at(protocol).as_array();
}

std::string text_of(const json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

std::string from_hex(const json::value& value) {
  const std::string digits = text_of(value);
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::optional<std::uint64_t> id_of(const json::object& vector) {
  return vector.contains("id") ? std::optional{vector.at("id").to_number<std::uint64_t>()} : std::nullopt;
}

socketio::Direction direction_of(socketio::PacketType type) {
  return type == socketio::PacketType::connect_error ? socketio::Direction::to_client : socketio::Direction::to_server;
}

std::vector<std::string> attachments_of(const json::object& vector) {
  std::vector<std::string> attachments;
  for (const json::value& hex : vector.at("attachments").as_array()) {
    attachments.push_back(from_hex(hex));
  }
  return attachments;
}

void check_socketio(const json::object& vector) {
  const auto type = static_cast<socketio::PacketType>(vector.at("type").to_number<int>());
  const std::vector<std::string> attachments = attachments_of(vector);
  const std::string text = text_of(vector.at("text"));

  socketio::Reassembler reassembler;
  auto packet = reassembler.on_text(text, direction_of(type));
  for (const std::string& attachment : attachments) {
    ASSERT_TRUE(packet && !packet.value());
    packet = reassembler.on_binary(attachment);
  }

  ASSERT_TRUE(packet && packet.value());
  const socketio::Packet& decoded = *packet.value();
  EXPECT_EQ(decoded.type, type);
  EXPECT_EQ(decoded.nsp, text_of(vector.at("nsp")));
  EXPECT_EQ(decoded.ack_id, id_of(vector));
  EXPECT_EQ(decoded.data, text_of(vector.at("data")));
  EXPECT_EQ(decoded.attachments, attachments);

  const auto count = static_cast<std::uint32_t>(attachments.size());
  const auto wire_type = count == 0                            ? type
                         : type == socketio::PacketType::event ? socketio::PacketType::binary_event
                                                               : socketio::PacketType::binary_ack;
  std::string encoded;
  socketio::append_packet(encoded, wire_type, decoded.nsp, decoded.ack_id, decoded.data, count);
  EXPECT_EQ(encoded, text);
}

TEST(GoldenVectors, OfSocketIoDecodeAndEncodeToTheSameBytes) {
  ASSERT_GT(vectors("socketio").size(), 80U);
  for (const json::value& vector : vectors("socketio")) {
    SCOPED_TRACE(text_of(vector.at("name")) + " " + text_of(vector.at("nsp")));
    check_socketio(vector.as_object());
  }
}

engineio::PacketType engine_type(const std::string& name) {
  static const std::vector<std::string> names{"open", "close", "ping", "pong", "message", "upgrade", "noop"};
  return static_cast<engineio::PacketType>(std::find(names.begin(), names.end(), name) - names.begin());
}

void check_engine_packet(const json::object& expected, const engineio::PacketView& packet) {
  EXPECT_EQ(packet.type, engine_type(text_of(expected.at("type"))));
  EXPECT_EQ(packet.binary, expected.contains("binary"));
  EXPECT_EQ(packet.payload, packet.binary ? from_hex(expected.at("binary")) : text_of(expected.at("text")));
  if (!packet.binary) {
    const std::string frame = text_of(expected.at("websocket"));
    const auto alone = engineio::parse_text_packet(frame);
    EXPECT_TRUE(alone && alone.value().type == packet.type && alone.value().payload == packet.payload);
  }
}

TEST(GoldenVectors, OfEngineIoDecodeAndEncodeToTheSameBytes) {
  ASSERT_GT(vectors("engineio").size(), 10U);
  for (const json::value& vector : vectors("engineio")) {
    const std::string payload = text_of(vector.at("payload"));
    const json::array& expected = vector.at("packets").as_array();
    SCOPED_TRACE(payload);

    std::size_t seen = 0;
    std::string encoded;
    const auto parsed = engineio::parse_payload(payload, [&](const engineio::PacketView& packet) {
      ASSERT_LT(seen, expected.size());
      check_engine_packet(expected[seen++].as_object(), packet);
      if (packet.binary) {
        engineio::append_binary_packet(encoded, packet.payload);
      } else {
        engineio::append_packet(encoded, packet.type, packet.payload);
      }
    });

    EXPECT_TRUE(parsed);
    EXPECT_EQ(seen, expected.size());
    EXPECT_EQ(encoded, payload);
  }
}

}  // namespace
}  // namespace plumbline
