#include "supervisor/supervisor.h"

#include <signal.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <set>

#include "control/control_server.h"
#include "plumbline/base/log.h"
#include "supervisor/deeds.h"
#include "supervisor/fleet.h"
#include "supervisor/lookout.h"
#include "supervisor/roles.h"
#include "watch/probes.h"

namespace plumbline::stack {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 20ms;
constexpr auto kUpWithin = 60s;
constexpr auto kHealWithin = 60s;
constexpr auto kRescueEvery = 500ms;
constexpr auto kGrace = 6s;  // an instance drains for up to 5 s
constexpr auto kWatchEvery = 100ms;
constexpr std::size_t kThreads = 12;  // as many questions as a full stack has at once

bool is_backend(const Node& node) {
  return node.part != Part::app && node.part != Part::front;
}

bool is_app(const Node& node) {
  return node.part == Part::app;
}

bool is_front(const Node& node) {
  return node.part == Part::front;
}

}  // namespace

struct Supervisor::Impl {
  Impl(const Ingredients& ingredients, std::function<void(std::string)> announce)
      : given(ingredients),
        on_ready(std::move(announce)),
        fleet(ingredients),
        view(joined(ingredients.topology.addresses(Part::kafka), ",")),
        control(context,
                {[this](const Request& request, const ControlServer::Answer& answer) { take(request, answer); },
                 [this] {
                   heal(0, [](const std::string&) {});
                 }}),
        lookout(ingredients.topology) {}

  struct Healing {
    std::int64_t id{0};
    ControlServer::Answer answer;
    Time deadline;
  };

  const Ingredients& given;
  std::function<void(std::string)> on_ready;
  asio::io_context context{1};
  asio::thread_pool pool{kThreads};
  asio::signal_set ends{context, SIGTERM, SIGINT};
  asio::signal_set children{context, SIGCHLD};
  asio::steady_timer timer{context};
  Fleet fleet;
  ClusterView view;
  ControlServer control;

  Time began{};
  bool announced{false};
  bool checked_topics{false};
  bool stopping{false};
  Outcome<void> result{boost::system::in_place_value};
  std::set<std::string> asked;  // probes under way
  std::map<Role, std::string> last_victim;
  std::vector<Healing> healings;
  Time next_rescue{};

  Lookout lookout;
  bool watching{false};
  Time next_watch{};

  // ---- the life of the stack ----

  Outcome<void> run() {
    began = steady_now();
    if (auto listening = control.listen(control_socket_of(given.dir->path().string())); !listening) {
      return listening;
    }
    ends.async_wait([this](boost::system::error_code failed, int /*number*/) {
      if (!failed) {
        stop(boost::system::in_place_value);
      }
    });
    await_children();
    tick();
    while (!stopping) {
      context.run_one();
    }
    ends.cancel();
    fleet.stop_all(kGrace);
    pool.join();
    return result;
  }

  void stop(Outcome<void> why) {
    if (!stopping) {
      stopping = true;
      result = std::move(why);
    }
  }

  void await_children() {
    children.async_wait([this](boost::system::error_code failed, int /*number*/) {
      if (!failed) {
        look_at_all();
        await_children();
      }
    });
  }

  void tick() {
    look_at_all();
    for (Service& service : fleet.services()) {
      if (service.state() == Service::State::starting) {
        probe(service);
      }
    }
    if (!announced) {
      go_on();
    }
    finish_healings();
    watch();
    timer.expires_after(kTick);
    timer.async_wait([this](boost::system::error_code failed) {
      if (!failed) {
        tick();
      }
    });
  }

  bool start(Service& service, bool emptied) {
    const auto started = service.start(emptied);
    if (started) {
      return true;
    }
    log::error("process_not_started", {{"process", service.node().name}, {"why", started.error().sentence}});
    if (!announced) {
      stop(started.error());
    }
    return false;
  }

  void look_at_all() {
    for (Service& service : fleet.services()) {
      if (service.look() == Service::Change::ended) {
        tell("down", service, steady_now());
        hurt(service);
        if (!announced) {
          stop(Failure{service.node().name + " ended while it started (exit " + std::to_string(service.exit_status()) +
                       "): " + service.last_line() + "; its log: " + service.log()});
        }
      }
    }
  }

  // The next stage of the first start: backends, instances, front, announcement. Each waits for the one before.
  void go_on() {
    for (const auto& [is_part, checked] :
         {std::pair{&is_backend, checked_topics}, {&is_app, true}, {&is_front, true}}) {
      for (Service& service : fleet.services()) {
        if (is_part(service.node()) && service.state() == Service::State::down && service.life() == 0 && !stopping) {
          start(service, true);
        }
      }
      if (stopping || !fleet.all_ready(is_part) || !checked) {
        break;
      }
      if (is_part == &is_front) {
        announced = true;
        on_ready(fleet.ready_json());
      }
    }
    if (!checked_topics && fleet.all_ready(is_backend)) {
      check_topics();
    }
    if (!announced && !stopping && steady_now() - began > kUpWithin) {
      const std::string first = fleet.unready().empty() ? "kafka-1" : fleet.unready().front();
      const Service* late = fleet.find(first);
      stop(Failure{first + " was not ready within 60 s: " + late->last_line() + "; its log: " + late->log()});
    }
  }

  void check_topics() {
    ask(
        "topics", [this] { return view.takes_topics(count_of(Part::kafka, given.topology.profile, 0), 1s); },
        [this](bool taken) { checked_topics = taken; });
  }

  // ---- questions that block ----

  void ask(const std::string& name, std::function<bool()> question, std::function<void(bool)> answer) {
    if (stopping || !asked.insert(name).second) {
      return;
    }
    asio::post(pool, [this, name, question = std::move(question), answer = std::move(answer)] {
      const bool yes = question();
      asio::post(context, [this, name, yes, answer] {
        asked.erase(name);
        answer(yes);
      });
    });
  }

  void probe(const Service& service) {
    const Node& node = service.node();
    const unsigned life = service.life();
    const bool through_front = !given.topology.of(Part::app).empty();
    ask(
        node.name, [this, node, through_front] { return serves(node, given.topology, view, through_front); },
        [this, name = node.name, life](bool ready) {
          Service* probed = fleet.find(name);
          if (ready && probed->life() == life && probed->state() == Service::State::starting) {
            probed->mark_ready();
            tell("ready", *probed, steady_now());
          }
        });
  }

  // ---- events ----

  void tell(std::string_view event, const Service& service, Time at) {
    if (announced) {
      control.broadcast(event_line(event, service.node().name, role_of(service.node(), lookout.redis_master()), at));
    }
  }

  void hurt(const Service& service) {
    if (service.node().part == Part::kafka) {
      lookout.broker_hurt(service.node().number);
    }
  }

  void watch() {
    if (!announced || watching || stopping || steady_now() < next_watch) {
      return;
    }
    watching = true;
    asio::post(pool, [this, with_leaders = lookout.wants_leaders()] {
      Sight sight = look_around(given.topology, view, with_leaders);
      asio::post(context, [this, sight = std::move(sight)] {
        watching = false;
        next_watch = steady_now() + kWatchEvery;
        for (const Lookout::Event& event : lookout.compare(sight)) {
          control.broadcast(event_line(event.name, event.process, event.role, steady_now()));
        }
      });
    });
  }

  // ---- what the control socket asks ----

  void take(const Request& request, const ControlServer::Answer& answer) {
    const Deed deed = request.deed.value_or(Deed::status);
    if (deed == Deed::down) {
      answer(done_line(request.id, steady_now(), "", 0));
      asio::post(context, [this] { stop(boost::system::in_place_value); });
    } else if (deed == Deed::status) {
      answer(fleet.status_json(request.id, lookout.redis_master()));
    } else if (!announced) {
      answer(refused_line(request.id, "the stack is still starting"));
    } else if (deed == Deed::heal) {
      heal(request.id, answer);
    } else {
      resolve_and_do(request, answer);
    }
  }

  void resolve_and_do(const Request& request, const ControlServer::Answer& answer) {
    const Deed deed = request.deed.value_or(Deed::status);
    // Who was hurt no longer plays the role: what undoes it means the last victim.
    const bool undoes = deed == Deed::thaw || deed == Deed::start;
    if (const auto last = request.role ? last_victim.find(*request.role) : last_victim.end();
        undoes && request.of.empty() && last != last_victim.end() && is_possible(deed, *fleet.find(last->second))) {
      act(request, last->second, answer);
      return;
    }
    asio::post(pool, [this, request, answer] {
      const bool asks_leaders = request.role == Role::kafka_leader;
      Sight sight = look_around(given.topology, view, asks_leaders);
      asio::post(context, [this, request, answer, sight = std::move(sight)] {
        RoleFacts facts{sight.redis_master, sight.controller, sight.leaders.value_or(std::map<int, int>{}),
                        candidates(request.deed.value_or(Deed::status), fleet.services())};
        const auto name = resolve(request, given.topology, facts);
        if (name) {
          act(request, *name, answer);
        } else {
          answer(refused_line(request.id, name.error().sentence));
        }
      });
    });
  }

  void act(const Request& request, const std::string& name, const ControlServer::Answer& answer) {
    Service& service = *fleet.find(name);
    const Deed deed = request.deed.value_or(Deed::status);
    if (request.role) {
      last_victim[*request.role] = name;
    }
    const Done done = apply(deed, service);
    if (done.ended || deed == Deed::freeze) {
      hurt(service);
    }
    if (done.ended) {
      tell("down", service, done.at);
    }
    if (done.starts && !start(service, done.emptied)) {
      answer(refused_line(request.id, name + " could not be started again; see the supervisor's log"));
      return;
    }
    answer(done_line(request.id, done.at, name, done.starts ? service.pid() : done.pid));
    if (done.starts || deed == Deed::thaw) {
      tell("up", service, steady_now());
    }
  }

  void heal(std::int64_t id, const ControlServer::Answer& answer) {
    for (Service& service : fleet.services()) {
      if (service.state() == Service::State::frozen) {
        service.thaw();
        tell("up", service, steady_now());
      } else if (service.state() == Service::State::down && start(service, false)) {
        tell("up", service, steady_now());
      }
    }
    healings.push_back({id, answer, steady_now() + kHealWithin});
  }

  void finish_healings() {
    if (healings.empty()) {
      return;
    }
    const Time now = steady_now();
    if (now >= next_rescue) {
      next_rescue = now + kRescueEvery;
      for (Service& service : fleet.services()) {  // one that fell over again while the others came back
        if (service.state() == Service::State::down) {
          start(service, false);
        }
      }
    }
    std::erase_if(healings, [&](const Healing& healing) {
      if (now >= healing.deadline) {
        const std::vector<std::string> late = fleet.unready();
        healing.answer(refused_line(
            healing.id, (late.empty() ? "Kafka's replicas" : joined(late, ", ")) + " did not come back within 60 s"));
      }
      return now >= healing.deadline;
    });
    if (fleet.unready().empty()) {
      ask(
          "healed", [this] { return all_in_sync(view, given.topology.of(Part::kafka).size()); },
          [this](bool in_sync) {
            if (in_sync && fleet.unready().empty()) {
              for (const Healing& healing : std::exchange(healings, {})) {
                healing.answer(done_line(healing.id, steady_now(), "", 0));
              }
            }
          });
    }
  }
};

Supervisor::Supervisor(const Ingredients& given, std::function<void(std::string)> on_ready)
    : impl_(std::make_unique<Impl>(given, std::move(on_ready))) {}

Supervisor::~Supervisor() = default;

Outcome<void> Supervisor::run() {
  return impl_->run();
}

}  // namespace plumbline::stack
