#include "target/target.h"

#include <algorithm>
#include <iterator>

namespace plumbline::conform {
namespace {

constexpr std::string_view kAssumed[]{"transport.polling", "transport.websocket", "transport.upgrade", "testapp",
                                      "testapp.custom",    "recovery.off",        "client.polling",    "client.upgrade",
                                      "client.reconnect",  "client.namespaces"};

// Declared or not there. `testapp.X` are further abilities of the test application.
constexpr std::string_view kDeclared[]{"client",
                                       "cluster",
                                       "control.backplane",
                                       "control.restart",
                                       "cookie",
                                       "cors.any",
                                       "cors.list",
                                       "cors.off",
                                       "handshake.reject",
                                       "heartbeat.slow",
                                       "http.compression",
                                       "initial-packet",
                                       "observe.process",
                                       "scale",
                                       "permessage-deflate",
                                       "recovery.admission",
                                       "sio.recovery",
                                       "testapp.ask",
                                       "testapp.bcast",
                                       "testapp.compress",
                                       "testapp.deny",
                                       "testapp.dynamic",
                                       "testapp.flood",
                                       "testapp.kick",
                                       "testapp.middleware",
                                       "testapp.packet-middleware",
                                       "testapp.rooms",
                                       "testapp.slow",
                                       "testapp.volatile",
                                       "testapp.watch",
                                       "upgrades.off",
                                       "webtransport"};

}  // namespace

bool assumed(std::string_view capability) {
  return std::find(std::begin(kAssumed), std::end(kAssumed), capability) != std::end(kAssumed);
}

bool optional(std::string_view capability) {
  return !assumed(capability) || capability == "recovery.off";
}

const std::vector<std::string_view>& known_capabilities() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> both(std::begin(kAssumed), std::end(kAssumed));
    both.insert(both.end(), std::begin(kDeclared), std::end(kDeclared));
    return both;
  }();
  return all;
}

}  // namespace plumbline::conform
