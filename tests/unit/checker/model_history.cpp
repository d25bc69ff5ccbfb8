#include "model_history.h"

#include <algorithm>
#include <deque>
#include <map>

namespace plumbline::checker {
namespace {

constexpr std::uint32_t kModelRun = 0xABCD;

struct Stored {
  Token token;
  std::uint64_t sequence_id;
};

struct Request {
  Token token;
  bool committed{false};
  bool answered{false};
  bool refused{false};  // the server decided not to store it
  std::uint64_t sequence_id{0};
};

struct Client {
  bool connected{false};
  std::deque<Stored> pushes;                          // on their way over this connection, in order
  std::map<ConversationIndex, std::uint64_t> cursor;  // highest sequence id shown to it
};

class Model {
 public:
  explicit Model(std::uint64_t seed) : rng_(seed) {
    Topology& topology = history_.topology;
    topology.devices = 2 + static_cast<std::uint32_t>(rng_.below(6));
    topology.members.resize(1 + rng_.below(4));
    for (auto& members : topology.members) {
      for (DeviceIndex device = 0; device < topology.devices; ++device) {
        if (rng_.below(3) != 0) {
          members.push_back(device);
        }
      }
      if (members.empty()) {
        members.push_back(0);
      }
    }
    clients_.resize(topology.devices);
    counters_.resize(topology.devices);
    stored_.resize(topology.members.size());
    heads_.resize(topology.members.size());
    for (std::uint64_t& head : heads_) {
      head = rng_.below(4) == 0 ? 5'000'000 : 0;
    }
  }

  History run() {
    for (DeviceIndex device = 0; device < clients_.size(); ++device) {
      connect(device);
    }
    const std::uint64_t steps = 60 + rng_.below(400);
    for (std::uint64_t i = 0; i < steps; ++i) {
      step();
    }
    settle();
    return std::move(history_);
  }

 private:
  Event& emit(Kind kind) {
    tick_ += static_cast<std::int64_t>(rng_.below(3'000'000));
    Event& event = history_.events.emplace_back();
    event.kind = kind;
    event.at = Time{} + Duration{tick_};
    return event;
  }

  void step() {
    const std::uint64_t choice = rng_.below(100);
    const auto device = static_cast<DeviceIndex>(rng_.below(clients_.size()));
    if (choice < 2) {
      clients_[device].connected ? disconnect(device) : connect(device);
    } else if (choice < 20) {
      invoke(device);
    } else if (choice < 38) {
      commit();
    } else if (choice < 55) {
      answer();
    } else if (choice < 57) {
      time_out();
    } else if (choice < 60) {
      read(device);
    } else {
      deliver(device);
    }
  }

  void connect(DeviceIndex device) {
    emit(Kind::connect).device = device;
    Client& client = clients_[device];
    client.connected = true;
    client.pushes.clear();
    for (ConversationIndex c = 0; c < stored_.size(); ++c) {
      if (is_member(c, device)) {
        // What it missed, and sometimes a little that it has seen already: the client drops that.
        const std::uint64_t overlap = rng_.below(3);
        for (const Stored& message : stored_[c]) {
          if (message.sequence_id + overlap > client.cursor[c]) {
            client.pushes.push_back(message);
          }
        }
      }
    }
  }

  void disconnect(DeviceIndex device) {
    emit(Kind::disconnect).device = device;
    clients_[device].connected = false;
    clients_[device].pushes.clear();
  }

  void invoke(DeviceIndex device) {
    const auto c = static_cast<ConversationIndex>(rng_.below(stored_.size()));
    if (!clients_[device].connected || !is_member(c, device)) {
      return;
    }
    const Token token{kModelRun, c, device, ++counters_[device], tick_};
    emit(Kind::invoke).token = token;
    Request request{token, false, false, rng_.below(15) == 0, 0};
    requests_.push_back(request);
  }

  void commit() {
    for (std::size_t tries = 0; tries < 4 && !requests_.empty(); ++tries) {
      Request& request = requests_[rng_.below(requests_.size())];
      if (request.committed || request.refused) {
        continue;
      }
      const ConversationIndex c = request.token.conversation;
      heads_[c] += 1 + (rng_.below(25) == 0 ? rng_.below(4) : 0);  // burned numbers are legal
      request.committed = true;
      request.sequence_id = heads_[c];
      stored_[c].push_back({request.token, heads_[c]});
      for (const DeviceIndex member : history_.topology.members[c]) {
        if (clients_[member].connected) {
          clients_[member].pushes.push_back(stored_[c].back());
        }
      }
      return;
    }
  }

  void answer() {
    for (std::size_t tries = 0; tries < 4 && !requests_.empty(); ++tries) {
      Request& request = requests_[rng_.below(requests_.size())];
      if (!request.answered && (request.committed || request.refused)) {
        request.answered = true;
        Event& event = emit(request.refused ? Kind::fail : Kind::ack);
        event.token = request.token;
        event.sequence_id = request.sequence_id;
        event.message_id = id_of(request.token.conversation, request.sequence_id);
        return;
      }
    }
  }

  // The client stops waiting: stored, refused, or stored later.
  void time_out() {
    if (requests_.empty()) {
      return;
    }
    Request& request = requests_[rng_.below(requests_.size())];
    if (!request.answered) {
      request.answered = true;
      emit(Kind::unknown).token = request.token;
    }
  }

  void deliver(DeviceIndex device) {
    Client& client = clients_[device];
    if (!client.connected || client.pushes.empty()) {
      return;
    }
    const Stored message = client.pushes.front();
    client.pushes.pop_front();
    Event& event = emit(Kind::deliver);
    event.device = device;
    event.conversation = message.token.conversation;
    event.token = message.token;
    event.sequence_id = message.sequence_id;
    event.message_id = id_of(event.conversation, message.sequence_id);
    std::uint64_t& cursor = client.cursor[event.conversation];
    cursor = std::max(cursor, message.sequence_id);
  }

  void read(DeviceIndex device) {
    const auto c = static_cast<ConversationIndex>(rng_.below(stored_.size()));
    if (is_member(c, device)) {
      Event& event = emit(Kind::read);
      event.device = device;
      event.conversation = c;
      event.sequence_id = stored_[c].empty() ? 0 : stored_[c].back().sequence_id;
    }
  }

  void settle() {
    for (Request& request : requests_) {
      if (request.answered) {
        continue;
      }
      if (request.committed || request.refused) {
        request.answered = true;
        Event& event = emit(request.refused ? Kind::fail : Kind::ack);
        event.token = request.token;
        event.sequence_id = request.sequence_id;
        event.message_id = id_of(request.token.conversation, request.sequence_id);
      } else {
        emit(Kind::unknown).token = request.token;
      }
    }
    for (DeviceIndex device = 0; device < clients_.size(); ++device) {
      while (clients_[device].connected && !clients_[device].pushes.empty()) {
        deliver(device);
      }
    }
    for (ConversationIndex c = 0; c < stored_.size(); ++c) {
      emit(Kind::final_begin).conversation = c;
      for (const Stored& message : stored_[c]) {
        Event& event = emit(Kind::final_item);
        event.conversation = c;
        event.token = message.token;
        event.sequence_id = message.sequence_id;
        event.message_id = id_of(c, message.sequence_id);
      }
      emit(Kind::final_end).conversation = c;
    }
  }

  [[nodiscard]] bool is_member(ConversationIndex c, DeviceIndex device) const {
    const auto& members = history_.topology.members[c];
    return std::binary_search(members.begin(), members.end(), device);
  }

  static std::string id_of(ConversationIndex c, std::uint64_t sequence_id) {
    return sequence_id == 0 ? std::string() : "c" + std::to_string(c) + "-" + std::to_string(sequence_id);
  }

  Rng rng_;
  std::int64_t tick_{1'000'000'000};
  History history_;
  std::vector<Client> clients_;
  std::vector<std::uint32_t> counters_;
  std::vector<Request> requests_;
  std::vector<std::vector<Stored>> stored_;
  std::vector<std::uint64_t> heads_;
};

void play(StreamingChecker& checker, const Event& event) {
  const auto text = [&event] {
    std::string made = encode_token(event.token, 80);
    if (event.changed_text) {
      made[70] = made[70] == 'x' ? 'y' : 'x';
    }
    return made;
  };
  switch (event.kind) {
    case Kind::connect:
      checker.on_connected(event.device, event.at);
      break;
    case Kind::disconnect:
      checker.on_disconnected(event.device, event.at);
      break;
    case Kind::invoke:
      checker.on_invoke(event.token, event.at);
      break;
    case Kind::ack:
      checker.on_acked(event.token, event.sequence_id, event.message_id, event.at);
      break;
    case Kind::fail:
      checker.on_failed(event.token, event.at);
      break;
    case Kind::unknown:
      checker.on_unknown(event.token, event.at);
      break;
    case Kind::deliver:
      checker.on_delivery(event.device, {event.conversation, event.sequence_id, event.message_id, text()}, event.at);
      break;
    case Kind::read: {
      const ReadTicket ticket = checker.begin_read(event.conversation, event.device, event.at);
      checker.end_read(ticket, event.sequence_id, event.at);
      break;
    }
    case Kind::final_begin:
      checker.begin_final_read(event.conversation);
      break;
    case Kind::final_item:
      checker.on_final_read({event.conversation, event.sequence_id, event.message_id, text()});
      break;
    case Kind::final_end:
      checker.end_final_read(event.conversation);
      break;
    case Kind::fault:
      checker.on_fault(event.at);
      break;
  }
}

}  // namespace

History valid_history(std::uint64_t seed) {
  return Model(seed).run();
}

CheckerReport judge(const History& history) {
  StreamingChecker checker(kModelRun, Time{});
  for (ConversationIndex c = 0; c < history.topology.members.size(); ++c) {
    checker.add_conversation(c, history.topology.members[c]);
  }
  for (const Event& event : history.events) {
    play(checker, event);
  }
  return checker.finish(true);
}

}  // namespace plumbline::checker
