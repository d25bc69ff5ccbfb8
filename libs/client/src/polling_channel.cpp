// Engine.IO v4 HTTP long-polling, client side.
#include "polling_channel.h"

#include <utility>

namespace plumbline::client {
namespace {

Error poll_refusal(unsigned status) {
  switch (status / 100) {
    case 3:
      return Error{Errc::refused, "the server answered a poll with a redirect"};
    case 4:
      return Error{status == 403 || status == 401 ? Errc::forbidden : Errc::refused, "poll refused with a 4xx"};
    case 5:
      return Error{Errc::unavailable, "the server answered a poll with a 5xx"};
    default:
      return Error{Errc::malformed, "unexpected status for a poll"};
  }
}

}  // namespace

PollingChannel::PollingChannel(Reactor& reactor, PollingOwner& owner, Options options)
    : reactor_(&reactor),
      owner_(&owner),
      options_(std::move(options)),
      get_(reactor, *this, options_.max_body),
      post_(reactor, *this, options_.max_body) {}

PollingChannel::~PollingChannel() {
  reactor_->forget(*this);
}

void PollingChannel::open() {
  poll();
}

void PollingChannel::start(std::string_view sid, std::size_t max_payload) {
  options_.request_target += "&sid=";
  options_.request_target += sid;
  max_payload_ = max_payload;
  started_ = true;
  reactor_->wake(*this);
}

void PollingChannel::queue(std::string packet) {
  queued_bytes_ += packet.size();
  queue_.push_back(std::move(packet));
  reactor_->wake(*this);
}

void PollingChannel::on_turn_end() {
  if (closed_ || pausing_ || paused_) {
    return check_paused();
  }
  if (started_ && !queue_.empty() && !post_.busy()) {
    post();
  }
  if (started_ && !get_.busy()) {
    poll();
  }
}

void PollingChannel::poll() {
  HttpCall call;
  call.target = options_.request_target;
  get_.send(options_.target, format_request(options_.host, call), false);
}

// As many packets as the server's payload limit allows, always at least one.
std::string PollingChannel::next_body() {
  std::string body;
  std::size_t taken = 0;
  while (taken < queue_.size() &&
         (taken == 0 || max_payload_ == 0 || body.size() + 1 + queue_[taken].size() <= max_payload_)) {
    if (taken != 0) {
      body += engineio::kPayloadSeparator;
    }
    body += queue_[taken];
    queued_bytes_ -= queue_[taken].size();
    ++taken;
  }
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
  return body;
}

void PollingChannel::post() {
  HttpCall call;
  call.method = "POST";
  call.target = options_.request_target;
  call.headers.emplace_back("Content-Type", "text/plain;charset=UTF-8");
  call.body = next_body();
  post_.send(options_.target, format_request(options_.host, call), false);
}

void PollingChannel::on_answer(HttpConnection& connection, HttpAnswer answer) {
  if (answer.response.status != 200) {
    return fail(poll_refusal(answer.response.status));
  }
  if (&connection == &get_) {
    const auto parsed = engineio::parse_payload(answer.response.body, [&](const engineio::PacketView& packet) {
      if (!closed_) {
        owner_->on_polling_packet(packet, answer.received);
      }
    });
    if (!parsed && !closed_) {
      return fail(parsed.error());
    }
  }
  if (!closed_) {
    reactor_->wake(*this);
  }
}

void PollingChannel::on_failure(HttpConnection& connection, const HttpFailure& failure, bool stale) {
  if (stale && &connection == &get_) {
    return poll();  // the server ended an idle keep-alive connection: nothing was lost
  }
  fail(failure.error);
}

void PollingChannel::pause() {
  pausing_ = true;
  reactor_->wake(*this);
}

void PollingChannel::check_paused() {
  if (!closed_ && pausing_ && !get_.busy() && !post_.busy()) {
    pausing_ = false;
    paused_ = true;
    owner_->on_polling_paused();
  }
}

void PollingChannel::resume() {
  pausing_ = false;
  paused_ = false;
  reactor_->wake(*this);
}

std::vector<std::string> PollingChannel::take_queue() {
  queued_bytes_ = 0;
  return std::exchange(queue_, {});
}

void PollingChannel::close() {
  closed_ = true;
  get_.close();
  post_.close();
}

void PollingChannel::say_goodbye() {
  if (!closed_ && started_ && !post_.busy() && post_.open()) {
    queue_.emplace_back("1");
    post();
    post_.flush();
  }
  close();
}

void PollingChannel::fail(const Error& why) {
  if (!closed_) {
    close();
    owner_->on_polling_failed(why);
  }
}

}  // namespace plumbline::client
