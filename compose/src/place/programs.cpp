#include "place/programs.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace plumbline::stack {

std::string find_program(const std::string& name, const std::vector<std::string>& folders) {
  std::vector<std::string> places = folders;
  const char* path = std::getenv("PATH");
  std::istringstream list{path == nullptr ? "" : path};
  for (std::string folder; std::getline(list, folder, ':');) {
    places.push_back(folder);
  }
  places.emplace_back("/usr/sbin");
  for (const std::string& folder : places) {
    std::string file = folder;
    file.append("/").append(name);
    if (::access(file.c_str(), X_OK) == 0) {
      return file;
    }
  }
  return {};
}

Outcome<Programs> find_programs() {
  Programs found;
  const std::vector<std::string> debian{"/usr/lib/postgresql/15/bin"};
  struct Wanted {
    std::string* path;
    const char* name;
    const char* package;
  };
  for (const Wanted& wanted : {Wanted{&found.initdb, "initdb", "postgresql-15"},
                               {&found.postgres, "postgres", "postgresql-15"},
                               {&found.redis, "redis-server", "redis-server"},
                               {&found.sentinel, "redis-sentinel", "redis-sentinel"},
                               {&found.haproxy, "haproxy", "haproxy"}}) {
    *wanted.path = find_program(wanted.name, debian);
    if (wanted.path->empty()) {
      return Failure{std::string("the program ") + wanted.name + " is missing; install the Debian package " +
                     wanted.package};
    }
  }
  return found;
}

}  // namespace plumbline::stack
