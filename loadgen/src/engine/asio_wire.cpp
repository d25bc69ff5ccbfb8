#include "engine/asio_wire.h"

#include <utility>

namespace plumbline::load {
namespace {

class AsioLink final : public Link {
 public:
  AsioLink(boost::asio::io_context& context, client::ClientListener& listener) : client_(context, listener) {}
  void connect(const client::ConnectOptions& options) override { client_.connect(options); }
  bool emit(std::string_view data, std::optional<std::uint64_t> ack_id) override { return client_.emit(data, ack_id); }
  void close() override { client_.close(); }
  void abort() override { client_.abort(); }

 private:
  client::SocketIoClient client_;
};

}  // namespace

AsioWire::AsioWire(boost::asio::io_context& context, client::HttpClient::Options http)
    : context_(context), http_(context, std::move(http)) {}

std::unique_ptr<Link> AsioWire::make_link(client::ClientListener& listener) {
  return std::make_unique<AsioLink>(context_, listener);
}

void AsioWire::http(client::HttpCall call, client::HttpDone done) {
  http_.call(std::move(call), std::move(done));
}

}  // namespace plumbline::load
