#include "watch/machine.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace plumbline::load {
namespace {

constexpr Duration kTick = std::chrono::milliseconds{10};
constexpr Duration kInterval = std::chrono::seconds{1};

struct ProcessCost {
  double cpu_s{0};
  double rss_mb{0};
};

// /proc/PID/stat: fields 14 and 15 are user and system ticks, 24 is the resident set in pages.
ProcessCost process_cost(const std::string& stat_file) {
  std::ifstream in{stat_file};
  std::string line;
  std::getline(in, line);
  const std::size_t after_name = line.rfind(')');
  if (after_name == std::string::npos) {
    return {};
  }
  std::istringstream fields{line.substr(after_name + 2)};
  std::vector<std::string> words;
  for (std::string word; fields >> word;) {
    words.push_back(word);
  }
  if (words.size() < 22) {
    return {};
  }
  const double ticks = std::stod(words[11]) + std::stod(words[12]);
  return {ticks / static_cast<double>(sysconf(_SC_CLK_TCK)),
          std::stod(words[21]) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6};
}

// A process and everything below it: the kernel lists the children of each.
ProcessCost tree_cost(pid_t root, int depth = 0) {
  constexpr int kDeepest = 6;
  ProcessCost sum = process_cost("/proc/" + std::to_string(root) + "/stat");
  std::ifstream in{"/proc/" + std::to_string(root) + "/task/" + std::to_string(root) + "/children"};
  for (pid_t child = 0; depth < kDeepest && in >> child;) {
    const ProcessCost below = tree_cost(child, depth + 1);
    sum.cpu_s += below.cpu_s;
    sum.rss_mb += below.rss_mb;
  }
  return sum;
}

// Second field of schedstat: nanoseconds that the thread waited on a run queue. Kernels without it show zeros.
std::optional<double> run_delay_s(pid_t thread) {
  std::ifstream in{"/proc/self/task/" + std::to_string(thread) + "/schedstat"};
  double on_cpu = 0;
  double waited = 0;
  if (!(in >> on_cpu >> waited) || on_cpu <= 0) {
    return std::nullopt;
  }
  return waited / 1e9;
}

// Total time that a CPU quota held this control group back, from either cgroup version.
std::optional<double> throttled_s() {
  std::ifstream groups{"/proc/self/cgroup"};
  std::string file;
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers == "cpu" || controllers == "cpu,cpuacct" || controllers == "cpuacct,cpu") {
      file = "/sys/fs/cgroup/cpu" + path + "/cpu.stat";
      break;
    }
    if (controllers.empty()) {
      file = "/sys/fs/cgroup" + path + "/cpu.stat";
    }
  }
  std::ifstream in{file};
  for (std::string key; in >> key;) {
    double value = 0;
    in >> value;
    if (key == "throttled_usec") {
      return value / 1e6;
    }
    if (key == "throttled_time") {
      return value / 1e9;
    }
  }
  return std::nullopt;
}

struct Totals {
  double loop_s{0};
  ProcessCost own, target;
  std::optional<double> delay_s, throttled_s;
};

Totals read_totals(const MachineWatch::Watched& watched) {
  Totals totals;
  totals.loop_s = process_cost("/proc/self/task/" + std::to_string(watched.loop) + "/stat").cpu_s;
  totals.own = process_cost("/proc/self/stat");
  if (watched.target > 0) {
    totals.target =
        watched.tree ? tree_cost(watched.target) : process_cost("/proc/" + std::to_string(watched.target) + "/stat");
  }
  totals.delay_s = run_delay_s(watched.loop);
  totals.throttled_s = throttled_s();
  return totals;
}

MachineSample difference(const Totals& before, const Totals& after, Duration wall, Time at) {
  const double seconds = static_cast<double>(wall.count()) / 1e9;
  MachineSample sample;
  sample.at = at;
  sample.loop_busy = (after.loop_s - before.loop_s) / seconds;
  sample.generator_cpu = (after.own.cpu_s - before.own.cpu_s) / seconds * 100;
  sample.target_cpu = std::max(0.0, (after.target.cpu_s - before.target.cpu_s) / seconds * 100);
  sample.generator_rss_mb = after.own.rss_mb;
  sample.target_rss_mb = after.target.rss_mb;
  if (before.delay_s && after.delay_s) {
    sample.runnable_wait = (*after.delay_s - *before.delay_s) / seconds;
  }
  if (before.throttled_s && after.throttled_s) {
    sample.throttled_ms = (*after.throttled_s - *before.throttled_s) * 1e3;
  }
  return sample;
}

}  // namespace

MachineWatch::MachineWatch(const Watched& watched) : watched_(watched) {
  thread_ = std::thread([this] { work(); });
}

MachineWatch::~MachineWatch() {
  stop();
}

void MachineWatch::stop() {
  {
    const std::lock_guard<std::mutex> hold{lock_};
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::vector<MachineSample> MachineWatch::samples() const {
  const std::lock_guard<std::mutex> hold{lock_};
  return samples_;
}

void MachineWatch::work() {
  Time from = steady_now();
  Totals before = read_totals(watched_);
  double longest_ms = 0;
  std::unique_lock<std::mutex> hold{lock_};
  for (bool last = false; !last;) {
    const Time asked = steady_now();
    last = wake_.wait_until(hold, asked + kTick, [this] { return stop_; });
    const Time now = steady_now();
    longest_ms = std::max(longest_ms, static_cast<double>((now - asked - kTick).count()) / 1e6);
    if (now - from < (last ? kInterval / 10 : kInterval)) {
      continue;
    }
    hold.unlock();  // reading /proc takes a while; samples() must not wait for it
    const Totals after = read_totals(watched_);
    MachineSample sample = difference(before, after, now - from, now);
    sample.longest_stall_ms = longest_ms;
    hold.lock();
    samples_.push_back(sample);
    before = after;
    from = now;
    longest_ms = 0;
  }
}

}  // namespace plumbline::load
