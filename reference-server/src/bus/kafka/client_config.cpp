#include "bus/kafka/client_config.h"

#include <array>
#include <stdexcept>
#include <tuple>

#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

// librdkafka repeats itself while a broker is away; what matters of that is told by the circuit.
void write_log(const rd_kafka_t*, int, const char* facility, const char* text) {
  log::write(log::Level::debug, "kafka_client", {{"facility", facility}, {"text", text}});
}

}  // namespace

std::string KafkaOptions::broker_list() const {
  std::string joined;
  for (const std::string& broker : brokers) {
    joined += joined.empty() ? "" : ",";
    joined += broker;
  }
  return joined;
}

ClientConfig::ClientConfig(const KafkaOptions& options) : conf_(rd_kafka_conf_new()) {
  rd_kafka_conf_set_log_cb(conf_.get(), &write_log);
  const std::string timeout = std::to_string(options.request_timeout.count());
  set("bootstrap.servers", options.broker_list());
  set("client.id", options.instance.empty() ? "plumbline" : options.instance);
  set("socket.timeout.ms", timeout);
  set("socket.connection.setup.timeout.ms", "1000");
  set("socket.keepalive.enable", "true");
  set("socket.nagle.disable", "true");
  set("reconnect.backoff.ms", "50");
  set("reconnect.backoff.max.ms", "500");
  set("topic.metadata.refresh.fast.interval.ms", "50");
  set("topic.metadata.refresh.interval.ms", "10000");
  set("allow.auto.create.topics", "false");
  set("statistics.interval.ms", "0");
}

ClientConfig& ClientConfig::set(const std::string& name, const std::string& value) {
  std::array<char, 256> why{};
  if (rd_kafka_conf_set(conf_.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
    throw std::logic_error("librdkafka setting " + name + ": " + why.data());
  }
  return *this;
}

ClientConfig& ClientConfig::opaque(void* owner) {
  rd_kafka_conf_set_opaque(conf_.get(), owner);
  return *this;
}

ClientConfig& ClientConfig::on_report(void (*report)(rd_kafka_t*, const rd_kafka_message_t*, void*)) {
  rd_kafka_conf_set_dr_msg_cb(conf_.get(), report);
  return *this;
}

ClientConfig& ClientConfig::on_error(void (*told)(rd_kafka_t*, int, const char*, void*)) {
  rd_kafka_conf_set_error_cb(conf_.get(), told);
  return *this;
}

ClientConfig& ClientConfig::on_rebalance(void (*change)(rd_kafka_t*, rd_kafka_resp_err_t,
                                                        rd_kafka_topic_partition_list_t*, void*)) {
  rd_kafka_conf_set_rebalance_cb(conf_.get(), change);
  return *this;
}

KafkaClient ClientConfig::make(rd_kafka_type_t type) {
  std::array<char, 256> why{};
  KafkaClient client(rd_kafka_new(type, conf_.get(), why.data(), why.size()));
  if (!client) {
    throw std::runtime_error(std::string("Kafka: no client can be made: ") + why.data());
  }
  std::ignore = conf_.release();  // the client's now
  return client;
}

bool is_fatal(rd_kafka_t* client, std::string* reason) {
  std::array<char, 256> why{};
  if (rd_kafka_fatal_error(client, why.data(), why.size()) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return false;
  }
  if (reason != nullptr) {
    *reason = why.data();
  }
  return true;
}

}  // namespace plumbline::serve
