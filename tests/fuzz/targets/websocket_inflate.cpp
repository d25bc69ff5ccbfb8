// permessage-deflate: any bytes inflate within their limit or not at all, and what we pack comes back.
#include "plumbline/websocket/deflate.h"

#include "fuzz/target.h"

// The first byte chooses the limit, the rest is the packed message.
PLUMBLINE_FUZZ_TARGET(websocket_inflate) {
  using namespace plumbline::websocket;
  if (input.empty()) {
    return;
  }
  const std::size_t limit = std::size_t{1} << (static_cast<unsigned char>(input.front()) % 20U);
  const std::string_view rest = input.substr(1);
  std::string out;
  const Inflated inflated = inflate_message(rest, limit, out);
  plumbline::fuzz::require(out.size() <= limit);
  if (inflated == Inflated::whole) {
    std::string again;
    plumbline::fuzz::require(inflate_message(deflate_message(out), out.size(), again) == Inflated::whole);
    plumbline::fuzz::require(again == out);
  }
  std::string back;
  plumbline::fuzz::require(inflate_message(deflate_message(rest), rest.size(), back) == Inflated::whole);
  plumbline::fuzz::require(back == rest);
  (void)accept_deflate(rest);
}
