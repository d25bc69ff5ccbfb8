// What an HTTP answer, or its absence, says about the effect of the request (failover.md b.1). Pure. Stage: workload.
#pragma once

#include <cstdint>
#include <string>

#include "plumbline/client/http_client.h"
#include "recorder/recorder.h"

namespace plumbline::load {

// Whether the target's contract declares that 503 with `accepted: false` means "not accepted": then a lie is caught as
// aborted-read. A 503 without it is somebody else's, such as a proxy that lost its server halfway.
enum class Contract : std::uint8_t { strict, lenient };

using HttpEnd = boost::system::result<client::HttpAnswer, client::HttpFailure>;

[[nodiscard]] Outcome classify(const HttpEnd& end, Contract contract);
// "status 503", "timeout", "closed": what the outage table counts.
[[nodiscard]] std::string error_text(const HttpEnd& end);

// The acknowledgement of a send: 2xx with well-formed ids. Anything else in a 2xx leaves the outcome unknown.
struct SendReceipt {
  std::string message_id;
  std::uint64_t sequence_id{0};
  bool well_formed{false};
};
[[nodiscard]] SendReceipt read_send_receipt(const std::string& body);

}  // namespace plumbline::load
