// Kafka 4.1.1 brokers of a test's own: killed, frozen and restarted at will; nothing stays behind, whatever dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/net/child_process.h"

namespace plumbline::real {

// KRaft brokers (each a controller too) on free loopback ports that they keep for life; a dead broker is fenced after
// 1.5 s, and using a topic does not create it. The jars are those of setup/debian.sh (install_kafka) in .cache/kafka of
// the source tree, or below $PLUMBLINE_KAFKA. All calls block, with a bound, and throw std::runtime_error with one
// sentence when the brokers do not do what is asked.
class PrivateKafka {
 public:
  // Running and ready for topics with `brokers` copies. `more` is appended to each server.properties.
  explicit PrivateKafka(int brokers = 1, std::string more = {});
  PrivateKafka(const PrivateKafka&) = delete;
  PrivateKafka& operator=(const PrivateKafka&) = delete;
  ~PrivateKafka();

  // One broker for all tests of a binary that do not hurt it.
  [[nodiscard]] static PrivateKafka& shared();

  [[nodiscard]] std::vector<std::string> brokers() const;  // host:port each
  [[nodiscard]] pid_t pid(int broker) const;
  [[nodiscard]] std::string log(int broker) const;

  void kill(int broker);    // SIGKILL
  void start(int broker);   // after kill(); does not wait until it is ready
  void freeze(int broker);  // SIGSTOP
  void thaw(int broker);
  void wait_ready(Duration within = std::chrono::seconds{90});  // all listed, topics can be made

  // Index of the broker that leads the partition.
  [[nodiscard]] int leader_of(const std::string& topic, std::int32_t partition) const;
  // Until every partition of every topic has as many copies in sync as there are brokers.
  void wait_in_sync(Duration within = std::chrono::seconds{60}) const;

 private:
  struct Node {
    std::uint16_t port{0};
    std::uint16_t controller_port{0};
    std::filesystem::path home;
    std::optional<net::ChildProcess> process;
  };
  void write_settings(const Node& node, int number) const;
  void launch(Node& node);
  [[nodiscard]] bool ready(Duration within) const;

  std::filesystem::path home_;
  std::string more_;
  std::vector<Node> nodes_;
};

}  // namespace plumbline::real
