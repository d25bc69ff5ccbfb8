// What one node does reaches the sockets of the other, once: rooms, broadcasts, questions, disconnect orders.
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/cluster/several.h"
#include "cases/steps.h"
#include "cases/watching.h"

namespace plumbline::conform::cases {
namespace {

// One on the first node, two on the other.
struct Trio {
  Member here;
  Member there;
  Member also_there;
  std::string red;  // rooms of this run
  std::string quiet;

  [[nodiscard]] std::vector<const Member*> all() const { return {&here, &there, &also_there}; }
};

Stop open_trio(Context& c, Trio& trio, std::string_view nsp) {
  if (auto stop = needs_nodes(c)) {
    return stop;
  }
  if (auto stop = join_at(c, kHere, nsp, trio.here)) {
    return stop;
  }
  for (Member* member : {&trio.there, &trio.also_there}) {
    if (auto stop = join_at(c, kThere, nsp, *member)) {
      return stop;
    }
  }
  trio.red = "red-" + trio.here.sid;
  trio.quiet = "quiet-" + trio.here.sid;
  return std::nullopt;
}

std::vector<Hearer> each(const Trio& trio, std::size_t here, std::size_t there, std::size_t also_there) {
  return {{trio.here.ws, trio.here.nsp, here},
          {trio.there.ws, trio.there.nsp, there},
          {trio.also_there.ws, trio.also_there.nsp, also_there}};
}

Finding attachment_arrives(Context& c, const Trio& trio) {
  WebSocket& ws = *trio.there.ws;
  const std::size_t from = ws.messages().size();
  trio.here.ws->text(fmt::format(R"(451-{}["room",{},{{"_placeholder":true,"num":0}}])", nsp_prefix(trio.here.nsp),
                                 to_room(trio.red)));
  trio.here.ws->binary("bytes");
  const auto is_it = [](const WsMessage& message) {
    return message.binary && message.payload == "bytes";
  };
  const auto count = [&] {
    return std::count_if(ws.messages().begin() + static_cast<std::ptrdiff_t>(from), ws.messages().end(), is_it);
  };
  c.wire.until([&] { return count() > 0 || ws.over(); }, c.answer_bound());
  c.wire.pump_for(c.quiet());
  return count() == 1 ? pass("an attachment came along")
                      : violated("an event with an attachment, once, on the other node", heard(ws, from));
}

std::size_t times_in(const WebSocket& ws, std::string_view piece) {
  return static_cast<std::size_t>(
      std::count_if(ws.messages().begin(), ws.messages().end(), [piece](const WsMessage& message) {
        return !message.binary && message.payload.find(piece) != std::string::npos;
      }));
}

}  // namespace

Finding clu_01_a(Context& c) {
  Trio trio;
  if (auto stop = open_trio(c, trio, "/dynamic-10101")) {
    return *stop;
  }
  if (auto stop = change_rooms_of(c, trio.there, "join", trio.red)) {
    return *stop;
  }
  send_room(trio.here, to_room(trio.red), "one");
  Finding found = heard_by(c, each(trio, 0, 1, 0), R"(["room","one"])", "sender; of the other node: member, no member");
  send_room(trio.also_there, fmt::format(R"({{"to":["{}","{}"]}})", trio.red, trio.here.sid), "back");
  found = worst(std::move(found), heard_by(c, each(trio, 1, 1, 0), R"(["room","back"])",
                                           "by sid on the other node; of the sender's node: member, no member"));
  found = worst(std::move(found), attachment_arrives(c, trio));
  const std::string all = fmt::format(R"(["bcast","{}"])", trio.here.sid);
  trio.here.say(all);
  return worst(std::move(found), heard_by(c, each(trio, 1, 1, 1), all, "sender and two on the other node"));
}

Finding clu_01_b(Context& c) {
  Trio trio;
  if (auto stop = open_trio(c, trio, "/dynamic-10102")) {
    return *stop;
  }
  for (const Member* member : trio.all()) {
    if (auto stop = change_rooms_of(c, *member, "join", trio.red)) {
      return *stop;
    }
  }
  if (auto stop = change_rooms_of(c, trio.there, "join", trio.quiet)) {
    return *stop;
  }
  send_room(trio.here, fmt::format(R"({{"to":"{}","except":"{}"}})", trio.red, trio.quiet), "but");
  Finding found = heard_by(c, each(trio, 1, 0, 1), R"(["room","but"])", "sender; of the other node: excepted, not");
  send_room(trio.there, fmt::format(R"({{"to":"{}","others":true}})", trio.red), "others");
  found = worst(std::move(found),
                heard_by(c, each(trio, 1, 0, 1), R"(["room","others"])", "on the other node; sender, on its node"));
  if (auto stop = change_rooms_of(c, trio.also_there, "leave", trio.red)) {
    return *stop;
  }
  send_room(trio.here, to_room(trio.red), "left");
  return worst(std::move(found),
               heard_by(c, each(trio, 1, 1, 0), R"(["room","left"])", "sender; of the other node: member, has left"));
}

Finding clu_01_c(Context& c) {
  Trio trio;
  if (auto stop = open_trio(c, trio, "/dynamic-10103")) {
    return *stop;
  }
  for (const Member* member : trio.all()) {
    if (auto stop = change_rooms_of(c, *member, "join", trio.red)) {
      return *stop;
    }
  }
  const std::size_t from = trio.here.ws->messages().size();
  const std::string_view nsp = trio.here.nsp;
  trio.here.say(fmt::format(R"(["ask-all",{{"to":"{}","timeout":1000}},"who"])", trio.red));
  int number = 0;
  for (const Member* member : trio.all()) {
    const std::string id = asked(c, *member->ws, R"(["question","who"])", nsp);
    if (id.empty()) {
      return violated(R"(each member is asked `["question","who"]`)",
                      fmt::format("member {} of 3 heard {}", number + 1, heard(*member->ws, 1)));
    }
    member->ws->text(fmt::format(R"(43{}{}["{}"])", nsp_prefix(nsp), id, number++));
  }
  const auto told = await(c, *trio.here.ws, event_in(nsp, R"(["answers")"), c.answer_bound());
  c.wire.pump_for(c.quiet());
  if (!told || !tells_all(*told, "null", {R"("0")", R"("1")", R"("2")"}, nsp)) {
    return violated("the answers of both nodes, gathered", heard(*trio.here.ws, from));
  }
  for (const Member* member : trio.all()) {
    if (times_in(*member->ws, R"(["question")") != 1) {
      return violated("each is asked once", heard(*member->ws, 1));
    }
  }
  return pass("asked once each, and the answers of both nodes gathered");
}

Finding clu_01_d(Context& c) {
  Trio trio;
  Member beside;
  if (auto stop = open_trio(c, trio, "/dynamic-10104")) {
    return *stop;
  }
  if (auto stop = join_at(c, kHere, "/dynamic-10104", beside)) {
    return *stop;
  }
  for (const Member* member : {&beside, &trio.there}) {
    if (auto stop = change_rooms_of(c, *member, "join", trio.red)) {
      return *stop;
    }
  }
  const std::string left = "41" + nsp_prefix(trio.here.nsp);
  trio.here.say(fmt::format(R"(["kick-all",{}])", to_room(trio.red)));
  for (const Member* member : {&beside, &trio.there}) {
    if (!await(c, *member->ws, left, c.answer_bound())) {
      return violated(fmt::format("`{}` for the room's members on both nodes", left), heard(*member->ws, 1));
    }
  }
  if (auto stop = change_rooms_of(c, trio.also_there, "join", trio.quiet)) {
    return violated("who is not in the room stays", stop->observed);
  }
  trio.here.say(fmt::format(R"(["kick-all",{{"to":"{}","hard":true}}])", trio.quiet));
  c.wire.until([&] { return trio.also_there.ws->over(); }, c.answer_bound());
  c.wire.pump_for(c.quiet());
  if (!trio.also_there.ws->over()) {
    return violated("the transport of a socket of the other node is closed", heard(*trio.also_there.ws, 1));
  }
  if (times_in(*trio.there.ws, left) != 1 || !echoes_in(c, *trio.here.ws, trio.here.nsp, "stays")) {
    return violated("each is told once, and who gave the order stays", heard(*trio.there.ws, 1));
  }
  return pass("left on both nodes, once each; then closed on the other one");
}

Finding clu_03_a(Context& c) {
  constexpr std::string_view kNamespace = "/dynamic-10301";
  if (auto stop = needs_nodes(c)) {
    return *stop;
  }
  Member devices[4];
  Member strangers[2];
  for (std::size_t i = 0; i < 4; ++i) {
    if (auto stop = join_at(c, i < 2 ? kHere : kThere, kNamespace, devices[i])) {
      return *stop;
    }
  }
  for (const std::size_t node : {kHere, kThere}) {
    if (auto stop = join_at(c, node, kNamespace, strangers[node])) {
      return *stop;
    }
  }
  const std::string user = "user-" + devices[0].sid;
  std::vector<Hearer> hearers;
  for (const Member& device : devices) {
    if (auto stop = change_rooms_of(c, device, "join", user)) {
      return *stop;
    }
    hearers.push_back({device.ws, device.nsp, 1});
  }
  hearers.push_back({strangers[kHere].ws, strangers[kHere].nsp, 0});
  hearers.push_back({strangers[kThere].ws, strangers[kThere].nsp, 0});
  constexpr std::string_view kWho = "two of the user here, two there, a stranger here, one there";
  send_room(strangers[kHere], to_room(user), "from here");
  Finding found = heard_by(c, hearers, R"(["room","from here"])", kWho);
  send_room(strangers[kThere], to_room(user), "from there");
  return worst(std::move(found), heard_by(c, hearers, R"(["room","from there"])", kWho));
}

}  // namespace plumbline::conform::cases
