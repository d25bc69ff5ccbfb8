#include "watch/lag.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <memory>

#include "plumbline/client/http_client.h"
#include "target/running_target.h"

namespace plumbline::load {
namespace {

constexpr std::string_view kMetric = "plumbline_kafka_lag_seconds";
constexpr Duration kEvery = std::chrono::seconds{1};
constexpr Duration kScrapePatience = std::chrono::milliseconds{900};

}  // namespace

double lag_in(std::string_view metrics) {
  double highest = -1;
  for (std::size_t from = 0; from < metrics.size();) {
    const std::size_t end = std::min(metrics.find('\n', from), metrics.size());
    const std::string_view line = metrics.substr(from, end - from);
    from = end + 1;
    if (!line.starts_with(kMetric)) {
      continue;
    }
    const std::size_t blank = line.rfind(' ');
    double value = 0;
    const char* const stop = line.data() + line.size();
    if (blank != std::string_view::npos && std::from_chars(line.data() + blank + 1, stop, value).ec == std::errc{}) {
      highest = std::max(highest, value);
    }
  }
  return highest;
}

LagWatch::LagWatch(std::vector<std::string> origins) : origins_(std::move(origins)) {
  if (!origins_.empty()) {
    thread_ = std::thread([this] { work(); });
  }
}

LagWatch::~LagWatch() {
  stop();
}

void LagWatch::stop() {
  stop_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::vector<LagSample> LagWatch::samples() const {
  const std::lock_guard<std::mutex> hold{lock_};
  return samples_;
}

void LagWatch::work() {
  boost::asio::io_context context{1};
  std::vector<std::unique_ptr<client::HttpClient>> clients;
  for (const std::string& origin : origins_) {
    if (const auto address = parse_address(origin)) {
      client::HttpClient::Options options;
      options.host = address->host;
      options.port = address->port;
      options.max_connections = 1;
      clients.push_back(std::make_unique<client::HttpClient>(context, options));
    }
  }
  while (!stop_) {
    const Time at = steady_now();
    double highest = -1;
    for (const auto& each : clients) {
      client::HttpCall call;
      call.target = "/metrics";
      call.timeout = kScrapePatience;
      each->call(std::move(call), [&highest](const auto& end) {
        if (end && end.value().response.status == 200) {
          highest = std::max(highest, lag_in(end.value().response.body));
        }
      });
    }
    // Small steps, so that stop() is not kept waiting.
    while (!stop_ && steady_now() < at + kEvery) {
      context.restart();
      context.run_for(std::chrono::milliseconds{100});
      if (context.stopped()) {
        ::poll(nullptr, 0, 50);
      }
    }
    if (highest >= 0) {
      const std::lock_guard<std::mutex> hold{lock_};
      samples_.push_back({at, highest});
    }
  }
}

}  // namespace plumbline::load
