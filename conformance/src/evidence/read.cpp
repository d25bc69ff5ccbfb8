// Text to evidence. Stage: evidence.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "evidence/base64.h"
#include "evidence/json_fields.h"
#include "evidence/step_words.h"
#include "evidence/text.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

constexpr std::int64_t kClockEnd = std::int64_t{1} << 61U;
constexpr int kMostConnections = 100'000;
constexpr int kMostNodes = 100;

class EvidenceReader {
 public:
  ReadEvidence read(std::string_view content) {
    while (!content.empty() && result_.error.empty()) {
      ++line_;
      const std::size_t end = content.find('\n');
      if (end == std::string_view::npos) {
        fail("the line is cut off");
        break;
      }
      take_line(content.substr(0, end));
      content.remove_prefix(end + 1);
    }
    if (open_ && result_.error.empty()) {
      fail("the take is cut off");
    }
    return std::move(result_);
  }

 private:
  void fail(std::string_view sentence) { result_.error = fmt::format("line {}: {}", line_, sentence); }

  void take_line(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    if (error || !value.is_object()) {
      fail("not a JSON object");
      return;
    }
    const json::object& fields = value.as_object();
    if (!open_) {
      begin(fields);
    } else if (fields.contains("end")) {
      end(fields);
    } else {
      step(fields);
    }
  }

  void begin(const json::object& fields) {
    const auto id = text_in(fields, "case");
    if (!id) {
      fail("a line that belongs to no take");
      return;
    }
    if (const auto word = text_in(fields, "fact")) {
      const auto fact = fact_from(*word);
      if (!fact) {
        fail("an unknown fact");
        return;
      }
      result_.parts.emplace_back(FactOfCase{*id, *fact});
      return;
    }
    const auto number = whole_in(fields, "take", 1, 1'000'000);
    const auto port = whole_in(fields, "port", 1, 65535);
    const auto start = whole_in(fields, "monotonic_ns", 0, kClockEnd);
    const auto host = text_in(fields, "host");
    const auto path = text_in(fields, "path");
    const auto started = text_in(fields, "started");
    if (!number || !port || !start || !host || !path || !started) {
      fail("a take needs take, host, port, path, started and monotonic_ns");
      return;
    }
    take_ = {*id, static_cast<int>(*number), *host, *path, static_cast<std::uint16_t>(*port), *started, *start, {}, 0,
             {}};
    read_nodes(fields);
    open_ = true;
  }

  void read_nodes(const json::object& fields) {
    const json::value* const nodes = fields.if_contains("nodes");
    if (nodes == nullptr) {
      return;
    }
    const json::array* const all = nodes->if_array();
    for (const json::value& node : all != nullptr ? *all : json::array{nullptr}) {
      if (!node.is_string()) {
        fail("nodes must be texts such as 127.0.0.1:4001");
        return;
      }
      take_.nodes.emplace_back(node.get_string());
    }
  }

  std::optional<std::int64_t> time(const json::object& fields) {
    const std::int64_t before = take_.entries.empty() ? 0 : take_.entries.back().at;
    const auto at = whole_in(fields, "t", before, kLongestSpan);
    if (!at) {
      fail("t must be whole nanoseconds, not before those of the line above");
    }
    return at;
  }

  void end(const json::object& fields) {
    if (const auto at = time(fields)) {
      take_.ended = *at;
      result_.parts.emplace_back(std::exchange(take_, {}));
      open_ = false;
    }
  }

  void step(const json::object& fields) {
    const auto did = text_in(fields, "did");
    const auto saw = text_in(fields, "saw");
    const auto step = did ? step_from(true, *did) : saw ? step_from(false, *saw) : std::nullopt;
    const auto at = time(fields);
    if (!at) {
      return;
    }
    if (!step) {
      fail("a step needs did or saw with a known word");
      return;
    }
    Entry entry;
    entry.step = *step;
    entry.at = *at;
    entry.connection = static_cast<int>(whole_in(fields, "on", 1, kMostConnections).value_or(0));
    entry.node = static_cast<int>(whole_in(fields, "node", 1, kMostNodes).value_or(0));
    if (!add_details(fields, entry)) {
      return;
    }
    take_.entries.push_back(std::move(entry));
  }

  bool add_details(const json::object& fields, Entry& entry) {
    const bool late = is_span(entry.step);
    const bool alone = late || tells(entry.step) || entry.step == Step::wake || entry.step == Step::deadline ||
                       entry.step == Step::clock;
    if (!alone && entry.connection == 0) {
      fail("this step needs the number of its connection in on");
      return false;
    }
    if (late) {
      const auto due = whole_in(fields, "due", -kLongestSpan, kLongestSpan);
      const auto seen = whole_in(fields, "seen", -kLongestSpan, kLongestSpan);
      entry.due = due.value_or(0);
      entry.seen = seen.value_or(0);
      if (!due || !seen) {
        fail("lateness needs due and seen");
        return false;
      }
    }
    if (has_bytes(entry.step)) {
      auto plain = text_in(fields, "text");
      const auto coded = text_in(fields, "b64");
      if (!plain && coded) {
        plain = from_base64(*coded);
      }
      if (!plain || plain->empty()) {
        fail("this step needs its bytes in text or b64");
        return false;
      }
      entry.bytes = std::move(*plain);
    }
    return true;
  }

  ReadEvidence result_;
  std::size_t line_{0};
  bool open_{false};
  Take take_;
};

}  // namespace

ReadEvidence read_evidence(std::string_view content) {
  return EvidenceReader().read(content);
}

}  // namespace plumbline::conform
