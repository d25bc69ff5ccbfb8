#include "supervisor/fleet.h"

#include <signal.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "supervisor/roles.h"

namespace plumbline::stack {
namespace {

namespace json = boost::json;

json::array strings(const std::vector<std::string>& words) {
  json::array list;
  for (const std::string& word : words) {
    list.emplace_back(word);
  }
  return list;
}

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

// Name and process id of each service of `part`; with its address under `key` unless that is empty.
json::array members(const std::vector<Service>& services, Part part, const std::string& key,
                    const std::string& before) {
  json::array list;
  for (const Service& service : services) {
    if (service.node().part == part) {
      json::object member{{"name", service.node().name}, {"pid", service.pid()}};
      if (!key.empty()) {
        member[key] = before + service.node().address();
      }
      list.emplace_back(std::move(member));
    }
  }
  return list;
}

json::object description(const Ingredients& given, const std::vector<Service>& services) {
  const Topology& topology = given.topology;
  json::object all{{"profile", view(name_of(topology.profile))}, {"dir", given.dir->path().string()}};
  all["front"] = "http://" + topology.of(Part::front).front().address();
  all["instances"] = members(services, Part::app, "url", "http://");
  json::array databases = members(services, Part::postgres, "", "");
  all["postgres"] =
      json::object{{"uri", topology.postgres_uri()}, {"pid", databases.front().as_object().at("pid").as_int64()}};
  all["redis"] = json::object{{"name", topology.redis_name},
                              {"password", topology.redis_password},
                              {"sentinels", strings(topology.addresses(Part::sentinel))},
                              {"nodes", members(services, Part::redis, "address", "")}};
  all["kafka"] = json::object{{"brokers", strings(topology.addresses(Part::kafka))},
                              {"nodes", members(services, Part::kafka, "", "")}};
  all["jwt_key"] = topology.jwt_key;
  return all;
}

}  // namespace

Fleet::Fleet(const Ingredients& given) : given_(given) {
  for (const Node& node : given.topology.nodes) {
    services_.emplace_back(node, recipe_for(node, given), (given.dir->path() / (node.name + ".log")).string());
  }
}

Service* Fleet::find(std::string_view name) {
  const auto found = std::find_if(services_.begin(), services_.end(),
                                  [name](const Service& service) { return service.node().name == name; });
  return found == services_.end() ? nullptr : &*found;
}

bool Fleet::all_ready(const std::function<bool(const Node&)>& among) const {
  return std::all_of(services_.begin(), services_.end(), [&](const Service& service) {
    return !among(service.node()) || service.state() == Service::State::ready;
  });
}

std::vector<std::string> Fleet::unready() const {
  std::vector<std::string> names;
  for (const Service& service : services_) {
    if (service.state() != Service::State::ready) {
      names.push_back(service.node().name);
    }
  }
  return names;
}

void Fleet::stop_all(Duration grace) {
  const auto is_gentle = [](const Service& service) {
    return service.node().part == Part::app || service.node().part == Part::front;
  };
  for (Service& service : services_) {
    if (is_gentle(service) && service.pid() > 0) {
      service.thaw();
      service.terminate();
    }
  }
  const Time deadline = steady_now() + grace;
  for (Service& service : services_) {
    if (is_gentle(service)) {
      service.end(SIGTERM, std::max(Duration{0}, deadline - steady_now()));
    }
  }
  for (Service& service : services_) {
    if (service.pid() > 0) {
      service.kill();
    }
  }
}

std::string Fleet::ready_json() const {
  json::object all = description(given_, services_);
  json::array processes;
  for (const Service& service : services_) {
    processes.emplace_back(json::object{{"name", service.node().name},
                                        {"role", view(name_of(service.node().part))},
                                        {"pid", service.pid()},
                                        {"log", service.log()}});
  }
  all["processes"] = std::move(processes);
  return json::serialize(all);
}

std::string Fleet::status_json(std::int64_t id, const std::string& redis_master) const {
  json::object all = description(given_, services_);
  all["id"] = id;
  all["ok"] = true;
  json::array processes;
  for (const Service& service : services_) {
    processes.emplace_back(json::object{{"name", service.node().name},
                                        {"role", view(role_of(service.node(), redis_master))},
                                        {"state", view(name_of(service.state()))},
                                        {"address", service.node().address()},
                                        {"pid", service.pid()},
                                        {"log", service.log()}});
  }
  all["processes"] = std::move(processes);
  return json::serialize(all);
}

}  // namespace plumbline::stack
