#include "bus/kafka/dead_letter_topic.h"

#include <array>
#include <tuple>

#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

constexpr int kFlushMillis = 500;

using Headers = Owned<rd_kafka_headers_t, rd_kafka_headers_destroy>;

void add_header(rd_kafka_headers_t* headers, const std::string& name, const std::string& value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                      static_cast<ssize_t>(value.size()));
}

}  // namespace

DeadLetterTopic::~DeadLetterTopic() {
  if (producer_) {
    rd_kafka_flush(producer_.get(), kFlushMillis);
  }
}

void DeadLetterTopic::add(const std::string& key, const std::string& value, const std::string& from,
                          const std::string& reason) {
  if (!producer_) {
    producer_ = ClientConfig(options_).set("acks", "all").make(RD_KAFKA_PRODUCER);
  }
  Headers headers(rd_kafka_headers_new(2));
  add_header(headers.get(), "from", from);
  add_header(headers.get(), "reason", reason);
  std::array<rd_kafka_vu_t, 5> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = kDeadLetterTopic;
  parts[1].vtype = RD_KAFKA_VTYPE_KEY;
  parts[1].u.mem = {const_cast<char*>(key.data()), key.size()};  // copied, not written to
  parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[2].u.mem = {const_cast<char*>(value.data()), value.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[3].u.i = RD_KAFKA_MSG_F_COPY;
  parts[4].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[4].u.headers = headers.get();
  rd_kafka_error_t* refused = rd_kafka_produceva(producer_.get(), parts.data(), parts.size());
  if (refused == nullptr) {
    std::ignore = headers.release();  // the record's now
    return;
  }
  log::warn("dead_letter_not_published", {{"from", from}, {"error", rd_kafka_error_string(refused)}});
  rd_kafka_error_destroy(refused);
}

void DeadLetterTopic::poll() {
  if (producer_) {
    rd_kafka_poll(producer_.get(), 0);
  }
}

}  // namespace plumbline::serve
