#include "kafka/cluster_view.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace plumbline::stack {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, Freed<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Freed<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Freed<rd_kafka_NewTopic_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Freed<rd_kafka_AdminOptions_destroy>>;

// Short waits: a broker that is gone must not hide the others.
constexpr std::array<std::pair<const char*, const char*>, 7> kSettings{{{"socket.timeout.ms", "1000"},
                                                                        {"socket.connection.setup.timeout.ms", "1000"},
                                                                        {"reconnect.backoff.ms", "50"},
                                                                        {"reconnect.backoff.max.ms", "200"},
                                                                        {"retry.backoff.ms", "50"},
                                                                        {"linger.ms", "5"},
                                                                        {"topic.metadata.refresh.interval.ms", "-1"}}};

bool create(rd_kafka_t* client, const char* topic, int replicas, bool only_validate, int within) {
  std::array<char, 256> why{};
  const Queue queue{rd_kafka_queue_new(client)};
  const NewTopic wanted{rd_kafka_NewTopic_new(topic, 1, replicas, why.data(), why.size())};
  const AdminOptions options{rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS)};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), within, why.data(), why.size());
  rd_kafka_AdminOptions_set_validate_only(options.get(), only_validate ? 1 : 0, why.data(), why.size());
  std::array<rd_kafka_NewTopic_t*, 1> topics{wanted.get()};
  rd_kafka_CreateTopics(client, topics.data(), topics.size(), options.get(), queue.get());
  const Event done{rd_kafka_queue_poll(queue.get(), within)};
  const rd_kafka_CreateTopics_result_t* result = done ? rd_kafka_event_CreateTopics_result(done.get()) : nullptr;
  if (result == nullptr || rd_kafka_event_error(done.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return false;
  }
  std::size_t count = 0;
  const rd_kafka_topic_result_t** each = rd_kafka_CreateTopics_result_topics(result, &count);
  return count == 1 && rd_kafka_topic_result_error(each[0]) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

struct ClusterView::Impl {
  rd_kafka_t* client{nullptr};
};

ClusterView::ClusterView(const std::string& brokers) : impl_(std::make_unique<Impl>()) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 256> why{};
  for (const auto& [key, value] : kSettings) {
    rd_kafka_conf_set(conf, key, value, why.data(), why.size());
  }
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), why.data(), why.size());
  rd_kafka_conf_set_log_cb(conf, nullptr);  // a broker that is down is what this watches, not news
  impl_->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
  if (impl_->client == nullptr) {
    rd_kafka_conf_destroy(conf);
  }
}

ClusterView::~ClusterView() {
  if (impl_->client != nullptr) {
    rd_kafka_destroy(impl_->client);
  }
}

std::optional<ClusterSnapshot> ClusterView::look(std::chrono::milliseconds within) const {
  const struct rd_kafka_metadata* found = nullptr;
  if (impl_->client == nullptr || rd_kafka_metadata(impl_->client, 1, nullptr, &found,
                                                    static_cast<int>(within.count())) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  ClusterSnapshot seen;
  for (int i = 0; i < found->broker_cnt; ++i) {
    seen.brokers.push_back(found->brokers[i].id);
  }
  for (int i = 0; i < found->topic_cnt; ++i) {
    const rd_kafka_metadata_topic& topic = found->topics[i];
    for (int j = 0; j < topic.partition_cnt; ++j) {
      const rd_kafka_metadata_partition& partition = topic.partitions[j];
      seen.partitions.push_back({topic.topic, partition.id, partition.leader,
                                 static_cast<std::size_t>(partition.replica_cnt),
                                 static_cast<std::size_t>(partition.isr_cnt)});
    }
  }
  rd_kafka_metadata_destroy(found);
  return seen;
}

bool ClusterView::takes_topics(int replicas, std::chrono::milliseconds within) const {
  return impl_->client != nullptr &&
         create(impl_->client, "plumbline-probe", replicas, true, static_cast<int>(within.count()));
}

bool ClusterView::rehearse(int count, std::chrono::milliseconds within) const {
  constexpr const char* kTopic = "plumbline-rehearsal";
  const int limit = static_cast<int>(within.count());
  if (impl_->client == nullptr || !create(impl_->client, kTopic, 1, false, limit)) {
    return false;
  }
  rd_kafka_topic_t* topic = rd_kafka_topic_new(impl_->client, kTopic, nullptr);
  std::string record(200, 'x');
  for (int i = 0; i < count; ++i) {
    rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, record.data(), record.size(), nullptr, 0,
                     nullptr);
  }
  rd_kafka_topic_destroy(topic);
  return rd_kafka_flush(impl_->client, limit) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::optional<int> controller_of(const std::vector<std::string>& states) {
  std::int64_t newest = -1;
  std::optional<int> leader;
  for (const std::string& text : states) {
    boost::system::error_code failed;
    const boost::json::value state = boost::json::parse(text, failed);
    const boost::json::object* fields = failed ? nullptr : state.if_object();
    const boost::json::value* epoch = fields == nullptr ? nullptr : fields->if_contains("leaderEpoch");
    const boost::json::value* id = fields == nullptr ? nullptr : fields->if_contains("leaderId");
    if (epoch == nullptr || id == nullptr || !epoch->is_int64() || !id->is_int64()) {
      continue;
    }
    if (epoch->as_int64() > newest || (epoch->as_int64() == newest && id->as_int64() >= 0)) {
      newest = epoch->as_int64();
      leader = id->as_int64() >= 0 ? std::optional(static_cast<int>(id->as_int64())) : std::nullopt;
    }
  }
  return leader;
}

std::string quorum_state_file(const std::string& node_folder) {
  return node_folder + "/data/__cluster_metadata-0/quorum-state";
}

}  // namespace plumbline::stack
