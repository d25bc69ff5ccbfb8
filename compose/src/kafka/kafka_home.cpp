#include "kafka/kafka_home.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "place/programs.h"
#include "plumbline/net/child_process.h"
#include "settings/settings.h"

namespace plumbline::stack {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestJava = 17;

// The major version that the `release` file beside a Java says; 0 when it says nothing.
int java_version(const fs::path& java) {
  std::error_code failed;
  std::ifstream release{fs::canonical(java, failed).parent_path().parent_path() / "release"};
  const std::string key = "JAVA_VERSION=\"";
  for (std::string line; std::getline(release, line);) {
    if (line.starts_with(key)) {
      return std::atoi(line.c_str() + key.size());
    }
  }
  return 0;
}

Outcome<std::string> find_java() {
  const char* home = std::getenv("JAVA_HOME");
  std::string java =
      home != nullptr && *home != '\0' ? (fs::path(home) / "bin/java").string() : find_program("java", {});
  if (java.empty() || ::access(java.c_str(), X_OK) != 0) {
    return Failure{
        "Kafka needs Java 17, and there is no java in the PATH; install the Debian package "
        "openjdk-17-jre-headless"};
  }
  const int version = java_version(java);
  if (version != 0 && version < kOldestJava) {
    return Failure{java + " is Java " + std::to_string(version) + " and Kafka needs 17; set JAVA_HOME to a newer one"};
  }
  return {boost::system::in_place_value, java};
}

std::vector<fs::path> candidates() {
  std::vector<fs::path> found;
  if (const char* named = std::getenv("PLUMBLINE_KAFKA"); named != nullptr && *named != '\0') {
    return {fs::absolute(named)};
  }
  std::error_code failed;
  found.push_back(fs::current_path(failed) / ".cache/kafka");
  for (fs::path folder = fs::path(net::self_executable()).parent_path(); folder != folder.parent_path();
       folder = folder.parent_path()) {
    found.push_back(folder / ".cache/kafka");
  }
  return found;
}

std::vector<std::string> jars_in(const fs::path& folder) {
  std::vector<std::string> jars;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder / "libs", failed)) {
    if (entry.path().extension() == ".jar") {
      jars.push_back(entry.path().string());
    }
  }
  std::sort(jars.begin(), jars.end());
  return jars;
}

}  // namespace

std::vector<std::string> KafkaHome::java_command(const std::vector<std::string>& extra, const std::string& main,
                                                 const std::vector<std::string>& words) const {
  std::vector<std::string> command{java};
  const std::vector<std::string> flags = java_flags();
  command.insert(command.end(), flags.begin(), flags.end());
  command.insert(command.end(), extra.begin(), extra.end());
  command.insert(command.end(), {"-cp", joined(jars, ":"), main});
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

std::vector<std::string> KafkaHome::broker_command(const std::string& node_folder) const {
  std::vector<std::string> extra{"-Dlog4j2.configurationFile=" + node_folder + "/log4j2.properties"};
  std::error_code failed;
  if (fs::exists(archive(), failed)) {
    extra.push_back("-XX:SharedArchiveFile=" + archive().string());
  }
  return java_command(extra, "kafka.Kafka", {node_folder + "/server.properties"});
}

Outcome<KafkaHome> find_kafka() {
  auto java = find_java();
  if (!java) {
    return java.error();
  }
  for (const fs::path& folder : candidates()) {
    KafkaHome home{folder, *java, jars_in(folder), "cGx1bWJsaW5lLXN0YWNrMQ"};
    if (!home.jars.empty()) {
      return home;
    }
  }
  return Failure{"Kafka is not installed; in the source tree run: bash -c '. setup/debian.sh; install_kafka'"};
}

}  // namespace plumbline::stack
