// `serve --app echo`: the protocol fixture of the conformance suite. Stage: gateway.
// On connect it emits `auth` with the handshake's auth. Events of every namespace (README.md has the table):
//   message message-with-ack bcast     echo, acknowledge, emit to the whole namespace
//   join leave room                    rooms: unions, exceptions, without the sender
//   ask ask-all                        the server asks, with a bound; the answers come back as an event
//   volatile plain                     as message, but dropped when not writable; but never compressed
//   kick kick-hard kick-all refuse-me  disconnects by the server; an event that is not dispatched
//   watch flood                        hears of every disconnect in its namespace; many large events to a room
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "echo/audience.h"
#include "echo/echo_cluster.h"
#include "echo/questions.h"
#include "echo/recovery_log.h"
#include "gateway/application.h"
#include "plumbline/net/shard_pool.h"
#include "session/session_id.h"

namespace plumbline::serve {

class EchoFactory;
struct EchoArguments;
struct EventForm;

class EchoApplication final : public Application {
 public:
  EchoApplication(EchoFactory& factory, std::size_t shard) : factory_(factory), shard_(shard) {}

  [[nodiscard]] bool has_namespace(std::string_view nsp) const override;
  void on_connect(const SocketPtr& socket, const ConnectRequest& request, ConnectReply reply) override;
  void on_connected(const SocketPtr& socket) override;
  void on_event(const SocketPtr& socket, const Event& event) override;
  void on_ack(const SocketPtr& socket, std::uint64_t id, std::string_view array) override;
  void on_disconnect(const SocketPtr& socket, std::string_view reason) override;
  void on_request(net::HttpRequest request, net::Respond respond) override;
  void on_tick(Time) override {}
  [[nodiscard]] std::vector<Metric> metrics() const override;
  void drain(std::function<void()> done) override { done(); }

  // To this shard's sockets. `number` is the packet's in the recovery log, or 0. `once`: a deliberate fault.
  void deliver(const Audience& audience, const socketio::FramePtr& frame, std::uint64_t number,
               const std::shared_ptr<std::atomic<bool>>& once = nullptr);
  // One question to all of an audience; `answered` gets each answer, the result is how many were asked.
  std::size_t ask(const Audience& audience, const socketio::FramePtr& frame, std::uint64_t id,
                  const Questions::Answered& answered);
  std::size_t forget(std::uint64_t question) { return questions_.forget(question); }
  void kick(const Audience& audience, bool hard);
  void after(std::chrono::milliseconds delay, std::function<void()> task);

 private:
  using Handler = void (EchoApplication::*)(const SocketPtr&, const Event&);
  using Sockets = std::vector<SocketPtr>;
  [[nodiscard]] static const std::unordered_map<std::string_view, Handler>& handlers();
  void on_message(const SocketPtr& socket, const Event& event);
  void on_message_with_ack(const SocketPtr& socket, const Event& event);
  void on_broadcast(const SocketPtr& socket, const Event& event);
  void on_join(const SocketPtr& socket, const Event& event);
  void on_leave(const SocketPtr& socket, const Event& event);
  void on_room(const SocketPtr& socket, const Event& event);
  void on_ask(const SocketPtr& socket, const Event& event);
  void on_ask_all(const SocketPtr& socket, const Event& event);
  void on_volatile(const SocketPtr& socket, const Event& event);
  void on_plain(const SocketPtr& socket, const Event& event);
  void on_kick(const SocketPtr& socket, const Event& event);
  void on_kick_hard(const SocketPtr& socket, const Event& event);
  void on_kick_all(const SocketPtr& socket, const Event& event);
  void on_refused(const SocketPtr& socket, const Event& event);
  void on_watch(const SocketPtr& socket, const Event& event);
  void on_flood(const SocketPtr& socket, const Event& event);

  struct Inquiry;
  void ask_other_nodes(const std::shared_ptr<Inquiry>& inquiry, const Audience& audience,
                       const socketio::FramePtr& frame, std::uint64_t id, std::chrono::milliseconds timeout);
  void admit(const SocketPtr& socket, const ConnectReply& reply);
  void admit_as(const SocketPtr& socket, const ConnectReply& reply, const std::string& pid,
                std::optional<RecoveryLog::Resumed> resumed);
  void tell_rooms(const SocketPtr& socket, const Event& event);
  void emit(const SocketPtr& socket, std::string_view name, const EchoArguments& args, const EventForm& form);
  struct Flood;
  void flood_on(const std::shared_ptr<Flood>& flood);
  void tell_watchers(const SocketPtr& gone, std::string_view reason);
  void emit(const SocketPtr& socket, std::string_view name, const EchoArguments& args);
  void emit_to(Audience audience, std::string_view name, const EchoArguments& args);
  void in_order(std::function<void()> task);
  void emit_in_order(const SocketPtr& socket, const socketio::FramePtr& frame);

  EchoFactory& factory_;
  std::size_t shard_;
  std::map<std::string, Sockets, std::less<>> namespaces_;
  Questions questions_;
  std::vector<std::string> kept_;  // by a deliberate fault only
  std::uint64_t events_{0};
  std::uint64_t volatile_dropped_{0};
  std::uint64_t questions_refused_{0};
};

class EchoFactory final : public ApplicationFactory {
 public:
  // A recovery window of zero: no recovery. `cluster`: the Redis that joins it with other nodes.
  EchoFactory(net::ShardPool& pool, const RecoveryLimits& recovery, const Clock& clock,
              const std::optional<RedisAddress>& cluster = std::nullopt);
  [[nodiscard]] std::unique_ptr<Application> make(std::size_t shard) override;
  void start() override;
  void stop() override;
  [[nodiscard]] std::vector<Dependency> dependencies() const override;

  // One post per shard, all of them carrying the one immutable frame; and to the other nodes.
  void broadcast(const std::shared_ptr<const Audience>& audience, const socketio::FramePtr& frame);
  void kick(const Audience& audience, bool hard);
  [[nodiscard]] net::ShardPool& pool() { return pool_; }
  [[nodiscard]] EchoApplication& at(std::size_t shard) { return *applications_[shard]; }
  [[nodiscard]] std::uint64_t next_question() { return ++questions_; }
  void forget_question(std::uint64_t id);
  // --- cluster; nullptr: this is the only node. The rest is for it.
  [[nodiscard]] EchoCluster* cluster() { return cluster_.get(); }
  void deliver_foreign(const Audience& audience, const NumberedFrame& packet);
  void kick_here(const Audience& audience, bool hard);
  void hand_over(const ClusterMessage& claim, const std::function<void(ClusterMessage)>& say);
  // How many watch disconnects: without any, a mass disconnect costs nothing more.
  void watcher_came() { ++watchers_; }
  void watcher_left() { --watchers_; }
  [[nodiscard]] bool watched() const { return watchers_ > 0; }

  // --- recovery; any shard's thread
  [[nodiscard]] bool recovers() const { return recovers_; }
  using MakeFrame = std::function<socketio::FramePtr(const std::string& offset)>;
  // Recorded and posted in one order for all shards. `only` is the socket when it alone is addressed.
  void publish(Audience audience, const MakeFrame& make_frame, const SocketPtr& only, std::size_t shard);
  [[nodiscard]] std::optional<RecoveryLog::Resumed> resume(const std::string& pid, std::string_view nsp,
                                                           const std::optional<std::string>& offset,
                                                           std::uint64_t& upto);
  // Of another node; answers on the shard, with the same.
  void claim(const std::string& pid, std::string_view nsp, const std::optional<std::string>& offset, std::size_t shard,
             std::function<void(std::optional<RecoveryLog::Resumed>, std::uint64_t upto)> claimed);
  [[nodiscard]] std::string new_pid();
  void lost(const std::string& pid, RecoveryLog::Session session);

 private:
  net::ShardPool& pool_;
  std::vector<EchoApplication*> applications_;  // of running shards; they outlive every posted task
  std::atomic<std::uint64_t> questions_{0};
  std::atomic<std::size_t> watchers_{0};
  bool recovers_;
  const Clock& clock_;
  std::mutex mutex_;
  IdSource ids_;
  RecoveryLog log_;
  std::unique_ptr<EchoCluster> cluster_;
};

}  // namespace plumbline::serve
