#include "control/protocol.h"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace plumbline::stack {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<Deed, std::string_view>, 11> kDeeds{{{Deed::kill, "kill"},
                                                                    {Deed::term, "term"},
                                                                    {Deed::freeze, "freeze"},
                                                                    {Deed::thaw, "thaw"},
                                                                    {Deed::restart, "restart"},
                                                                    {Deed::restart_empty, "restart-empty"},
                                                                    {Deed::start, "start"},
                                                                    {Deed::heal, "heal"},
                                                                    {Deed::status, "status"},
                                                                    {Deed::release, "release"},
                                                                    {Deed::down, "down"}}};

constexpr std::array<std::pair<Role, std::string_view>, 8> kRoles{{{Role::redis_master, "redis-master"},
                                                                   {Role::redis_replica, "redis-replica"},
                                                                   {Role::sentinel, "sentinel"},
                                                                   {Role::kafka_leader, "kafka-leader"},
                                                                   {Role::kafka_controller, "kafka-controller"},
                                                                   {Role::kafka_broker, "kafka-broker"},
                                                                   {Role::postgres, "postgres"},
                                                                   {Role::app, "app"}}};

template <class Table>
std::string names(const Table& table) {
  std::string list;
  for (const auto& entry : table) {
    list += (list.empty() ? "" : ", ") + std::string(entry.second);
  }
  return list;
}

template <class Table, class Key>
std::string_view name_in(const Table& table, Key key) {
  for (const auto& [value, name] : table) {
    if (value == key) {
      return name;
    }
  }
  return "";
}

template <class Value, class Table>
std::optional<Value> value_in(const Table& table, std::string_view wanted) {
  for (const auto& [value, name] : table) {
    if (name == wanted) {
      return value;
    }
  }
  return std::nullopt;
}

std::int64_t ns_of(Time at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

// Reads one key of the object; the sentence that refuses it, or empty.
std::string read_key(std::string_view key, const json::value& value, Request& request) {
  const json::string* text = value.if_string();
  const std::string_view word = text == nullptr ? std::string_view{} : std::string_view{text->data(), text->size()};
  if (key == "do") {
    request.deed = deed_from(word);
    return request.deed ? "" : "'do' wants one of " + names(kDeeds);
  }
  if (key == "role") {
    request.role = role_from(word);
    return request.role ? "" : "'role' wants one of " + names(kRoles);
  }
  if (key == "of") {
    if (const std::int64_t* number = value.if_int64()) {
      request.of = std::to_string(*number);
      return "";
    }
    request.of = word;
    return text != nullptr ? "" : "'of' wants the name of a process or the number of a partition";
  }
  if (key == "seed") {
    boost::system::error_code failed;
    const auto seed = value.to_number<std::uint64_t>(failed);
    request.seed = failed ? 0 : seed;
    return failed ? "'seed' wants a whole number from 0" : "";
  }
  if (key == "guard") {
    const bool* on = value.if_bool();
    request.guard = on != nullptr && *on;
    return on != nullptr ? "" : "'guard' wants true or false";
  }
  return key == "id" ? "" : "unknown key '" + std::string(key.substr(0, 40)) + "'";
}

}  // namespace

std::string_view name_of(Deed deed) {
  return name_in(kDeeds, deed);
}
std::optional<Deed> deed_from(std::string_view name) {
  return value_in<Deed>(kDeeds, name);
}
std::string_view name_of(Role role) {
  return name_in(kRoles, role);
}
std::optional<Role> role_from(std::string_view name) {
  return value_in<Role>(kRoles, name);
}

bool wants_role(Deed deed) {
  switch (deed) {
    case Deed::kill:
    case Deed::term:
    case Deed::freeze:
    case Deed::thaw:
    case Deed::restart:
    case Deed::restart_empty:
    case Deed::start:
      return true;
    case Deed::heal:
    case Deed::status:
    case Deed::release:
    case Deed::down:
      return false;
  }
  return false;
}

std::variant<Request, BadRequest> parse_request(std::string_view line) {
  boost::system::error_code failed;
  const json::value parsed = json::parse(json::string_view(line.data(), line.size()), failed);
  const json::object* fields = failed ? nullptr : parsed.if_object();
  if (fields == nullptr) {
    return BadRequest{0, "a request is one JSON object on one line"};
  }
  Request request;
  if (const json::value* id = fields->if_contains("id")) {
    if (!id->is_int64()) {
      return BadRequest{0, "'id' wants a whole number"};
    }
    request.id = id->as_int64();
  }
  for (const json::key_value_pair& pair : *fields) {
    if (std::string sentence = read_key({pair.key().data(), pair.key().size()}, pair.value(), request);
        !sentence.empty()) {
      return BadRequest{request.id, std::move(sentence)};
    }
  }
  if (!request.deed && !request.guard) {
    return BadRequest{request.id, "'do' is missing"};
  }
  if (request.deed && wants_role(*request.deed) && !request.role && request.of.empty()) {
    return BadRequest{request.id, "'" + std::string(name_of(*request.deed)) + "' wants a role: " + names(kRoles)};
  }
  return request;
}

std::string to_line(const Request& request) {
  json::object fields{{"id", request.id}};
  if (request.deed) {
    const std::string_view name = name_of(*request.deed);
    fields["do"] = json::string_view(name.data(), name.size());
  }
  if (request.role) {
    const std::string_view name = name_of(*request.role);
    fields["role"] = json::string_view(name.data(), name.size());
  }
  if (!request.of.empty()) {
    fields["of"] = request.of;
  }
  fields["seed"] = request.seed;
  if (request.guard) {
    fields["guard"] = true;
  }
  return json::serialize(fields);
}

std::string done_line(std::int64_t id, Time at, std::string_view process, std::int64_t pid) {
  json::object fields{{"id", id}, {"ok", true}, {"at_ns", ns_of(at)}};
  if (!process.empty()) {
    fields["process"] = json::string_view(process.data(), process.size());
    fields["pid"] = pid;
  }
  return json::serialize(fields);
}

std::string refused_line(std::int64_t id, std::string_view sentence) {
  return json::serialize(
      json::object{{"id", id}, {"ok", false}, {"error", json::string_view(sentence.data(), sentence.size())}});
}

std::string event_line(std::string_view event, std::string_view process, std::string_view role, Time at) {
  return json::serialize(json::object{{"event", json::string_view(event.data(), event.size())},
                                      {"process", json::string_view(process.data(), process.size())},
                                      {"role", json::string_view(role.data(), role.size())},
                                      {"at_ns", ns_of(at)}});
}

}  // namespace plumbline::stack
