// What a stack consists of: its nodes with their names and addresses. Made once; everything else is derived from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::stack {

enum class Profile { minimal, full };
enum class Part { postgres, redis, sentinel, kafka, app, front };

[[nodiscard]] std::string_view name_of(Profile profile);
[[nodiscard]] std::optional<Profile> profile_from(std::string_view name);
[[nodiscard]] std::string_view name_of(Part part);

struct Node {
  Part part{Part::app};
  int number{1};
  std::string name;  // "kafka-1": unique, also the folder of the node
  std::string host;  // where others find it
  std::string bind;  // where it listens
  std::uint16_t port{0};
  std::uint16_t controller_port{0};  // Kafka only
  std::string folder;                // configuration and data, as the process itself sees it
  std::string id{};                  // Sentinel: 40 hexadecimal digits

  [[nodiscard]] std::string address() const { return host + ":" + std::to_string(port); }
};

struct Topology {
  Profile profile{Profile::full};
  std::vector<Node> nodes;
  std::string redis_name{"plumbline"};
  std::string redis_password;
  std::string postgres_user{"plumbline"};
  std::string postgres_password;
  std::string jwt_key;  // file of the key with which instances sign, as they see it

  [[nodiscard]] std::vector<Node> of(Part part) const;
  [[nodiscard]] const Node* find(std::string_view name) const;
  [[nodiscard]] std::string postgres_uri() const;
  [[nodiscard]] std::vector<std::string> addresses(Part part) const;
};

// How many nodes of each part a profile has; instances are the caller's choice.
[[nodiscard]] int count_of(Part part, Profile profile, int instances);
// Ports that count_of's nodes need together; a broker needs two.
[[nodiscard]] std::size_t ports_needed(Profile profile, int instances);

// Every node on 127.0.0.1, its folder under `dir`. `ports` as many as ports_needed says, `front_port` extra.
[[nodiscard]] Topology local_topology(Profile profile, int instances, const std::string& dir,
                                      const std::vector<std::uint16_t>& ports, std::uint16_t front_port);

[[nodiscard]] std::string joined(const std::vector<std::string>& words, std::string_view separator);

}  // namespace plumbline::stack
