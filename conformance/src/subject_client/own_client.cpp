#include "subject_client/own_client.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "evidence/base64.h"
#include "evidence/json_fields.h"
#include "plumbline/base/exit_code.h"
#include "plumbline/base/random.h"
#include "plumbline/base/version.h"
#include "plumbline/client/back_off.h"
#include "plumbline/client/socketio_client.h"
#include "plumbline/net/child_process.h"
#include "subject_client/engine_server.h"
#include "wire/endpoint.h"

namespace plumbline::conform {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr Duration kLongestDelay = std::chrono::seconds{5};

void tell(const json::object& line) {
  const std::string text = json::serialize(line) + "\n";
  std::size_t told = 0;
  while (told < text.size()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data() + told, text.size() - told);
    if (n <= 0) {
      return;  // nobody listens any more
    }
    told += static_cast<std::size_t>(n);
  }
}

// Placeholders become {"$binary": base64}.
json::value with_attachments(const json::value& value, const std::vector<std::string>& attachments) {
  if (const auto* list = value.if_array()) {
    json::array out;
    for (const json::value& one : *list) {
      out.push_back(with_attachments(one, attachments));
    }
    return out;
  }
  const auto* fields = value.if_object();
  if (fields == nullptr) {
    return value;
  }
  if (flag_in(*fields, "_placeholder")) {
    const auto number = whole_in(*fields, "num", 0, static_cast<std::int64_t>(attachments.size()) - 1);
    return json::object{{"$binary", to_base64(number ? attachments[static_cast<std::size_t>(*number)] : "")}};
  }
  json::object out;
  for (const auto& [key, inner] : *fields) {
    out[key] = with_attachments(inner, attachments);
  }
  return out;
}

// One namespace: the client of the load generator has a connection for each, and comes back as its devices do.
class Device final : public client::ClientListener {
 public:
  Device(asio::io_context& context, client::ConnectOptions options, bool reconnects, Duration first_delay)
      : options_(std::move(options)),
        reconnects_(reconnects),
        first_delay_(first_delay),
        timer_(context),
        client_(context, *this) {}

  void connect() { client_.connect(options_); }
  void disconnect() {
    reconnects_ = false;
    client_.close();
    say("disconnect", {{"reason", "asked for"}});
  }
  void emit(const json::array& arguments, std::optional<std::uint64_t> ack) {
    if (ack) {
      asked_.insert(*ack);
    }
    if (!client_.emit(json::serialize(arguments), ack)) {
      say("emit_error", {{"message", "not connected, or too large"}});
    }
  }

  void on_connect(std::string_view /*sid*/) override {
    attempts_ = 0;
    say("connect", {});
  }
  void on_connect_error(std::string_view text) override {
    boost::system::error_code error;
    const json::value refusal = json::parse(text, error);
    json::object fields;
    if (!error && refusal.is_object()) {
      fields = refusal.as_object();
    }
    say("connect_error", std::move(fields));
  }
  void on_event(std::string_view text, const socketio::Packet& packet, Time /*received*/) override {
    boost::system::error_code error;
    const json::value whole = with_attachments(json::parse(text, error), packet.attachments);
    if (packet.ack_id && whole.is_array()) {
      json::array back(whole.as_array().begin() + 1, whole.as_array().end());
      (void)client_.ack(*packet.ack_id, json::serialize(back));
    }
    say("event", {{"args", whole}});
  }
  void on_ack(std::uint64_t id, std::string_view array, Time /*received*/) override {
    if (asked_.erase(id) == 0) {
      return;  // the library numbers nothing: who emits knows what is open, as the load generator's workloads do
    }
    boost::system::error_code error;
    say("ack", {{"ack", id}, {"args", json::parse(array, error)}});
  }
  void on_disconnect(const Error& why) override {
    say("disconnect", {{"reason", why.where}});
    if (!reconnects_) {
      return;
    }
    timer_.expires_after(client::back_off(attempts_++, entropy_seed(), first_delay_, kLongestDelay));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        connect();
      }
    });
  }

 private:
  void say(std::string_view event, json::object fields) {
    fields["event"] = event;
    fields["nsp"] = options_.nsp;
    tell(fields);
  }

  client::ConnectOptions options_;
  bool reconnects_;
  Duration first_delay_;
  std::set<std::uint64_t> asked_;
  std::uint32_t attempts_{0};
  asio::steady_timer timer_;
  client::SocketIoClient client_;
};

class Program {
 public:
  explicit Program(Endpoint endpoint) : endpoint_(std::move(endpoint)), input_(context_, ::dup(STDIN_FILENO)) {}

  void run() {
    read();
    tell({{"event", "ready"}, {"client", "plumbline"}, {"version", kVersion}});
    context_.run();
  }

 private:
  void read() {
    input_.async_read_some(asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t n) {
      if (error) {
        context_.stop();  // the suite has gone
        return;
      }
      pending_.append(buffer_.data(), n);
      for (std::size_t end = 0; (end = pending_.find('\n')) != std::string::npos; pending_.erase(0, end + 1)) {
        obey(std::string_view(pending_).substr(0, end));
      }
      read();
    });
  }

  void obey(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    if (error || !value.is_object()) {
      return;
    }
    const json::object& fields = value.as_object();
    const std::string nsp = text_in(fields, "nsp").value_or("/");
    const std::string verb = text_in(fields, "do").value_or("");
    if (verb == "connect") {
      return connect(fields, nsp);
    }
    const auto found = devices_.find(nsp);
    if (found == devices_.end()) {
      return;
    }
    const json::value* arguments = fields.if_contains("args");
    if (verb == "disconnect") {
      found->second->disconnect();
    } else if (verb == "emit" && arguments != nullptr && arguments->is_array()) {
      const auto ack = whole_in(fields, "ack", 0, 1'000'000);
      found->second->emit(arguments->as_array(), ack ? std::optional(static_cast<std::uint64_t>(*ack)) : std::nullopt);
    }
  }

  void connect(const json::object& fields, const std::string& nsp) {
    client::ConnectOptions options;
    options.endpoint = {endpoint_.host, endpoint_.port, "/socket.io/"};
    options.nsp = nsp;
    const std::string transports = text_in(fields, "transports").value_or("");
    options.transports = transports == "polling"   ? client::Transports::polling
                         : transports == "upgrade" ? client::Transports::upgrade
                                                   : client::Transports::websocket;
    const json::value* auth = fields.if_contains("auth");
    options.auth = auth != nullptr ? json::serialize(*auth) : "";
    const auto delay = std::chrono::milliseconds{whole_in(fields, "first_delay_ms", 1, 60'000).value_or(100)};
    auto& device = devices_[nsp];
    device = std::make_unique<Device>(context_, std::move(options), flag_in(fields, "reconnect"), delay);
    device->connect();
  }

  Endpoint endpoint_;
  asio::io_context context_{1};
  asio::posix::stream_descriptor input_;
  std::array<char, 4096> buffer_{};
  std::string pending_;
  std::map<std::string, std::unique_ptr<Device>> devices_;
};

}  // namespace

Target own_client() {
  Target target;
  target.name = "plumbline's own client";
  target.client_command = {net::self_executable(), "conform", "drive-client", "{url}"};
  target.configuration = "plumbline conform drive-client {url}";
  target.timing.ping_interval = std::chrono::milliseconds{300};
  target.timing.ping_timeout = std::chrono::milliseconds{200};
  target.timing_declared = true;
  target.capabilities = {{"client", true}, {"client.namespaces", false}};
  return target;
}

int drive_own_client(const std::vector<std::string>& args) {
  auto endpoint = args.size() == 1 ? parse_endpoint(args.front())
                                   : boost::system::result<Endpoint, std::string>{boost::system::in_place_error,
                                                                                  "usage: drive-client URL"};
  if (!endpoint) {
    std::cerr << "plumbline conform: " << endpoint.error() << '\n';
    return to_int(ExitCode::usage);
  }
  Program(std::move(*endpoint)).run();
  return to_int(ExitCode::ok);
}

}  // namespace plumbline::conform
