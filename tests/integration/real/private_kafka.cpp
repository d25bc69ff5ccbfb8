#include "integration/real/private_kafka.h"

#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "integration/real/scratch.h"
#include "plumbline/net/loopback_port.h"

namespace plumbline::real {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kClusterId = "cGx1bWJsaW5lLXRlc3RzMQ";

// For every broker; what differs is added by write_settings().
constexpr const char* kSettings = R"(process.roles=broker,controller
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
unclean.leader.election.enable=false
auto.create.topics.enable=false
num.partitions=10
offsets.topic.num.partitions=6
transaction.state.log.num.partitions=3
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=2000
leader.imbalance.check.interval.seconds=10
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
controller.quorum.fetch.timeout.ms=1000
controller.quorum.election.timeout.ms=500
controller.quorum.election.backoff.max.ms=300
replica.lag.time.max.ms=5000
log.segment.bytes=16777216
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
num.network.threads=2
num.io.threads=2
background.threads=2
socket.send.buffer.bytes=-1
socket.receive.buffer.bytes=-1
)";

constexpr const char* kLogging = R"(status=ERROR
appender.err.type=Console
appender.err.name=err
appender.err.target=SYSTEM_ERR
appender.err.layout.type=PatternLayout
appender.err.layout.pattern=%d %-5p %c{1}: %m%n
rootLogger.level=WARN
rootLogger.appenderRef.err.ref=err
logger.server.name=kafka.server
logger.server.level=INFO
)";

fs::path kafka_folder() {
  if (const char* named = std::getenv("PLUMBLINE_KAFKA"); named != nullptr) {
    return named;
  }
  for (fs::path folder = fs::path(net::self_executable()).parent_path(); folder != folder.parent_path();
       folder = folder.parent_path()) {
    if (fs::exists(folder / ".cache/kafka/libs")) {
      return folder / ".cache/kafka";
    }
  }
  throw std::runtime_error(
      "Kafka is not installed; in the source tree run: bash -c '. setup/debian.sh; install_kafka'");
}

std::string class_path() {
  std::vector<std::string> jars;
  for (const auto& entry : fs::directory_iterator(kafka_folder() / "libs")) {
    jars.push_back(entry.path().string());
  }
  std::sort(jars.begin(), jars.end());  // an archive of classes fits one order only
  std::string joined;
  for (const std::string& jar : jars) {
    joined += (joined.empty() ? "" : ":") + jar;
  }
  return joined;
}

std::vector<std::string> java(const fs::path& home, std::vector<std::string> words) {
  std::vector<std::string> command{"/usr/bin/java",
                                   "-Xmx256m",
                                   "-Xms64m",
                                   "-XX:+UseSerialGC",
                                   "-XX:TieredStopAtLevel=1",
                                   "-Xss512k",
                                   "-XX:MaxDirectMemorySize=96m",
                                   "-Xshare:auto",
                                   "-XX:-UsePerfData",
                                   "-Dlog4j2.configurationFile=" + (home / "log4j2.properties").string()};
  if (const fs::path archive = kafka_folder() / "classes.jsa"; fs::exists(archive)) {
    command.push_back("-XX:SharedArchiveFile=" + archive.string());
  }
  command.insert(command.end(), {"-cp", class_path()});
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

Client client_of(const std::string& brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 256> why{};
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), why.data(), why.size());
  rd_kafka_conf_set(conf, "socket.timeout.ms", "2000", why.data(), why.size());
  rd_kafka_conf_set(conf, "reconnect.backoff.max.ms", "200", why.data(), why.size());
  rd_kafka_conf_set(conf, "log_level", "0", why.data(), why.size());
  rd_kafka_t* made = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
  if (made == nullptr) {
    throw std::runtime_error(std::string("librdkafka: ") + why.data());
  }
  return {made, &rd_kafka_destroy};
}

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)>;

Metadata metadata_of(rd_kafka_t* client) {
  const rd_kafka_metadata_t* found = nullptr;
  rd_kafka_metadata(client, 1, nullptr, &found, 2000);
  return {found, &rd_kafka_metadata_destroy};
}

// Asks for a topic without making it.
bool takes_topics(rd_kafka_t* client, int copies) {
  std::array<char, 256> why{};
  using Options = std::unique_ptr<rd_kafka_AdminOptions_t, decltype(&rd_kafka_AdminOptions_destroy)>;
  const Options options(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS),
                        &rd_kafka_AdminOptions_destroy);
  rd_kafka_AdminOptions_set_validate_only(options.get(), 1, why.data(), why.size());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), 2000, why.data(), why.size());
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new("asked-only", 1, copies, why.data(), why.size());
  const std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(rd_kafka_queue_new(client),
                                                                                   &rd_kafka_queue_destroy);
  rd_kafka_CreateTopics(client, &topic, 1, options.get(), queue.get());
  const std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)> event(
      rd_kafka_queue_poll(queue.get(), 3000), &rd_kafka_event_destroy);
  rd_kafka_NewTopic_destroy(topic);
  const rd_kafka_CreateTopics_result_t* result = event ? rd_kafka_event_CreateTopics_result(event.get()) : nullptr;
  std::size_t count = 0;
  const rd_kafka_topic_result_t** topics =
      result != nullptr ? rd_kafka_CreateTopics_result_topics(result, &count) : nullptr;
  return count == 1 && rd_kafka_topic_result_error(topics[0]) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

PrivateKafka::PrivateKafka(int brokers, std::string more) : more_(std::move(more)) {
  static int clusters = 0;
  home_ = scratch() / ("kafka-" + std::to_string(++clusters));
  fs::create_directories(home_);
  for (int attempt = 0; attempt < 3; ++attempt) {  // between finding a port and using it somebody else may take it
    nodes_.clear();
    for (int number = 1; number <= brokers; ++number) {
      nodes_.push_back(
          {net::free_port(), net::free_port(), home_ / ("broker-" + std::to_string(number)), std::nullopt});
    }
    for (int number = 1; number <= brokers; ++number) {
      write_settings(nodes_[static_cast<std::size_t>(number) - 1], number);
    }
    for (Node& node : nodes_) {
      launch(node);
    }
    if (ready(attempt == 2 ? 90s : 40s)) {
      return;
    }
  }
  throw std::runtime_error("Kafka does not start: " + log(0));
}

PrivateKafka::~PrivateKafka() {
  for (Node& node : nodes_) {
    if (node.process) {
      ::kill(node.process->pid(), SIGKILL);  // nobody needs its data any more
    }
  }
  nodes_.clear();
  std::error_code ignored;
  fs::remove_all(home_, ignored);
}

PrivateKafka& PrivateKafka::shared() {
  static_cast<void>(scratch());  // so that it is destroyed after the broker
  static PrivateKafka one;
  return one;
}

void PrivateKafka::write_settings(const Node& node, int number) const {
  fs::remove_all(node.home);
  fs::create_directories(node.home);
  std::string voters;
  int voter = 0;
  for (const Node& each : nodes_) {
    voters +=
        (voter == 0 ? "" : ",") + std::to_string(voter + 1) + "@127.0.0.1:" + std::to_string(each.controller_port);
    ++voter;
  }
  const std::string copies = std::to_string(nodes_.size());
  const std::string in_sync = nodes_.size() > 1 ? "2" : "1";
  const std::string port = std::to_string(node.port);
  write_file(node.home / "server.properties",
             kSettings + ("node.id=" + std::to_string(number)) + "\ncontroller.quorum.voters=" + voters +
                 "\nlisteners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" +
                 std::to_string(node.controller_port) + "\nadvertised.listeners=PLAINTEXT://127.0.0.1:" + port +
                 "\nlog.dirs=" + (node.home / "data").string() + "\ndefault.replication.factor=" + copies +
                 "\nmin.insync.replicas=" + in_sync + "\noffsets.topic.replication.factor=" + copies +
                 "\ntransaction.state.log.replication.factor=" + copies + "\ntransaction.state.log.min.isr=" + in_sync +
                 "\n" + more_ + "\n");
  write_file(node.home / "log4j2.properties", kLogging);
}

void PrivateKafka::launch(Node& node) {
  const std::string settings = (node.home / "server.properties").string();
  const std::string errors = (node.home / "log").string();
  // Formatted directories that the stack keeps beside the jars save a start of Java each; they have one cluster id.
  const fs::path formatted = kafka_folder() / ("formatted-" + node.home.filename().string().substr(7));
  if (!fs::exists(node.home / "data") && fs::exists(kafka_folder() / "prepared")) {
    fs::copy(formatted, node.home / "data", fs::copy_options::recursive);
  } else if (!fs::exists(node.home / "data")) {
    auto format = net::ChildProcess::start(
        {java(node.home, {"kafka.tools.StorageTool", "format", "-t", kClusterId, "-c", settings}), errors});
    // No line begins like this: it reads to the end of the output.
    if (format.has_error() || format->wait_for_line("\x01", 60s) || format->stop({}) != 0) {
      throw std::runtime_error("Kafka's storage tool failed: " + text_of(errors));
    }
  }
  auto started = net::ChildProcess::start({java(node.home, {"kafka.Kafka", settings}), errors});
  if (started.has_error()) {
    throw std::runtime_error(started.error());
  }
  node.process.emplace(std::move(*started));
}

bool PrivateKafka::ready(Duration within) const {
  const Time deadline = steady_now() + within;
  std::string all;
  for (const std::string& broker : brokers()) {
    all += (all.empty() ? "" : ",") + broker;
  }
  const Client client = client_of(all);
  const int copies = static_cast<int>(nodes_.size());
  while (steady_now() < deadline) {
    const Metadata metadata = metadata_of(client.get());
    if (metadata && metadata->broker_cnt == copies && takes_topics(client.get(), copies)) {
      return true;
    }
    ::poll(nullptr, 0, 50);
  }
  return false;
}

std::vector<std::string> PrivateKafka::brokers() const {
  std::vector<std::string> all;
  for (const Node& node : nodes_) {
    all.push_back("127.0.0.1:" + std::to_string(node.port));
  }
  return all;
}

pid_t PrivateKafka::pid(int broker) const {
  const Node& node = nodes_.at(static_cast<std::size_t>(broker));
  return node.process ? node.process->pid() : -1;
}

std::string PrivateKafka::log(int broker) const {
  return text_of(nodes_.at(static_cast<std::size_t>(broker)).home / "log");
}

void PrivateKafka::kill(int broker) {
  ::kill(pid(broker), SIGKILL);
  nodes_.at(static_cast<std::size_t>(broker)).process.reset();
}

void PrivateKafka::start(int broker) {
  launch(nodes_.at(static_cast<std::size_t>(broker)));
}

void PrivateKafka::freeze(int broker) {
  ::kill(pid(broker), SIGSTOP);
}

void PrivateKafka::thaw(int broker) {
  ::kill(pid(broker), SIGCONT);
}

void PrivateKafka::wait_ready(Duration within) {
  if (!ready(within)) {
    throw std::runtime_error("Kafka is not ready in time: " + log(0));
  }
}

int PrivateKafka::leader_of(const std::string& topic, std::int32_t partition) const {
  const Client client = client_of(brokers().front());
  const Metadata metadata = metadata_of(client.get());
  for (int t = 0; metadata && t < metadata->topic_cnt; ++t) {
    const rd_kafka_metadata_topic_t& one = metadata->topics[t];
    for (int p = 0; topic == one.topic && p < one.partition_cnt; ++p) {
      if (one.partitions[p].id == partition) {
        return one.partitions[p].leader - 1;
      }
    }
  }
  throw std::runtime_error("no leader of " + topic);
}

void PrivateKafka::wait_in_sync(Duration within) const {
  const Time deadline = steady_now() + within;
  const Client client = client_of(brokers().front());
  while (steady_now() < deadline) {
    const Metadata metadata = metadata_of(client.get());
    bool all = static_cast<bool>(metadata);
    for (int t = 0; metadata && t < metadata->topic_cnt; ++t) {
      const rd_kafka_metadata_topic_t& one = metadata->topics[t];
      all = all && std::all_of(one.partitions, one.partitions + one.partition_cnt, [](const auto& partition) {
              return partition.isr_cnt == partition.replica_cnt && partition.leader >= 0;
            });
    }
    if (all) {
      return;
    }
    ::poll(nullptr, 0, 100);
  }
  throw std::runtime_error("the copies are not in sync in time");
}

}  // namespace plumbline::real
