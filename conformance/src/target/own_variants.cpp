#include "target/own_variants.h"

#include <algorithm>

namespace plumbline::conform {
namespace {

// What `serve --app echo` has however it is started.
constexpr std::string_view kAlways[]{
    "testapp.ask",   "testapp.bcast", "testapp.deny",       "testapp.dynamic",
    "testapp.flood", "testapp.kick",  "testapp.middleware", "testapp.packet-middleware",
    "testapp.rooms", "testapp.slow",  "testapp.volatile",   "testapp.watch"};

}  // namespace

const std::vector<OwnVariant>& own_variants() {
  static const std::vector<OwnVariant> all{
      {"plain", {}, {"cors.any", "http.compression"}, {}},
      {"recovery",
       {"--recovery-window", "2000"},
       {"cors.any", "sio.recovery", "recovery.admission"},
       {"recovery.off"},
       std::chrono::seconds{2}},
      {"features",
       {"--cors", "https://app.example", "--cookie", "io", "--ws-compression", "on"},
       {"cors.list", "cookie", "http.compression", "permessage-deflate", "testapp.compress"},
       {}},
      {"process", {}, {"cors.any", "http.compression", "observe.process", "control.restart"}, {}},
      {"patient",
       {},
       {"cors.any", "http.compression", "observe.process", "heartbeat.slow"},
       {},
       {},
       std::chrono::seconds{60},
       {},
       false,
       {"EIO-PO-12"}},
      {"crowd",
       {"--head-timeout", "1000"},
       {"cors.any", "http.compression", "scale"},
       {},
       {},
       std::chrono::seconds{10},
       std::chrono::seconds{1},
       false,
       {"EIO-HB-13", "EIO-HS-31"}},
      {"cluster",
       {},
       {"cors.any", "http.compression", "cluster", "control.backplane"},
       {},
       {},
       std::chrono::milliseconds{300},
       {},
       true,
       {"CLU"}},
      {"cluster-recovery",
       {"--recovery-window", "2000"},
       {"cors.any", "sio.recovery", "recovery.admission", "cluster"},
       {"recovery.off"},
       std::chrono::seconds{2},
       std::chrono::milliseconds{300},
       {},
       true,
       {"SIO-RE-16"}},
      {"bare", {"--cors", "off", "--http-compression", "off"}, {"cors.off"}, {}},
      {"no-upgrades", {"--upgrades", "off"}, {"cors.any", "http.compression", "upgrades.off"}, {"transport.upgrade"}},
  };
  return all;
}

const OwnVariant* own_variant(std::string_view name) {
  const auto& all = own_variants();
  const auto found = std::find_if(all.begin(), all.end(), [name](const OwnVariant& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::map<std::string, bool> capabilities_of(const OwnVariant& variant) {
  std::map<std::string, bool> capabilities;
  for (const std::string_view name : kAlways) {
    capabilities[std::string(name)] = true;
  }
  for (const std::string_view name : variant.capabilities) {
    capabilities[std::string(name)] = true;
  }
  for (const std::string_view name : variant.not_there) {
    capabilities[std::string(name)] = false;
  }
  return capabilities;
}

}  // namespace plumbline::conform
