// The chat application in the messenger dialect: sends by REST, deliveries, typing and receipts by Socket.IO, every
// text a checker token, every event shown to the checker. Lives on the event loop thread. Stage: workload.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "plan/plan.h"
#include "recorder/recorder.h"
#include "workload/final_reader.h"
#include "workload/json_fields.h"
#include "workload/outcome.h"
#include "workload/pending_signals.h"
#include "workload/workload.h"

namespace plumbline::load {

class Messenger final : public Workload {
 public:
  using TokenOf = std::function<const std::string*(std::uint32_t user)>;  // null while it is not signed yet
  struct Setting {
    client::Endpoint socketio;
    std::string nsp{"/"};
    Contract contract{Contract::strict};
    std::uint32_t run{0};
    TokenOf token;
    bool resumes{false};  // devices say what they have when they come back, and are owed the rest
    bool confirm{false};  // final reads are repeated until two passes agree
  };
  Messenger(const Plan& plan, Wire& wire, Recorder& recorder, const Clock& clock, Setting setting);
  ~Messenger() override;

  bool connect_options(std::uint32_t device, client::ConnectOptions& into) override;
  void on_up(std::uint32_t device, Link& link, Time now) override;
  void on_down(std::uint32_t device, Departure why, Time now) override;
  void on_event(std::uint32_t device, std::string_view data, Time received) override;
  void on_ack(std::uint32_t /*device*/, std::uint64_t /*id*/, std::string_view /*array*/, Time /*at*/) override {}
  bool prepare(Time now) override;
  std::string_view failure() const override { return failure_; }
  void start(const Operation& op, Time intended, Time now) override;
  Time run_due(Time now) override;
  void stop_offering() override;
  std::uint64_t in_flight() const override;
  std::uint64_t undelivered() const override { return checker_.open_deliveries(); }
  std::uint64_t anomalies() const override { return checker_.grave_so_far(); }
  void on_fault(Time at) override { checker_.on_fault(at); }
  bool final_read(Time now, bool last) override;
  checker::CheckerReport finish() override;

 private:
  struct Later {
    Time at;
    enum class What : std::uint8_t { send, read, stop_typing } what;
    Operation op;
    bool operator>(const Later& other) const { return at > other.at; }
  };

  // messenger_setup.cpp
  void touch_users();
  void create_group(std::uint32_t conversation);
  void register_conversations();
  // messenger.cpp
  void send(const Operation& op, Time intended, Time now);
  void on_send_end(const checker::Token& token, Time intended, Time began, const HttpEnd& end);
  void type(const Operation& op, bool typing, Time intended, Time now);
  void read(const Operation& op, Time intended, Time now);
  void look_back(const Operation& op, Time intended, Time now);
  void check_page(const checker::ReadTicket& ticket, const std::string& body, Time at);
  void simple_get(const Operation& op, std::string target, Time intended, Time now);
  void rest(std::uint32_t user, std::string_view method, std::string target, std::string body, client::HttpDone done);
  void record_rest(OpKind kind, Time intended, Time began, const HttpEnd& end);
  // messenger_events.cpp
  void on_message(std::uint32_t device, const boost::json::object& fields, Time received);
  void move_cursor(std::uint32_t device, std::uint32_t conversation, std::uint64_t sequence);
  std::string cursors_of(std::uint32_t device) const;
  void on_typing(std::uint32_t device, const boost::json::object& fields, Time received);
  void on_receipt(std::uint32_t device, const boost::json::object& fields, Time received);
  std::uint32_t conversation_of(std::string_view id) const;
  std::uint32_t user_of(std::string_view id) const;
  std::uint32_t other_devices_up(std::uint32_t conversation, std::uint32_t user) const;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Index = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

  const Plan& plan_;
  Wire& wire_;
  Recorder& recorder_;
  const Clock& clock_;
  Setting setting_;
  checker::StreamingChecker checker_;
  std::vector<Conversation> conversations_;  // the plan's, with the ids that the target gave to groups
  Index conversation_index_;
  Index user_index_;
  struct DeviceState {
    Link* link{nullptr};  // null while down
    Time up_since{};
    std::uint32_t counter{0};  // of tokens sent
    bool been_up{false};
    std::vector<std::pair<std::uint32_t, std::uint64_t>> cursors;  // conversation -> highest sequence id it has
  };
  std::vector<DeviceState> devices_;
  std::priority_queue<Later, std::vector<Later>, std::greater<>> later_;
  PendingSignals typing_{std::chrono::seconds{5}};
  PendingSignals receipts_{std::chrono::seconds{5}};
  bool tracks_reads_{false};
  std::unordered_map<std::uint64_t, std::uint64_t> last_seen_;  // (conversation, user) -> highest sequence id shown
  FinalReader reader_;
  std::string failure_;
  std::uint64_t requests_{0};  // in flight
  std::size_t setup_next_{0};
  std::size_t setup_open_{0};
  enum class Setup : std::uint8_t { begin, touching, grouping, done } setup_{Setup::begin};
};

}  // namespace plumbline::load
