// Kafka on this machine: the jars that setup/debian.sh fetched, the Java that runs them, and what makes a start fast.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "place/failure.h"

namespace plumbline::stack {

struct KafkaHome {
  std::filesystem::path folder;  // .cache/kafka
  std::string java;
  std::vector<std::string> jars;  // sorted: an archive of classes fits one order only
  std::string cluster_id;         // that of the templates

  [[nodiscard]] std::filesystem::path archive() const { return folder / "classes.jsa"; }
  // A formatted data directory of broker `number`.
  [[nodiscard]] std::filesystem::path formatted(int number) const {
    return folder / ("formatted-" + std::to_string(number));
  }
  // `extra` goes before the class path.
  [[nodiscard]] std::vector<std::string> java_command(const std::vector<std::string>& extra, const std::string& main,
                                                      const std::vector<std::string>& words) const;
  // The command of a broker: with the archive of classes where there is one.
  [[nodiscard]] std::vector<std::string> broker_command(const std::string& node_folder) const;
};

// $PLUMBLINE_KAFKA, else .cache/kafka of the working directory, else of the tree that holds the executable.
[[nodiscard]] Outcome<KafkaHome> find_kafka();

// Makes the formatted directories and the archive of classes where they are missing or of another Java: 15 to 60 s,
// once. Several processes may ask at the same time; the others wait.
[[nodiscard]] Outcome<void> prepare_kafka(const KafkaHome& home);

}  // namespace plumbline::stack
