// The real network behind the engine's ports. Stage: engine.
#pragma once

#include <boost/asio/io_context.hpp>

#include "engine/ports.h"

namespace plumbline::load {

class AsioWire final : public Wire {
 public:
  AsioWire(boost::asio::io_context& context, client::HttpClient::Options http);
  [[nodiscard]] std::unique_ptr<Link> make_link(client::ClientListener& listener) override;
  void http(client::HttpCall call, client::HttpDone done) override;
  [[nodiscard]] std::size_t http_waiting() const override { return http_.waiting(); }

 private:
  boost::asio::io_context& context_;
  client::HttpClient http_;
};

}  // namespace plumbline::load
