#include "process/recipe.h"

#include <unistd.h>

#include <filesystem>

#include "config/config_files.h"

namespace plumbline::stack {
namespace {

namespace fs = std::filesystem;

// A folder for the node with an empty `data` inside.
Outcome<void> folders(const Node& node, const Ingredients& given, const std::optional<User>& user) {
  auto done = given.dir->make_folder(node.name, user);
  if (done) {
    std::error_code failed;
    fs::remove_all(fs::path(node.folder) / "data", failed);
    done = given.dir->make_folder(node.name + "/data", user);
  }
  return done;
}

Outcome<void> file(const Node& node, const char* name, const std::string& text, const std::optional<User>& user) {
  return StackDir::write(fs::path(node.folder) / name, text, user);
}

Outcome<void> copy_tree(const fs::path& from, const fs::path& to, const std::optional<User>& user) {
  std::error_code failed;
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing, failed);
  for (auto each = fs::recursive_directory_iterator(to, failed); !failed && each != fs::end(each);
       each.increment(failed)) {
    if (user && ::lchown(each->path().c_str(), user->uid, user->gid) != 0) {
      failed = std::error_code(errno, std::generic_category());
    }
  }
  if (failed) {
    return Failure{"cannot copy " + from.string() + " to " + to.string() + ": " + failed.message() +
                   "; is the disk full?"};
  }
  return boost::system::in_place_value;
}

Recipe postgres(const Node& node, const Ingredients& given) {
  Recipe made;
  const std::string data = node.folder + "/data";
  made.user = given.user;
  made.lay_out = [node, &given, user = given.user](bool emptied) {
    auto done = emptied ? folders(node, given, user) : Outcome<void>{boost::system::in_place_value};
    if (done) {
      done = file(node, "password", given.topology.postgres_password + "\n", user);
    }
    if (done) {
      done = file(node, "postgresql.conf", postgres_conf(node), user);
    }
    return done ? file(node, "pg_hba.conf", postgres_hba("127.0.0.1/32"), user) : done;
  };
  made.first = {given.programs.initdb,
                "--no-sync",
                "--no-locale",
                "--encoding=UTF8",
                "--auth=scram-sha-256",
                "--username=" + given.topology.postgres_user,
                "--pwfile=" + node.folder + "/password",
                "-D",
                data};
  made.command = {given.programs.postgres, "-D", data, "--config_file=" + node.folder + "/postgresql.conf",
                  "--hba_file=" + node.folder + "/pg_hba.conf"};
  return made;
}

Recipe redis(const Node& node, const Ingredients& given) {
  Recipe made;
  const bool sentinel = node.part == Part::sentinel;
  const char* name = sentinel ? "sentinel.conf" : "redis.conf";
  made.user = given.user;
  // Sentinel rewrites these files when it switches: they stay when only the data goes.
  made.lay_out = [node, &given, user = given.user, sentinel, name](bool emptied) {
    auto done = emptied ? folders(node, given, user) : Outcome<void>{boost::system::in_place_value};
    std::error_code failed;
    if (!done || fs::exists(fs::path(node.folder) / name, failed)) {
      return done;
    }
    return file(node, name, sentinel ? sentinel_conf(node, given.topology) : redis_conf(node, given.topology), user);
  };
  made.command = {sentinel ? given.programs.sentinel : given.programs.redis, node.folder + "/" + name};
  return made;
}

Recipe kafka(const Node& node, const Ingredients& given) {
  Recipe made;
  // A tree in somebody's closed home directory: the broker then stays with the user who may read it.
  if (given.user && can_reach(given.kafka.jars.front(), *given.user) && can_reach(given.kafka.java, *given.user)) {
    made.user = given.user;
  }
  made.lay_out = [node, &given, user = made.user](bool emptied) {
    auto done = emptied ? folders(node, given, user) : Outcome<void>{boost::system::in_place_value};
    if (done && emptied) {
      done = copy_tree(given.kafka.formatted(node.number), fs::path(node.folder) / "data", user);
    }
    if (done) {
      done = file(node, "server.properties", server_properties(node, given.topology), user);
    }
    return done ? file(node, "log4j2.properties", log4j_properties(), user) : done;
  };
  made.command = given.kafka.broker_command(node.folder);
  return made;
}

Recipe app(const Node& node, const Ingredients& given) {
  Recipe made;
  if (given.user && can_reach(given.executable, *given.user)) {
    made.user = given.user;
  }
  const std::string config = node.folder + ".yaml";
  made.lay_out = [node, &given, user = made.user, config](bool emptied) {
    auto done = emptied ? folders(node, given, user) : Outcome<void>{boost::system::in_place_value};
    return done ? StackDir::write(config, serve_yaml(node, given.topology, given.with_backends), user) : done;
  };
  made.command = {given.executable, "serve", "--config", config};
  made.command.insert(made.command.end(), given.serve_words.begin(), given.serve_words.end());
  return made;
}

Recipe front(const Node& node, const Ingredients& given) {
  Recipe made;
  made.user = given.user;
  made.lay_out = [node, &given, user = given.user](bool emptied) {
    auto done = emptied ? folders(node, given, user) : Outcome<void>{boost::system::in_place_value};
    return done ? file(node, "haproxy.cfg", haproxy_cfg(given.topology), user) : done;
  };
  made.command = {given.programs.haproxy, "-db", "-f", node.folder + "/haproxy.cfg"};
  return made;
}

}  // namespace

std::string marker_variable(const std::string& dir) {
  return "PLUMBLINE_STACK=" + dir;
}

Recipe recipe_for(const Node& node, const Ingredients& given) {
  Recipe made;
  switch (node.part) {
    case Part::postgres:
      made = postgres(node, given);
      break;
    case Part::redis:
    case Part::sentinel:
      made = redis(node, given);
      break;
    case Part::kafka:
      made = kafka(node, given);
      break;
    case Part::app:
      made = app(node, given);
      break;
    case Part::front:
      made = front(node, given);
      break;
  }
  made.variables = {marker_variable(given.dir->path().string()), "LC_ALL=C"};
  return made;
}

}  // namespace plumbline::stack
