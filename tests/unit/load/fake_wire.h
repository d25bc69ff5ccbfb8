// A network under the test's control: connections that the test opens, calls that it answers.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports.h"

namespace plumbline::load {

class FakeWire final : public Wire {
 public:
  struct Connection {
    client::ClientListener* listener{nullptr};
    client::ConnectOptions options;
    std::vector<std::string> emitted;
    std::vector<std::uint64_t> ack_ids;
    bool aborted{false};
    bool closed{false};
  };
  struct Call {
    client::HttpCall call;
    client::HttpDone done;
  };

  std::unique_ptr<Link> make_link(client::ClientListener& listener) override {
    auto connection = std::make_shared<Connection>();
    connection->listener = &listener;
    connections.push_back(connection);
    return std::make_unique<FakeLink>(*this, connection);
  }
  void http(client::HttpCall call, client::HttpDone done) override {
    calls.push_back({std::move(call), std::move(done)});
  }
  std::size_t http_waiting() const override { return calls.size(); }

  void answer(unsigned status, std::string body, Time sent, Time received) {
    Call call = std::move(calls.front());
    calls.pop_front();
    client::HttpAnswer answer;
    answer.response.status = status;
    answer.response.body = std::move(body);
    answer.first_byte_sent = sent;
    answer.received = received;
    call.done(answer);
  }
  void fail(Errc code, bool sent) {
    Call call = std::move(calls.front());
    calls.pop_front();
    call.done(client::HttpFailure{Error{code, "fake"}, sent});
  }

  bool accept_at_once{true};
  bool refuse{false};
  std::vector<std::shared_ptr<Connection>> connections;
  std::deque<Call> calls;

 private:
  class FakeLink final : public Link {
   public:
    FakeLink(FakeWire& wire, std::shared_ptr<Connection> connection)
        : wire_(wire), connection_(std::move(connection)) {}
    void connect(const client::ConnectOptions& options) override {
      connection_->options = options;
      if (wire_.refuse) {
        connection_->listener->on_disconnect(Error{Errc::refused, "fake"});
      } else if (wire_.accept_at_once) {
        connection_->listener->on_connect("sid");
      }
    }
    bool emit(std::string_view data, std::optional<std::uint64_t> ack_id) override {
      connection_->emitted.emplace_back(data);
      connection_->ack_ids.push_back(ack_id.value_or(0));
      return true;
    }
    void close() override { connection_->closed = true; }
    void abort() override { connection_->aborted = true; }

   private:
    FakeWire& wire_;
    std::shared_ptr<Connection> connection_;
  };
};

}  // namespace plumbline::load
