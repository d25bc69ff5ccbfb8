// Done once per installation: formatted data directories to copy, and an archive of loaded classes.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "config/config_files.h"
#include "kafka/cluster_view.h"
#include "kafka/kafka_home.h"
#include "place/ports.h"
#include "plumbline/base/random.h"
#include "plumbline/net/child_process.h"
#include "topology/topology.h"

namespace plumbline::stack {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr int kTemplates = 3;

// What the prepared files depend on.
std::string stamp_of(const KafkaHome& home) {
  std::error_code failed;
  const fs::path java = fs::canonical(home.java, failed);
  const fs::path release = java.parent_path().parent_path() / "release";
  std::ifstream in{release};
  std::ostringstream text;
  text << "format 1\n" << java.string() << '\n' << joined(home.jars, ":") << '\n' << in.rdbuf();
  return text.str();
}

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool write_file(const fs::path& file, const std::string& text) {
  std::ofstream out{file, std::ios::binary};
  out << text;
  return static_cast<bool>(out.flush());
}

// The node of a single broker that lives in `folder`.
Topology alone(const fs::path& folder, const PortBlock& ports) {
  Topology made = local_topology(Profile::minimal, 0, folder.string(), ports.ports(), 1);
  for (Node& node : made.nodes) {
    node.folder = folder.string();
  }
  return made;
}

Outcome<net::ChildProcess> launch(const std::vector<std::string>& command, const fs::path& log) {
  net::ChildProcess::Options options;
  options.command = command;
  options.stdout_file = options.stderr_file = log.string();
  auto started = net::ChildProcess::start(options);
  if (!started) {
    return Failure{started.error()};
  }
  return std::move(*started);
}

Outcome<void> format_all(const KafkaHome& home, const fs::path& folder, const PortBlock& ports) {
  std::vector<net::ChildProcess> tools;
  for (int number = 1; number <= kTemplates; ++number) {
    const fs::path own = folder / ("format-" + std::to_string(number));
    fs::create_directories(own);
    Topology cluster = local_topology(Profile::full, 0, folder.string(), ports.ports(), 1);
    Node node = cluster.of(Part::kafka)[static_cast<std::size_t>(number) - 1];
    node.folder = own.string();
    write_file(own / "server.properties", server_properties(node, cluster));
    auto tool = launch(home.java_command({}, "kafka.tools.StorageTool",
                                         {"format", "-t", home.cluster_id, "-c", (own / "server.properties").string()}),
                       home.folder / "prepare.log");
    if (!tool) {
      return tool.error();
    }
    tools.push_back(std::move(*tool));
  }
  for (int number = 1; number <= kTemplates; ++number) {
    net::ChildProcess& tool = tools[static_cast<std::size_t>(number) - 1];
    if (!tool.ended_within(60s) || tool.stop(1s) != 0) {
      return Failure{"Kafka's storage tool failed; see " + (home.folder / "prepare.log").string()};
    }
    std::error_code failed;
    fs::remove_all(home.formatted(number), failed);
    fs::rename(folder / ("format-" + std::to_string(number)) / "data", home.formatted(number), failed);
    if (failed) {
      return Failure{"cannot write " + home.formatted(number).string() + ": " + failed.message()};
    }
  }
  return boost::system::in_place_value;
}

// A broker that has started, made a topic and taken records has loaded the classes that the next ones need.
Outcome<void> record_classes(const KafkaHome& home, const fs::path& folder, const PortBlock& ports) {
  const Topology cluster = alone(folder, ports);
  const Node node = cluster.of(Part::kafka).front();
  write_file(folder / "server.properties", server_properties(node, cluster));
  write_file(folder / "log4j2.properties", log4j_properties());
  fs::copy(home.formatted(1), folder / "data", fs::copy_options::recursive);
  auto broker = launch(home.java_command({"-XX:ArchiveClassesAtExit=" + (folder / "classes.jsa").string(),
                                          "-Dlog4j2.configurationFile=" + (folder / "log4j2.properties").string()},
                                         "kafka.Kafka", {(folder / "server.properties").string()}),
                       home.folder / "prepare.log");
  if (!broker) {
    return broker.error();
  }
  const ClusterView view{node.address()};
  const auto deadline = steady_now() + 60s;
  bool rehearsed = false;
  while (!rehearsed && broker->running() && steady_now() < deadline) {
    rehearsed = view.takes_topics(1, 500ms) && view.rehearse(2000, 10s);
    static_cast<void>(broker->ended_within(50ms));
  }
  broker->stop(90s);
  std::error_code failed;
  if (rehearsed) {
    fs::rename(folder / "classes.jsa", home.archive(), failed);
  }
  if (!rehearsed || failed) {
    return Failure{"Kafka did not start for its rehearsal; see " + (home.folder / "prepare.log").string()};
  }
  return boost::system::in_place_value;
}

Outcome<void> prepare_now(const KafkaHome& home) {
  auto ports = PortBlock::reserve(entropy_seed());
  if (!ports) {
    return ports.error();
  }
  const fs::path folder = home.folder / "preparing";
  std::error_code failed;
  fs::remove(home.archive(), failed);
  fs::remove_all(folder, failed);
  fs::create_directories(folder, failed);
  if (failed) {
    return Failure{"cannot write " + folder.string() + ": " + failed.message()};
  }
  auto done = format_all(home, folder, *ports);
  if (done) {
    done = record_classes(home, folder, *ports);
  }
  fs::remove_all(folder, failed);
  return done;
}

}  // namespace

Outcome<void> prepare_kafka(const KafkaHome& home) {
  const fs::path stamp = home.folder / "prepared";
  const std::string wanted = stamp_of(home);
  if (text_of(stamp) == wanted) {
    return boost::system::in_place_value;
  }
  const int lock = ::open((home.folder / "prepare.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0 || ::flock(lock, LOCK_EX) != 0) {
    return Failure{"cannot write in " + home.folder.string() + "; set PLUMBLINE_KAFKA to a folder of yours"};
  }
  Outcome<void> done = boost::system::in_place_value;
  if (text_of(stamp) != wanted) {  // else another process has just done it
    done = prepare_now(home);
    if (done && !write_file(stamp, wanted)) {
      done = Failure{"cannot write " + stamp.string() + "; is the disk full?"};
    }
  }
  ::close(lock);
  return done;
}

}  // namespace plumbline::stack
