#include "observe/metrics_text.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <functional>

namespace plumbline::serve {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct Series {
  const char* name;
  const char* help;
  bool monotonic;
  std::uint64_t ShardCounters::*counter;
};

constexpr Series kSeries[]{
    {"plumbline_http_connections", "Open connections that speak HTTP.", false, &ShardCounters::http_connections},
    {"plumbline_websockets", "Open WebSocket connections.", false, &ShardCounters::websockets},
    {"plumbline_connections_accepted_total", "TCP connections accepted.", true, &ShardCounters::accepted},
    {"plumbline_http_requests_total", "HTTP requests, polling included.", true, &ShardCounters::http_requests},
    {"plumbline_http_malformed_total", "Requests refused as malformed.", true, &ShardCounters::malformed_requests},
    {"plumbline_http_slow_total", "Requests cut off for arriving too slowly.", true, &ShardCounters::slow_requests},
    {"plumbline_migrations_total", "Connections moved to the shard of their session.", true,
     &ShardCounters::migrations},
    {"plumbline_descriptors_refused_total", "Connections closed for want of descriptors.", true,
     &ShardCounters::refused_descriptors},
    {"plumbline_sessions_opened_total", "Engine.IO handshakes completed.", true, &ShardCounters::sessions_opened},
    {"plumbline_sessions_closed_total", "Engine.IO sessions closed.", true, &ShardCounters::sessions_closed},
    {"plumbline_upgrades_total", "Upgrades from polling begun.", true, &ShardCounters::upgrades},
    {"plumbline_messages_received_total", "Engine.IO messages received.", true, &ShardCounters::messages_in},
    {"plumbline_frames_received_total", "WebSocket messages received.", true, &ShardCounters::frames_in},
    {"plumbline_frames_sent_total", "WebSocket messages queued for sending.", true, &ShardCounters::frames_out},
    {"plumbline_bytes_received_total", "Bytes read from clients.", true, &ShardCounters::bytes_in},
    {"plumbline_bytes_sent_total", "Bytes written to clients.", true, &ShardCounters::bytes_out},
    {"plumbline_protocol_errors_total", "Sessions closed for breaking Socket.IO's rules.", true,
     &ShardCounters::protocol_errors},
    {"plumbline_overflow_disconnects_total", "Clients dropped for reading too slowly.", true,
     &ShardCounters::overflow_disconnects},
};

ClientMetric series(bool monotonic, double value) {
  ClientMetric made;
  if (monotonic) {
    made.counter.value = value;
  } else {
    made.gauge.value = value;
  }
  return made;
}

MetricFamily empty_family(const std::string& name, const std::string& help, bool monotonic) {
  MetricFamily made;
  made.name = name;
  made.help = help;
  made.type = monotonic ? MetricType::Counter : MetricType::Gauge;
  return made;
}

MetricFamily family(const std::string& name, const std::string& help, bool monotonic, double value) {
  MetricFamily made = empty_family(name, help, monotonic);
  made.metric.push_back(series(monotonic, value));
  return made;
}

double sum(const std::vector<ShardSnapshot>& shards, const std::function<double(const ShardSnapshot&)>& of) {
  double total = 0;
  for (const ShardSnapshot& shard : shards) {
    total += of(shard);
  }
  return total;
}

double worst_seconds(const std::vector<ShardSnapshot>& shards, Duration ShardCounters::*lag) {
  Duration worst{0};
  for (const ShardSnapshot& shard : shards) {
    worst = std::max(worst, shard.counters.*lag);
  }
  return std::chrono::duration<double>(worst).count();
}

// The application's numbers keep their first shard's order.
void add_application(std::vector<MetricFamily>& families, const std::vector<ShardSnapshot>& shards) {
  std::vector<Metric> totals;
  for (const ShardSnapshot& shard : shards) {
    for (const Metric& metric : shard.application) {
      const auto same = std::find_if(totals.begin(), totals.end(), [&](const Metric& m) {
        return m.name == metric.name && m.labels == metric.labels;
      });
      if (same == totals.end()) {
        totals.push_back(metric);
      } else {
        same->value += metric.value;
      }
    }
  }
  const std::size_t first = families.size();
  for (const Metric& metric : totals) {
    const auto same = std::find_if(families.begin() + static_cast<std::ptrdiff_t>(first), families.end(),
                                   [&](const MetricFamily& made) { return made.name == metric.name; });
    MetricFamily& target = same == families.end()
                               ? families.emplace_back(empty_family(metric.name, metric.help, metric.monotonic))
                               : *same;
    ClientMetric& one = target.metric.emplace_back(series(metric.monotonic, metric.value));
    for (const auto& [label, value] : metric.labels) {
      one.label.push_back({label, value});
    }
  }
}

}  // namespace

std::string metrics_text(const std::vector<ShardSnapshot>& shards) {
  std::vector<MetricFamily> families;
  for (const Series& series : kSeries) {
    const double value =
        sum(shards, [&](const ShardSnapshot& shard) { return static_cast<double>(shard.counters.*(series.counter)); });
    families.push_back(family(series.name, series.help, series.monotonic, value));
  }
  families.push_back(family("plumbline_sessions", "Open Engine.IO sessions.", false,
                            sum(shards, [](const auto& shard) { return static_cast<double>(shard.sessions); })));
  families.push_back(family("plumbline_loop_lag_seconds", "Lateness of the last timer, worst shard.", false,
                            worst_seconds(shards, &ShardCounters::loop_lag)));
  families.push_back(family("plumbline_loop_lag_max_seconds", "Worst lateness of a timer since the start.", false,
                            worst_seconds(shards, &ShardCounters::loop_lag_max)));
  add_application(families, shards);
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace plumbline::serve
