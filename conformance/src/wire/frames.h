// RFC 6455 frames, read and written raw and independently of the code that is judged (rule R5). Stage: wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::conform {

struct Frame {
  bool fin{true};
  unsigned opcode{0};  // 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong
  std::string payload;
  bool packed{false};  // RSV1 of permessage-deflate (RFC 7692)
};

inline constexpr unsigned kPacked = 0x40;  // added to an opcode: RSV1

// One masked client frame. The mask is a fixed literal: readable evidence matters more here than unpredictability.
[[nodiscard]] std::string masked_frame(unsigned opcode, std::string_view payload, bool fin = true);

// One frame as a server sends it.
[[nodiscard]] std::string plain_frame(unsigned opcode, std::string_view payload);

// Collects frames from bytes in any pieces. After bytes that are none of this sender (reserved bits, a wrong mask bit,
// an unknown opcode) it stops and keeps them as garbage.
class FrameReader {
 public:
  enum class Sender { server, client };  // a client's frames are masked, a server's are not
  explicit FrameReader(Sender sender = Sender::server) : masked_(sender == Sender::client) {}
  [[nodiscard]] std::vector<Frame> feed(std::string_view bytes);
  // permessage-deflate was negotiated: the first frame of a message may have RSV1.
  void allow_packed() { packed_allowed_ = true; }
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] const std::string& garbage() const { return pending_; }  // only when broken

 private:
  bool take(Frame& frame);

  bool masked_;
  bool packed_allowed_{false};
  std::string pending_;
  bool broken_{false};
};

}  // namespace plumbline::conform
