#include "gateway/chat_application.h"

#include <boost/json/parse.hpp>
#include <iterator>
#include <utility>

#include "auth/credentials.h"
#include "delivery/frames.h"
#include "delivery/resume.h"
#include "gateway/shard_core.h"
#include "rest/rest.h"

namespace plumbline::serve {
namespace {

class ChatShard;

// Drained means: no shard has unfinished work. Each shard tells all others when it has none left; what it had sent to
// them before that arrives before that.
struct DrainState {
  bool draining{false};
  bool idle_told{false};
  std::size_t idle_shards{0};
  std::function<void()> done;
};

class ChatShard final : public Application {
 public:
  ChatShard(ShardCore& core, std::vector<ChatShard*>& all) : core_(core), rest_(core), all_(all) {}

  void on_connect(const SocketPtr& socket, const ConnectRequest& request, ConnectReply reply) override;
  void on_connected(const SocketPtr& socket) override { core_.delivery.start(socket); }
  void on_event(const SocketPtr& socket, const Event& event) override;
  void on_disconnect(const SocketPtr& socket, std::string_view reason) override;
  void on_request(net::HttpRequest request, net::Respond respond) override {
    rest_.answer(std::move(request), std::move(respond));
  }
  void on_tick(Time now) override;
  [[nodiscard]] std::vector<Metric> metrics() const override;
  void drain(std::function<void()> done) override;

 private:
  void on_typing(const SocketPtr& socket, const Event& event);
  void tell_idle();
  void one_idle();

  ShardCore& core_;
  Rest rest_;
  std::vector<ChatShard*>& all_;
  DrainState drain_;
  std::uint64_t refused_connects_{0};
};

std::string_view refusal_message(std::string_view code) {
  if (code == kNoToken) {
    return "Authentication error: No token provided";
  }
  return code == kTokenExpired ? "Authentication error: Token expired" : "Authentication error: Invalid token";
}

ConnectRefusal refusal_of(const Error& error) {
  if (error.code != Errc::unauthorized) {
    return {"Service unavailable", R"({"code":"UNAVAILABLE"})"};
  }
  return {std::string{refusal_message(error.where)}, R"({"code":)" + quoted(error.where) + "}"};
}

void ChatShard::on_connect(const SocketPtr& socket, const ConnectRequest& request, ConnectReply reply) {
  if (request.nsp != "/") {
    reply(ConnectRefusal{"Invalid namespace", ""});
    return;
  }
  if (!core_.shared.backends->ready()) {
    reply(refusal_of(Error{Errc::unavailable, "starting"}));
    return;
  }
  const Result<std::string> token = socket_token(request.auth, *request.handshake);
  if (token.has_error()) {
    ++refused_connects_;
    reply(refusal_of(token.error()));
    return;
  }
  Result<std::vector<SeenUpTo>> seen = read_cursors(request.auth);
  if (seen.has_error()) {
    reply(ConnectRefusal{std::string{seen.error().where}, R"({"code":"INVALID_CURSOR"})"});
    return;
  }
  core_.gate.identify(token.value(), [this, socket, seen = std::move(seen.value()),
                                      reply = std::move(reply)](const Result<IdentityPtr>& identity) mutable {
    if (identity.has_error()) {
      ++refused_connects_;
      reply(refusal_of(identity.error()));
      return;
    }
    const Identity& who = *identity.value();
    core_.delivery.attach(socket, who.user, who.family, who.expires, std::move(seen), [reply] { reply(std::nullopt); });
  });
}

void ChatShard::on_event(const SocketPtr& socket, const Event& event) {
  if (event.name == "typing") {
    on_typing(socket, event);
  } else if (event.name != "messageAck") {  // later revisions' clients confirm each message; the cursor does that here
    socket->emit(error_frame("Unknown event"));
  }
}

void ChatShard::on_typing(const SocketPtr& socket, const Event& event) {
  const auto* device = static_cast<const Device*>(socket->context.get());
  boost::system::error_code ec;
  const boost::json::value args = boost::json::parse(socketio::array_of(event.args), ec);
  const boost::json::array* list = ec ? nullptr : args.if_array();
  const boost::json::object* payload = list == nullptr || list->empty() ? nullptr : list->front().if_object();
  const boost::json::value* id = payload == nullptr ? nullptr : payload->if_contains("conversationId");
  if (device == nullptr || id == nullptr || !id->is_string()) {
    socket->emit(error_frame("Conversation ID required for typing indicator"));
    return;
  }
  const boost::json::value* is_typing = payload->if_contains("isTyping");
  if (is_typing == nullptr || !is_typing->is_bool()) {
    socket->emit(error_frame("isTyping must be true or false"));
    return;
  }
  const auto key = ConversationKey::parse({id->get_string().data(), id->get_string().size()});
  if (!key) {
    socket->emit(error_frame("Conversation not found"));
    return;
  }
  core_.on_owner<void>(
      core_.owner(*key),
      [key = *key, user = device->user, typing = is_typing->get_bool()](ShardCore& there, Done<void> reply) {
        there.typists.typing(key, user, typing, std::move(reply));
      },
      [socket](const Result<void>& outcome) {
        if (outcome.has_error() && outcome.error().code == Errc::not_found) {
          socket->emit(error_frame("Conversation not found"));
        }
      });
}

void ChatShard::on_disconnect(const SocketPtr& socket, std::string_view) {
  if (auto* device = static_cast<Device*>(socket->context.get())) {
    core_.delivery.detach(*device);
  }
}

void ChatShard::on_tick(Time now) {
  core_.delivery.tick();
  core_.typists.tick(now);
  core_.shared.backends->tick(core_.shard, now);
  if (drain_.draining) {
    tell_idle();
  }
}

std::vector<Metric> ChatShard::metrics() const {
  const auto number = [](std::uint64_t value) {
    return static_cast<double>(value);
  };
  const DeliveryCounters& delivered = core_.delivery.counters();
  const RestCounters& rest = rest_.counters();
  std::vector<Metric> all{
      {"plumbline_messages_accepted_total", "Sends answered with 202", true, number(core_.sends.accepted())},
      {"plumbline_sends_in_flight", "Sends under way", false, number(core_.sends.admission().in_flight())},
      {"plumbline_sends_in_flight_limit", "Sends that may be under way now", false,
       number(core_.sends.admission().bound())},
      {"plumbline_sends_overloaded_total", "Sends refused because too many were under way", true,
       number(core_.sends.admission().refused())},
      {"plumbline_messages_delivered_total", "newMessage events emitted", true, number(delivered.messages)},
      {"plumbline_messages_caught_up_total", "newMessage events of offline backlogs", true,
       number(delivered.backlog_messages)},
      {"plumbline_events_emitted_total", "All other events emitted", true, number(delivered.events)},
      {"plumbline_backlog_overflows_total", "Devices disconnected because too much arrived while they caught up", true,
       number(delivered.backlog_overflows)},
      {"plumbline_sessions_expired_total", "Sockets told that their token expired", true,
       number(delivered.sessions_expired)},
      {"plumbline_connects_refused_total", "Socket connects refused for their token", true, number(refused_connects_)},
      {"plumbline_rest_requests_total", "REST requests", true, number(rest.requests)},
      {"plumbline_rest_client_errors_total", "REST answers 4xx", true, number(rest.client_errors)},
      {"plumbline_rest_unavailable_total", "REST answers 503", true, number(rest.unavailable)},
      {"plumbline_rest_in_flight", "REST requests being answered", false, number(rest_.in_flight())},
      {"plumbline_devices", "Connected devices", false, number(core_.delivery.devices())},
      {"plumbline_typing_users", "Users typing now", false, number(core_.typists.active_typists())},
  };
  std::vector<Metric> backends = core_.shared.backends->metrics(core_.shard);
  std::move(backends.begin(), backends.end(), std::back_inserter(all));
  return all;
}

void ChatShard::drain(std::function<void()> done) {
  rest_.refuse_writes();
  drain_.draining = true;
  drain_.done = std::move(done);
  tell_idle();
}

// Called again with every tick until there is nothing in flight here.
void ChatShard::tell_idle() {
  if (drain_.idle_told || rest_.in_flight() > 0) {
    return;
  }
  drain_.idle_told = true;
  for (std::size_t shard = 0; shard < all_.size(); ++shard) {
    core_.shared.cores->tell(core_.shard, shard, [other = all_[shard]](ShardCore&) { other->one_idle(); });
  }
}

void ChatShard::one_idle() {
  if (++drain_.idle_shards < all_.size() || !drain_.done) {
    return;
  }
  const auto done = std::exchange(drain_.done, nullptr);
  if (core_.shard == 0) {
    core_.shared.backends->leave(done);
  } else {
    done();
  }
}

class ChatFactory final : public ApplicationFactory {
 public:
  ChatFactory(net::ShardPool& pool, const ChatOptions& options, const Clock& clock)
      : shared_(pool, options, clock), shards_(pool.size()) {}

  std::unique_ptr<Application> make(std::size_t shard) override {
    auto made = std::make_unique<ChatShard>(shared_.cores->at(shard), shards_);
    shards_[shard] = made.get();
    return made;
  }
  void start() override { shared_.backends->start(); }
  void stop() override { shared_.backends->stop(); }
  [[nodiscard]] bool ready() const override { return shared_.backends->ready(); }
  [[nodiscard]] std::vector<Dependency> dependencies() const override { return shared_.backends->dependencies(); }
  [[nodiscard]] std::string durability() const override { return shared_.backends->durability(); }

 private:
  ChatShared shared_;
  std::vector<ChatShard*> shards_;
};

}  // namespace

std::unique_ptr<ApplicationFactory> make_chat_factory(net::ShardPool& pool, const ChatOptions& options,
                                                      const Clock& clock) {
  return std::make_unique<ChatFactory>(pool, options, clock);
}

}  // namespace plumbline::serve
