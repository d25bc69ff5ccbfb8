#include "supervisor/deeds.h"

namespace plumbline::stack {

bool is_possible(Deed deed, const Service& service) {
  switch (deed) {
    case Deed::kill:
    case Deed::restart:
    case Deed::restart_empty:
      return service.is_up() || service.state() == Service::State::frozen;
    case Deed::term:
    case Deed::freeze:
      return service.is_up();
    case Deed::thaw:
      return service.state() == Service::State::frozen;
    case Deed::start:
      return service.state() == Service::State::down;
    case Deed::heal:
    case Deed::status:
    case Deed::release:
    case Deed::down:
      return false;
  }
  return false;
}

std::vector<std::string> candidates(Deed deed, const std::vector<Service>& services) {
  std::vector<std::string> names;
  for (const Service& service : services) {
    if (is_possible(deed, service)) {
      names.push_back(service.node().name);
    }
  }
  return names;
}

Done apply(Deed deed, Service& service) {
  Done done;
  done.pid = service.pid();
  done.emptied = deed == Deed::restart_empty;
  done.starts = deed == Deed::start || deed == Deed::restart || deed == Deed::restart_empty;
  done.ended = deed == Deed::kill || deed == Deed::restart || deed == Deed::restart_empty;
  done.at = steady_now();
  if (done.ended) {
    done.at = service.kill();
  } else if (deed == Deed::term) {
    done.at = service.terminate();
  } else if (deed == Deed::freeze) {
    done.at = service.freeze();
  } else if (deed == Deed::thaw) {
    done.at = service.thaw();
  }
  return done;
}

}  // namespace plumbline::stack
