// Closing the ledger: what is still owed, and what the final history lacks.
#include "ledger.h"

namespace plumbline::checker {
namespace {

// "3, 4 and 5", at most eight.
std::string list_of(const std::vector<DeviceIndex>& devices) {
  std::string text;
  for (std::size_t i = 0; i < devices.size() && i < 8; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(devices[i]);
  }
  return devices.size() <= 8 ? text : text + " and " + std::to_string(devices.size() - 8) + " more";
}

}  // namespace

CheckerReport StreamingChecker::Impl::finish(bool final_reads_complete) {
  CheckerReport& report = findings.report();
  report.final_reads_complete = final_reads_complete;
  for (ConversationIndex i = 0; i < conversations.size(); ++i) {
    if (conversations[i] && conversations[i]->complete_pass > 0) {
      judge_history(i, *conversations[i]);
    }
  }
  judge_records();
  judge_missed();
  judge_at_risk();
  show_neighbours();
  std::stable_sort(report.examples.begin(), report.examples.end(),
                   [](const Example& a, const Example& b) { return a.anomaly < b.anomaly; });
  return report;
}

void StreamingChecker::Impl::judge_records() {
  for (Record& record : records) {
    if (!record.in_use) {
      continue;
    }
    if (record.state == SendState::invoked) {
      ++findings.report().unknown;  // the run ended first
      continue;
    }
    if (record.state != SendState::acked) {
      continue;
    }
    const Conversation& where = *conversation(record.token.conversation);
    // The table does not stand for it: it never got an id of its own.
    const bool own_place = record.sequence_id != 0 && !record.conflicted;
    const bool lost =
        where.complete_pass != 0 && record.acked_pass <= where.complete_pass && record.found_pass < where.complete_pass;
    if (!own_place && lost) {
      findings.add(Anomaly::acked_lost, record.id.text(), place_of(record), [&] {
        return name_of(record.token) + ", acknowledged at " + findings.at(record.acked) +
               ", is absent from the final history";
      });
    }
    if (record.outstanding > 0 && !lost) {
      judge_undelivered(record);
    }
  }
}

void StreamingChecker::Impl::judge_undelivered(const Record& record) {
  const Conversation& where = *conversation(record.token.conversation);
  std::vector<DeviceIndex> missing;
  std::vector<DeviceIndex> served;
  for (const Member& member : where.members) {
    if (record.sequence_id != 0 && member.seen.contains(record.sequence_id)) {
      served.push_back(member.device);
    } else if (owed(member, record)) {
      missing.push_back(member.device);
    }
  }
  const auto sentence = [&] {
    return name_of(record.token) + ", sequence id " + std::to_string(record.sequence_id) + ", acknowledged at " +
           findings.at(record.acked) + ", never reached device " + list_of(missing) +
           (served.empty() ? "" : "; device " + list_of(served) + " got it");
  };
  if (!record.undelivered) {
    findings.add(Anomaly::acked_undelivered, record.id.text(), place_of(record), sentence);
  }
  if (!served.empty()) {
    findings.add(Anomaly::torn_fanout, record.id.text(), place_of(record), sentence);
  }
}

void StreamingChecker::Impl::judge_history(ConversationIndex index, Conversation& where) {
  std::uint64_t lowest = ~std::uint64_t{0};
  std::uint64_t highest = 0;
  std::uint64_t bound = 0;
  where.table.for_each([&](std::uint64_t id, const Binding& binding) {
    lowest = std::min(lowest, id);
    highest = std::max(highest, id);
    ++bound;
    if (binding.found_pass >= where.complete_pass) {
      return;
    }
    const auto sentence = [&] {
      return "message " + std::to_string(binding.counter) + " of device " + std::to_string(binding.sender) +
             " in conversation " + std::to_string(index) + ", sequence id " + std::to_string(id) +
             (binding.acked_pass != 0 ? ", was acknowledged" : ", was shown") + " and is absent from the final history";
    };
    // Only what happened before the last complete read began can be missing from it.
    if (binding.acked_pass != 0 && binding.acked_pass <= where.complete_pass) {
      findings.add(Anomaly::acked_lost, binding.id.text(), {index, id}, sentence);
    }
    if (binding.shown_pass != 0 && binding.shown_pass <= where.complete_pass) {
      findings.add(Anomaly::vanished, binding.id.text(), {index, id}, sentence);
    }
  });
  const std::uint64_t gaps = bound == 0 ? 0 : highest - lowest + 1 - bound;
  if (gaps > 0) {
    findings.add(
        Anomaly::sequence_gap, {}, {},
        [&] {
          return "conversation " + std::to_string(index) + ": " + std::to_string(gaps) + " of the sequence ids from " +
                 std::to_string(lowest) + " to " + std::to_string(highest) + " belong to no message";
        },
        gaps);
  }
}

}  // namespace plumbline::checker
