#include "ruler/outage.h"

#include <algorithm>
#include <cmath>

#include "ruler/recovery.h"

namespace plumbline::load {
namespace {

constexpr std::size_t kGoodInARow = 10;
constexpr double kOrdinaryWait = 0.25;  // seconds: a delivery this late is overdue, fault or not
constexpr double kBacklogPause = 2;

double seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

bool good(const SendEntry& send, double tau) {
  return send.end == SendEnd::ok && seconds(send.done_ns - send.sched_ns) <= tau;
}

bool good(const SendEntry& send) {
  return good(send, kTaus[kHeadlineTau]);
}

// `sends` ascending by completion.
void measure_gaps(const RulerInput& input, std::size_t tau, OutageReading& into) {
  std::int64_t last = input.from_ns;
  const auto close = [&](std::int64_t at, bool open) {
    const auto fault = fault_of(input.faults, last, at);
    if (!fault) {
      into.fault_free_gap_s[tau] = std::max(into.fault_free_gap_s[tau], seconds(at - last));
      return;
    }
    FaultReading& reading = into.faults[*fault];
    if (seconds(at - last) > reading.uw_sys[tau].seconds) {
      reading.uw_sys[tau] = {seconds(at - last), seconds(last - input.faults[*fault]), open};
    }
  };
  for (const SendEntry& send : input.sends) {
    if (!good(send, kTaus[tau]) || send.done_ns < input.from_ns) {
      continue;
    }
    close(send.done_ns, false);
    last = std::max(last, send.done_ns);
  }
  if (last < input.until_ns) {
    close(input.until_ns, true);
  }
}

double at_rank(const std::vector<double>& sorted, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

// One conversation's sends, ascending by intended start: its longest outage in the time of each fault, 0 when it sent
// without one, absent when it sent nothing.
void outages_of(const SendEntry* first, const SendEntry* last, const RulerInput& input,
                std::vector<std::optional<double>>& longest) {
  const SendEntry* bad = nullptr;
  const auto close = [&](std::int64_t until) {
    if (const auto fault = fault_of(input.faults, bad->sched_ns, until)) {
      longest[*fault] = std::max(longest[*fault].value_or(0), seconds(until - bad->sched_ns));
    }
    bad = nullptr;
  };
  for (const SendEntry* send = first; send != last; ++send) {
    if (const auto fault = fault_of(input.faults, send->sched_ns, send->sched_ns)) {
      longest[*fault] = longest[*fault].value_or(0);
    }
    if (good(*send)) {
      if (bad != nullptr) {
        close(send->done_ns);
      }
    } else if (bad == nullptr) {
      bad = send;
    }
  }
  if (bad != nullptr) {
    close(std::max(input.until_ns, bad->sched_ns));
  }
}

// `sends` ascending by conversation, then intended start.
void measure_keys(const RulerInput& input, OutageReading& into) {
  std::vector<std::vector<double>> per_fault(input.faults.size());
  const SendEntry* const end = input.sends.data() + input.sends.size();
  for (const SendEntry* first = input.sends.data(); first != end;) {
    const SendEntry* last = first;
    while (last != end && last->conversation == first->conversation) {
      ++last;
    }
    std::vector<std::optional<double>> longest(input.faults.size());
    outages_of(first, last, input, longest);
    for (std::size_t i = 0; i < longest.size(); ++i) {
      if (const std::optional<double>& outage = longest[i]) {
        per_fault[i].push_back(*outage);
      }
    }
    first = last;
  }
  for (std::size_t i = 0; i < per_fault.size(); ++i) {
    std::vector<double>& outages = per_fault[i];
    if (!outages.empty()) {
      std::sort(outages.begin(), outages.end());
      into.faults[i].uw_key_p50_s = at_rank(outages, 0.5);
      into.faults[i].uw_key_p99_s = at_rank(outages, 0.99);
      into.faults[i].uw_key_max_s = outages.back();
    }
  }
}

// `sends` ascending by intended start. Flapping counts as one outage: from the first bad send of a fault to the first
// of ten good ones in a row.
void measure_strict(const RulerInput& input, OutageReading& into) {
  std::vector<const SendEntry*> first_bad(input.faults.size(), nullptr);
  std::vector<char> over(input.faults.size(), 0);
  std::size_t in_a_row = 0;
  std::int64_t since = 0;
  const auto end_all = [&](std::int64_t at) {
    for (std::size_t i = 0; i < first_bad.size(); ++i) {
      if (first_bad[i] != nullptr && over[i] == 0) {
        into.faults[i].uw_strict_s = std::max(0.0, seconds(at - first_bad[i]->sched_ns));
        over[i] = 1;
      }
    }
  };
  for (const SendEntry& send : input.sends) {
    if (!good(send)) {
      in_a_row = 0;
      const auto fault = fault_of(input.faults, send.done_ns, send.done_ns);
      if (fault && first_bad[*fault] == nullptr) {
        first_bad[*fault] = &send;
      }
      continue;
    }
    since = in_a_row == 0 ? send.done_ns : since;
    if (++in_a_row == kGoodInARow) {
      end_all(since);
    }
  }
  end_all(input.until_ns);
}

void count_sends(const RulerInput& input, OutageReading& into) {
  for (const SendEntry& send : input.sends) {
    // What was in flight when the fault struck belongs to the fault that ended it.
    const bool fine = good(send);
    const auto fault = fault_of(input.faults, fine ? send.sched_ns : send.done_ns, fine ? send.sched_ns : send.done_ns);
    if (!fault) {
      continue;
    }
    FaultReading& reading = into.faults[*fault];
    ++reading.sends;
    reading.bad += fine ? 0U : 1U;
    reading.failed += send.end == SendEnd::fail ? 1U : 0U;
    reading.unknown += send.end == SendEnd::info ? 1U : 0U;
    reading.hangs += send.end == SendEnd::info && seconds(send.done_ns - send.sched_ns) >= kHangAfter ? 1U : 0U;
    if (send.end != SendEnd::ok) {
      const double after = seconds(send.done_ns - input.faults[*fault]);
      reading.first_error_s = std::min(reading.first_error_s.value_or(after), after);
    }
  }
  for (FaultReading& reading : into.faults) {
    reading.lost_send_seconds = into.rate > 0 ? static_cast<double>(reading.bad) / into.rate : 0;
    // A gap that is no longer than one without any fault is no outage of all: its end tells nothing.
    const Gap& gap = reading.uw_sys[kHeadlineTau];
    if (reading.bad > 0 && !gap.open && gap.seconds > into.fault_free_gap_s[kHeadlineTau]) {
      reading.first_good_s = gap.start_s + gap.seconds;
    }
  }
}

void measure_deliveries(RulerInput& input, OutageReading& into) {
  for (const Overdue& wait : input.overdue) {
    if (!fault_of(input.faults, wait.from_ns, wait.to_ns)) {
      into.fault_free_overdue_s = std::max(into.fault_free_overdue_s, seconds(wait.to_ns - wait.from_ns));
    }
  }
  const double ordinary = std::max(kOrdinaryWait, into.fault_free_overdue_s);
  std::sort(input.overdue.begin(), input.overdue.end(),
            [](const Overdue& a, const Overdue& b) { return a.from_ns < b.from_ns; });
  for (const Overdue& wait : input.overdue) {
    const auto fault = fault_of(input.faults, wait.from_ns, wait.to_ns);
    if (!fault) {
      continue;
    }
    FaultReading& reading = into.faults[*fault];
    const double waited = seconds(wait.to_ns - wait.from_ns);
    reading.uw_dlv_s = std::max(reading.uw_dlv_s, waited);
    // The backlog of the fault, not every hiccup until the next one: it ends when nothing has been overdue for a while.
    const double began = seconds(wait.from_ns - input.faults[*fault]);
    const double backlog_until = std::max(reading.first_good_s.value_or(0), reading.caught_up_s.value_or(0));
    if (waited > ordinary && began <= backlog_until + kBacklogPause) {
      reading.caught_up_s = std::max(reading.caught_up_s.value_or(0), began + waited);
    }
  }
}

}  // namespace

std::optional<std::size_t> fault_of(const std::vector<std::int64_t>& faults, std::int64_t from, std::int64_t to) {
  const std::int64_t middle = from + (to - from) / 2;
  const auto after = std::upper_bound(faults.begin(), faults.end(), middle);
  return after == faults.begin() ? std::nullopt
                                 : std::optional<std::size_t>{static_cast<std::size_t>(after - faults.begin()) - 1};
}

OutageReading measure_outages(RulerInput input) {
  OutageReading reading;
  reading.faults.resize(input.faults.size());
  std::erase_if(input.sends, [&](const SendEntry& send) {
    return send.sched_ns < input.from_ns || send.sched_ns >= input.until_ns;
  });
  reading.rate = input.until_ns > input.from_ns
                     ? static_cast<double>(input.sends.size()) / seconds(input.until_ns - input.from_ns)
                     : 0;
  std::sort(input.sends.begin(), input.sends.end(),
            [](const SendEntry& a, const SendEntry& b) { return a.done_ns < b.done_ns; });
  for (std::size_t tau = 0; tau < kTaus.size(); ++tau) {
    measure_gaps(input, tau, reading);
  }
  std::sort(input.sends.begin(), input.sends.end(),
            [](const SendEntry& a, const SendEntry& b) { return a.sched_ns < b.sched_ns; });
  measure_strict(input, reading);
  measure_recovery(input.sends, input, reading);
  count_sends(input, reading);
  std::stable_sort(input.sends.begin(), input.sends.end(),
                   [](const SendEntry& a, const SendEntry& b) { return a.conversation < b.conversation; });
  measure_keys(input, reading);
  measure_deliveries(input, reading);
  return reading;
}

}  // namespace plumbline::load
