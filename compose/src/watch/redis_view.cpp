#include "watch/redis_view.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>

namespace plumbline::stack {
namespace {

struct Closed {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreedReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Connection = std::unique_ptr<redisContext, Closed>;
using Reply = std::unique_ptr<redisReply, FreedReply>;

constexpr timeval kWithin{0, 250'000};

Connection connect(const Node& node) {
  Connection made{redisConnectWithTimeout(node.host.c_str(), node.port, kWithin)};
  if (made == nullptr || made->err != 0 || redisSetTimeout(made.get(), kWithin) != REDIS_OK) {
    return nullptr;
  }
  return made;
}

Reply ask(const Connection& connection, const std::vector<const char*>& words) {
  std::vector<const char*> list = words;
  return Reply{static_cast<redisReply*>(
      redisCommandArgv(connection.get(), static_cast<int>(list.size()), list.data(), nullptr))};
}

std::string_view text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string_view{} : std::string_view{reply.str, static_cast<std::size_t>(reply.len)};
}

std::int64_t number_of(const std::map<std::string_view, std::string_view>& fields, std::string_view key) {
  const auto found = fields.find(key);
  return found == fields.end() ? 0 : std::atoll(std::string(found->second).c_str());
}

}  // namespace

std::optional<MasterView> ask_sentinel(const Node& sentinel, const std::string& name) {
  const Connection connection = connect(sentinel);
  const Reply reply = connection ? ask(connection, {"SENTINEL", "MASTER", name.c_str()}) : nullptr;
  if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY) {
    return std::nullopt;
  }
  std::map<std::string_view, std::string_view> fields;
  for (std::size_t i = 0; i + 1 < reply->elements; i += 2) {
    fields[text_of(*reply->element[i])] = text_of(*reply->element[i + 1]);
  }
  MasterView view;
  view.address = std::string(fields["ip"]) + ":" + std::string(fields["port"]);
  view.config_epoch = number_of(fields, "config-epoch");
  view.replicas = number_of(fields, "num-slaves");
  view.other_sentinels = number_of(fields, "num-other-sentinels");
  view.failing = fields["flags"] != "master";
  return view;
}

std::optional<MasterView> newest(const std::vector<MasterView>& views) {
  const auto found = std::max_element(views.begin(), views.end(), [](const MasterView& a, const MasterView& b) {
    return a.config_epoch < b.config_epoch;
  });
  return found == views.end() ? std::nullopt : std::optional(*found);
}

std::optional<RedisRole> ask_redis(const Node& node, const std::string& password) {
  const Connection connection = connect(node);
  if (!connection) {
    return std::nullopt;
  }
  const Reply known = ask(connection, {"AUTH", password.c_str()});
  const Reply reply = known ? ask(connection, {"ROLE"}) : nullptr;
  if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY || reply->elements < 3) {
    return std::nullopt;
  }
  RedisRole role;
  role.is_master = text_of(*reply->element[0]) == "master";
  if (role.is_master) {
    role.replicas = reply->element[2]->elements;
  } else {
    role.linked = reply->elements > 3 && text_of(*reply->element[3]) == "connected";
  }
  return role;
}

}  // namespace plumbline::stack
