// The settings of every librdkafka client, measured against broker kills and freezes, and what owns a client. Stage:
// bus.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>

#include "bus/kafka/kafka_options.h"

namespace plumbline::serve {

template <auto destroy>
struct DestroyWith {
  template <class T>
  void operator()(T* owned) const {
    destroy(owned);
  }
};
template <class T, auto destroy>
using Owned = std::unique_ptr<T, DestroyWith<destroy>>;

using KafkaClient = Owned<rd_kafka_t, rd_kafka_destroy>;

// Throws std::logic_error when librdkafka does not know a setting, std::runtime_error when no client can be made.
class ClientConfig {
 public:
  explicit ClientConfig(const KafkaOptions& options);

  ClientConfig& set(const std::string& name, const std::string& value);
  ClientConfig& opaque(void* owner);
  ClientConfig& on_report(void (*report)(rd_kafka_t*, const rd_kafka_message_t*, void*));
  ClientConfig& on_error(void (*told)(rd_kafka_t*, int, const char*, void*));
  ClientConfig& on_rebalance(void (*change)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*));
  [[nodiscard]] KafkaClient make(rd_kafka_type_t type);  // once

 private:
  Owned<rd_kafka_conf_t, rd_kafka_conf_destroy> conf_;
};

// Whether the client can never work again, which only a new one cures.
[[nodiscard]] bool is_fatal(rd_kafka_t* client, std::string* reason = nullptr);

}  // namespace plumbline::serve
