// permessage-deflate (RFC 7692) as a judge needs it: what it packs is the same bytes on every machine, so that a stored
// run can be played back; what a server packed is unpacked by zlib. Stage: wire.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::conform {

// One message as raw DEFLATE, without the four bytes 00 00 ff ff at its end. Only repetitions of one byte get shorter:
// 258 of them take 13 bits.
[[nodiscard]] std::string packed_message(std::string_view payload);

// What one server sends on one connection; each message may refer to those before it.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // nullopt: no DEFLATE stream, or one of more than 64 MiB.
  [[nodiscard]] std::optional<std::string> message(std::string_view packed);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

// What an answer says with Content-Encoding `coding`; nullopt when it is not that.
[[nodiscard]] std::optional<std::string> decoded_body(std::string_view coding, std::string_view body);

}  // namespace plumbline::conform
