// Binds a sans-I/O session to its transports: WebSocket, polling, or polling first and WebSocket after.
#include "plumbline/client/socketio_client.h"

#include <utility>

#include "deadline_wheel.h"
#include "plumbline/socketio/client_session.h"
#include "polling_channel.h"
#include "reactor.h"
#include "websocket_channel.h"

namespace plumbline::client {
namespace {

constexpr std::size_t kMaxQueued = 8U << 20U;  // bytes that wait for the kernel, per connection

struct Session final : Burial, socketio::ClientSession {
  using ClientSession::ClientSession;
};

}  // namespace

struct SocketIoClient::Impl final : Burial, Deadline, socketio::ClientSessionHost, WebSocketOwner, PollingOwner {
  Impl(boost::asio::io_context& context, ClientListener& target) : reactor(Reactor::of(context)), listener(&target) {}

  void connect(const ConnectOptions& options);
  void open_websocket(std::string_view request_target);
  [[nodiscard]] bool writable() const;
  void watch() { reactor.schedule(*this, session->deadline()); }
  void on_deadline(Time now) override;
  void feed(std::string_view packet, Time received);
  void drop_transports();
  void close();
  void abort();
  template <class T>
  void bury(std::unique_ptr<T>& transport);

  void send_text(std::string_view packet) override;
  void send_binary(std::string_view bytes) override;
  void open_probe() override;
  void send_probe(std::string_view packet) override { websocket->send_text(packet); }
  void pause_polling() override { polling->pause(); }
  void abandon_probe() override;
  void use_probe() override;
  void on_connected(std::string_view sid) override;
  void on_connect_refused(std::string_view json) override;
  void on_event(const socketio::PacketView& packet, const std::vector<std::string>& attachments) override;
  void on_ack(std::uint64_t id, std::string_view array) override { listener->on_ack(id, array, received); }
  void on_ended(const Error& why) override;

  void on_websocket_open() override;
  void on_websocket_text(std::string_view text, Time at) override;
  void on_websocket_binary(std::string_view bytes, Time at) override;
  void on_websocket_closed(const Error& why) override;
  void on_polling_packet(const engineio::PacketView& packet, Time at) override;
  void on_polling_paused() override { session->polling_paused(); }
  void on_polling_failed(const Error& why) override;

  Reactor& reactor;
  ClientListener* listener;
  std::unique_ptr<Session> session;
  std::unique_ptr<WebSocketChannel> websocket;  // the transport, or the probe while polling is there
  std::unique_ptr<PollingChannel> polling;
  std::unique_ptr<ConnectOptions> options;  // until connected, and as long as polling needs them
  Time received{};
};

void SocketIoClient::Impl::connect(const ConnectOptions& chosen) {
  abort();
  options = std::make_unique<ConnectOptions>(chosen);
  session =
      std::make_unique<Session>(*this,
                                socketio::ClientSession::Options{.nsp = chosen.nsp,
                                                                 .auth = chosen.auth,
                                                                 .upgrade = chosen.transports == Transports::upgrade,
                                                                 .timeout = chosen.timeout},
                                steady_now());
  watch();
  std::string query = "?EIO=4";
  if (!chosen.query.empty()) {
    query += '&';
    query += chosen.query;
  }
  options->endpoint.path += query;
  if (chosen.transports == Transports::websocket) {
    return open_websocket(options->endpoint.path + "&transport=websocket");
  }
  polling = std::make_unique<PollingChannel>(
      reactor, *this,
      PollingChannel::Options{.target = {chosen.endpoint.host, chosen.endpoint.port, chosen.source_address},
                              .host = host_header(chosen.endpoint.host, chosen.endpoint.port),
                              .request_target = options->endpoint.path + "&transport=polling",
                              .max_body = chosen.max_message});
  if (chosen.transports == Transports::polling) {
    options.reset();
  }
  polling->open();
}

void SocketIoClient::Impl::open_websocket(std::string_view request_target) {
  const Endpoint& endpoint = options->endpoint;
  websocket = std::make_unique<WebSocketChannel>(reactor, *this, options->max_message);
  websocket->open({endpoint.host, endpoint.port, options->source_address}, host_header(endpoint.host, endpoint.port),
                  request_target);
}

void SocketIoClient::Impl::open_probe() {
  open_websocket(options->endpoint.path + "&transport=websocket&sid=" + session->engine_sid());
}

// Transports are destroyed at the end of the turn: this may run inside one of their callbacks.
template <class T>
void SocketIoClient::Impl::bury(std::unique_ptr<T>& transport) {
  if (transport) {
    reactor.bury(std::move(transport));
  }
}

void SocketIoClient::Impl::drop_transports() {
  if (websocket) {
    websocket->close();
  }
  if (polling) {
    polling->close();
  }
  bury(websocket);
  bury(polling);
  cancel();
}

void SocketIoClient::Impl::send_text(std::string_view packet) {
  if (polling) {
    polling->send_text(packet);
  } else if (websocket) {
    websocket->send_text(packet);
  }
}

void SocketIoClient::Impl::send_binary(std::string_view bytes) {
  if (polling) {
    polling->send_binary(bytes);
  } else if (websocket) {
    websocket->send_binary(bytes);
  }
}

void SocketIoClient::Impl::abandon_probe() {
  if (websocket) {
    websocket->close();
  }
  bury(websocket);
  polling->resume();
}

void SocketIoClient::Impl::use_probe() {
  for (const std::string& packet : polling->take_queue()) {
    if (packet.front() != 'b') {
      websocket->send_text(packet);
    } else if (const auto bytes = engineio::base64_decode(std::string_view(packet).substr(1)); bytes) {
      websocket->send_binary(*bytes);
    }
  }
  polling->close();
  bury(polling);
  options.reset();
}

void SocketIoClient::Impl::on_connected(std::string_view sid) {
  if (!polling) {
    options.reset();
  }
  watch();  // from the connect timeout to the heartbeat's
  listener->on_connect(sid);
}

void SocketIoClient::Impl::on_connect_refused(std::string_view json) {
  cancel();
  const std::string text(json);  // outlives the transport's buffer
  drop_transports();
  listener->on_connect_error(text);
}

void SocketIoClient::Impl::on_event(const socketio::PacketView& view, const std::vector<std::string>& attachments) {
  thread_local socketio::Packet packet;  // its strings keep their capacity: no allocation per event
  packet.type = view.type;
  packet.nsp = view.nsp;
  packet.ack_id = view.ack_id;
  packet.data = view.data;
  packet.attachments = attachments;
  listener->on_event(packet.data, packet, received);
}

void SocketIoClient::Impl::on_ended(const Error& why) {
  drop_transports();
  listener->on_disconnect(why);
}

void SocketIoClient::Impl::on_deadline(Time now) {
  if (!session || session->ended()) {
    return;
  }
  session->on_time(now);
  if (session && !session->ended()) {
    watch();
  }
}

void SocketIoClient::Impl::feed(std::string_view packet, Time at) {
  received = at;
  session->on_text(packet, at);
}

void SocketIoClient::Impl::on_websocket_open() {
  if (polling) {
    session->probe_opened();
  }
}

void SocketIoClient::Impl::on_websocket_text(std::string_view text, Time at) {
  if (!polling) {
    return feed(text, at);
  }
  session->on_probe_text(text);
}

void SocketIoClient::Impl::on_websocket_binary(std::string_view bytes, Time at) {
  if (!polling) {
    received = at;
    session->on_binary(bytes);
  }
}

void SocketIoClient::Impl::on_websocket_closed(const Error& why) {
  if (!polling) {
    return session->transport_lost(why);
  }
  session->probe_failed();
}

void SocketIoClient::Impl::on_polling_packet(const engineio::PacketView& packet, Time at) {
  received = at;
  if (packet.binary) {
    return session->on_binary(packet.payload);
  }
  // The digit lies right before the payload: the packet's own text.
  const std::string_view text(packet.payload.data() - 1, packet.payload.size() + 1);
  const Session* const current = session.get();
  const bool opening = current->engine_sid().empty();
  session->on_text(text, at);
  const bool replaced = session.get() != current;  // by a connect() inside the callback
  if (opening && !replaced && !session->ended()) {
    polling->start(session->engine_sid(), session->max_payload());
  }
}

void SocketIoClient::Impl::on_polling_failed(const Error& why) {
  session->transport_lost(why);
}

bool SocketIoClient::Impl::writable() const {
  const std::size_t queued = polling ? polling->queued() : websocket ? websocket->queued() : 0;
  return session && session->connected() && queued < kMaxQueued;
}

void SocketIoClient::Impl::close() {
  if (session && !session->ended()) {
    session->disconnect();
    if (polling) {
      polling->say_goodbye();
    }
  }
  drop_transports();
}

void SocketIoClient::Impl::abort() {
  if (session) {
    session->abandon();
    bury(session);
  }
  if (websocket) {
    websocket->reset();
  }
  drop_transports();
}

SocketIoClient::SocketIoClient(boost::asio::io_context& context, ClientListener& listener)
    : impl_(std::make_unique<Impl>(context, listener)) {}

SocketIoClient::~SocketIoClient() {
  if (impl_->session) {
    impl_->session->abandon();
  }
  impl_->drop_transports();
  Reactor& reactor = impl_->reactor;
  reactor.bury(std::move(impl_));
}

void SocketIoClient::connect(const ConnectOptions& options) {
  impl_->connect(options);
}

bool SocketIoClient::connected() const {
  return impl_->session && impl_->session->connected();
}

bool SocketIoClient::emit(std::string_view data, std::optional<std::uint64_t> ack_id,
                          std::span<const std::string> attachments) {
  return impl_->writable() && impl_->session->emit(data, ack_id, attachments);
}

bool SocketIoClient::ack(std::uint64_t id, std::string_view array) {
  return impl_->writable() && impl_->session->ack(id, array);
}

void SocketIoClient::close() {
  impl_->close();
}

void SocketIoClient::abort() {
  impl_->abort();
}

}  // namespace plumbline::client
