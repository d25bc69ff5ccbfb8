#include "engine/fleet.h"

#include <algorithm>
#include <utility>

#include "plumbline/base/random.h"
#include "plumbline/client/back_off.h"

namespace plumbline::load {
namespace {

constexpr Duration kFirstDelay = std::chrono::seconds{1};
constexpr Duration kLongestDelay = std::chrono::seconds{5};
constexpr Duration kAskAgain = std::chrono::milliseconds{2};  // credentials are still being signed

}  // namespace

class Fleet::Device final : public client::ClientListener {
 public:
  enum class State : std::uint8_t { idle, waiting, connecting, up };

  Device(Fleet& fleet, std::uint32_t number) : fleet_(fleet), index(number) {}

  void on_connect(std::string_view /*sid*/) override { fleet_.on_up(*this); }
  void on_connect_error(std::string_view json) override {
    // A target that says "not now" is asked again; any other refusal will not change by asking.
    const bool later = json.find(R"("code":"UNAVAILABLE")") != std::string_view::npos;
    if (!later) {
      fleet_.last_refusal_ = std::string(json);
    }
    fleet_.on_down(*this, Error{later ? Errc::unavailable : Errc::unauthorized, "connect_error"});
  }
  void on_event(std::string_view data, const socketio::Packet& /*packet*/, Time received) override {
    fleet_.workload_.on_event(index, data, received);
  }
  void on_ack(std::uint64_t id, std::string_view array, Time received) override {
    fleet_.workload_.on_ack(index, id, array, received);
  }
  void on_disconnect(const Error& why) override { fleet_.on_down(*this, why); }

 private:
  Fleet& fleet_;

 public:
  std::uint32_t index;
  std::uint32_t attempts{0};
  State state{State::idle};
  Time dropped{};  // by drop(), not back yet; Time{} otherwise
  bool lost{false};
  std::unique_ptr<Link> link;
};

Fleet::Fleet(Wire& wire, Workload& workload, const Clock& clock, std::size_t devices, std::uint64_t seed)
    : wire_(wire), workload_(workload), clock_(clock), seed_(seed), last_change_(clock.now()) {
  devices_.reserve(devices);
  for (std::size_t i = 0; i < devices; ++i) {
    devices_.push_back(std::make_unique<Device>(*this, static_cast<std::uint32_t>(i)));
  }
}

Fleet::~Fleet() = default;

void Fleet::want(std::uint32_t device, Time at) {
  if (devices_[device]->state == Device::State::idle) {
    devices_[device]->state = Device::State::waiting;
    due_.push({at, device});
    ++wanted_;
  }
}

Time Fleet::run_due(Time now) {
  while (!due_.empty() && due_.top().at <= now) {
    Device& device = *devices_[due_.top().device];
    due_.pop();
    client::ConnectOptions options;
    if (!workload_.connect_options(device.index, options)) {
      due_.push({now + kAskAgain, device.index});
      continue;
    }
    device.state = Device::State::connecting;
    device.link = wire_.make_link(device);  // the old one is of a connection that ended
    device.link->connect(options);
  }
  return due_.empty() ? Time::max() : due_.top().at;
}

void Fleet::on_up(Device& device) {
  device.state = Device::State::up;
  device.attempts = 0;
  ++connected_;
  ever_connected_ = true;
  last_change_ = clock_.now();
  workload_.on_up(device.index, *device.link, last_change_);
  if (device.dropped != Time{} && returned_) {
    returned_(device.index, device.dropped, last_change_);
  }
  device.dropped = Time{};
  if (std::exchange(device.lost, false) && --lost_now_ == 0 && away_) {
    away_(first_lost_, last_change_);
  }
}

// A refused connect may be reported twice, as CONNECT_ERROR and as the end of the transport: the first one counts.
void Fleet::on_down(Device& device, const Error& why) {
  if (device.state != Device::State::up && device.state != Device::State::connecting) {
    return;
  }
  const Time now = clock_.now();
  last_error_ = why;
  if (device.state == Device::State::up) {  // a connect that failed changes nothing: the device was down before
    last_change_ = now;
    --connected_;
    ++lost_;
    first_lost_ = lost_now_ == 0 ? now : first_lost_;
    ++lost_now_;
    device.lost = true;
    workload_.on_down(device.index, Departure::lost, now);
  }
  retry(device, now);
}

void Fleet::retry(Device& device, Time now) {
  device.state = Device::State::waiting;
  const std::uint32_t attempt = device.attempts++;
  const std::uint64_t randomness = seed_ ^ (std::uint64_t{device.index} << 20U) ^ device.attempts ^
                                   static_cast<std::uint64_t>(now.time_since_epoch().count());
  due_.push({now + client::back_off(attempt, randomness, kFirstDelay, kLongestDelay), device.index});
}

bool Fleet::drop(std::uint32_t device_index, Time now) {
  Device& device = *devices_[device_index];
  if (device.state != Device::State::up) {
    return false;
  }
  workload_.on_down(device.index, Departure::dropped, now);  // from here on it is expected to miss messages
  device.link->abort();
  device.dropped = now;
  --connected_;
  last_change_ = now;
  retry(device, now);
  return true;
}

void Fleet::close_all() {
  for (const auto& device : devices_) {
    if (device->link != nullptr) {
      device->link->close();
    }
    device->state = Device::State::idle;
  }
  due_ = {};
  connected_ = 0;
}

bool Fleet::up(std::uint32_t device) const {
  return devices_[device]->state == Device::State::up;
}

Link* Fleet::link(std::uint32_t device) {
  return up(device) ? devices_[device]->link.get() : nullptr;
}

}  // namespace plumbline::load
