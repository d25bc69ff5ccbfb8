// A message of another node: never a crash on any bytes, and what is read can be written and read again to the same
// text.
#include "backplane/cluster/cluster_message.h"

#include "fuzz/target.h"

PLUMBLINE_FUZZ_TARGET(cluster_message) {
  using namespace plumbline::serve;
  const auto message = decode_cluster_message(input);
  if (message.has_error()) {
    plumbline::fuzz::require(!message.error().where.empty());
    return;
  }
  const std::string written = encode(message.value());
  const auto again = decode_cluster_message(written);
  plumbline::fuzz::require(again.has_value());
  plumbline::fuzz::require(encode(again.value()) == written);
}
