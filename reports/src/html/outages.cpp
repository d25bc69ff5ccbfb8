// What every fault cost: one row each, and what the figures stand on.
#include <cmath>

#include "html/page.h"
#include "text.h"

namespace plumbline::render::page {
namespace {

using history::FaultRow;
using history::RunResult;

std::string after(const std::optional<double>& seconds) {
  return seconds ? precise_seconds(*seconds) : "\u2013";
}

std::string recovery(const FaultRow& fault) {
  if (!fault.ttr_measured) {
    return "\u2013";
  }
  return fault.ttr_p99_s ? precise_seconds(*fault.ttr_p99_s) : "not before the next";
}

std::string events_of(const FaultRow& fault) {
  constexpr std::size_t kShown = 12;
  std::string items;
  for (std::size_t i = 0; i < fault.events.size() && i < kShown; ++i) {
    const history::FaultEvent& event = fault.events[i];
    items += "<li>+" + precise_seconds(event.at_s - fault.at_s) + " " + html(event.process) + " " + html(event.what) +
             (event.role.empty() ? "" : " (" + html(event.role) + ")") + "</li>\n";
  }
  return items;
}

std::string details(const RunResult& result) {
  std::string text;
  for (const FaultRow& fault : result.faults) {
    const std::string events = events_of(fault);
    if (!events.empty()) {
      text += "<details><summary>" + std::to_string(fault.number) + " " + html(fault_name(fault)) +
              ": what the parts did</summary>\n<ul class=\"plain\">\n" + events + "</ul></details>\n";
    }
  }
  return text;
}

std::string left_out(const RunResult& result) {
  std::string items;
  for (const FaultRow& fault : result.faults) {
    if (!fault.struck) {
      items +=
          "<li>" + std::to_string(fault.number) + " " + html(fault_name(fault)) + ": " + html(fault.error) + "</li>\n";
    }
  }
  return items.empty() ? items : "<p>Did not take place:</p>\n<ul class=\"plain\">\n" + items + "</ul>\n";
}

std::string basis(const RunResult& result) {
  const history::OutageSummary& outage = result.outage;
  std::string text =
      "<p class=\"note\">A send is good when it is accepted within 1 s of its intended start; " +
      count_text(static_cast<std::uint64_t>(std::llround(outage.rate_per_s))) +
      " sends a second were offered throughout. Without a fault the longest time between two good sends was " +
      precise_seconds(outage.fault_free_gap_s) + ". ";
  text += outage.baseline_seconds == 0
              ? std::string("There was no fault-free second before the first fault to recover to.")
              : "The " + count_text(outage.baseline_seconds) + " seconds before the first fault are what recovery is " +
                    "measured against: answer p99 " + ms_text(outage.baseline_p99_ms) + " ms, " +
                    ms_text(outage.baseline_worst_p99_ms) + " ms in the worst of them; of ten in a row at most " +
                    count_text(outage.baseline_slow_p99) + " were more than 25 % slower.";
  text += " " + count_text(outage.at_risk) + " messages had been acknowledged in the last 50 ms before a fault.</p>\n";
  if (outage.errors.empty()) {
    return text;
  }
  text += "<p class=\"note\">Answers that were no success: ";
  std::string list;
  for (const auto& [why, count] : outage.errors) {
    list += (list.empty() ? "" : ", ") + html(why) + " " + count_text(count) + "\u00D7";
  }
  return text + list + ".</p>\n";
}

}  // namespace

std::string outages(const RunResult& result) {
  if (result.faults.empty()) {
    return {};
  }
  Table table("rlrrrrrrrrrr", {"", "fault", "at", "longest gap", "error", "elected", "sends", "devices", "caught up",
                               "worst key", "p99", "bad"});
  for (const FaultRow& fault : result.faults) {
    if (!fault.struck) {
      continue;
    }
    const std::string gap = precise_seconds(fault.uw_sys_s) + (fault.uw_open ? ", open" : "");
    table.row({std::to_string(fault.number), html(fault_name(fault)) + " <small>" + html(fault.process) + "</small>",
               precise_seconds(fault.at_s), "<b>" + gap + "</b>", after(fault.detect_s), after(fault.elected_s),
               after(fault.sends_back_s), after(fault.devices_back_s), after(fault.caught_up_s),
               precise_seconds(fault.uw_key_max_s), recovery(fault), count_text(fault.bad)},
              fault.stall_ms > 0 ? "failed" : "");
  }
  std::string text = table.empty() ? std::string() : table.html();
  text +=
      "<p class=\"note\">Longest gap: between two good sends of any conversation. Seconds after the fault: the first "
      "error; a new master or leader elected; sends accepted again; every lost device connected again; the last "
      "overdue "
      "message delivered. Worst key: the conversation that waited longest for a good send. p99: until it had "
      "recovered. "
      "Bad: sends that were not good.</p>\n";
  for (const FaultRow& fault : result.faults) {
    if (fault.stall_ms > 0) {
      text += "<p>" + mark("doubt", "doubt") + " The machine stood still for " + ms_text(fault.stall_ms) +
              " ms while fault " + std::to_string(fault.number) + " lasted: its figures are the machine\u2019s.</p>\n";
    }
  }
  return text + left_out(result) + basis(result) + details(result);
}

}  // namespace plumbline::render::page
