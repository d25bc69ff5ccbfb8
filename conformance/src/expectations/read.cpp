#include "expectations/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <charconv>
#include <chrono>
#include <optional>

#include "catalogue/strict_map.h"
#include "evidence/json_fields.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

constexpr std::size_t kWidestGlob = 20;
constexpr std::chrono::days kLongest{180};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

// "EIO-HS-*" or "EIO-HS-09" or the case "EIO-HS-09.a" of that clause.
std::vector<std::string> clauses_of(const Catalogue& catalogue, std::string_view words) {
  std::vector<std::string> ids;
  const bool glob = words.ends_with('*');
  const std::string_view wanted = glob ? words.substr(0, words.size() - 1) : words.substr(0, words.find('.'));
  for (const Clause& clause : catalogue.clauses) {
    if (glob ? clause.id.starts_with(wanted) : clause.id == wanted) {
      ids.push_back(clause.id);
    }
  }
  return ids;
}

class Reader {
 public:
  Reader(Complaints& complaints, const Catalogue& catalogue, WallTime today)
      : complaints_(complaints), catalogue_(catalogue), today_(std::chrono::floor<std::chrono::days>(today)) {}

  void entry(const YAML::Node& node, std::vector<Expectation>& into) {
    StrictMap map(complaints_, node, "an entry");
    const std::string words = map.text("case");
    Expectation made;
    const auto expect = verdict_from(map.text("expect"));
    if (expect == Verdict::fail || expect == Verdict::warn || expect == Verdict::inconclusive) {
      made.expect = *expect;
    } else if (map.ok()) {
      complaints_.add(map.mark(), "'expect' must be FAIL, WARN or INCONCLUSIVE");
    }
    made.signature = map.text("signature", false);
    made.reason = map.text("reason", false);
    if (const std::string issue = map.text("issue", false); !issue.empty()) {
      made.reason += made.reason.empty() ? issue : " (" + issue + ")";
    }
    if (made.reason.empty() && map.ok()) {
      complaints_.add(map.mark(), "an entry needs a 'reason' or an 'issue': why is the departure known?");
    }
    made.expires = map.text("expires");
    check_day(map, made.expires);
    const bool counts = applies(map);
    map.done();
    add(map, words, made, counts, into);
  }

 private:
  void check_day(StrictMap& map, const std::string& expires) {
    const auto day = day_of(expires);
    if (!expires.empty() && !day) {
      complaints_.add(map.get("expires").Mark(), "'expires' must be a day such as 2027-03-01");
    } else if (day && *day > today_ + kLongest) {
      complaints_.add(map.get("expires").Mark(),
                      fmt::format("'expires' may be at most {} days away", kLongest.count()));
    }
  }

  bool applies(StrictMap& map) {
    if (!map.has("when")) {
      return true;
    }
    StrictMap when(complaints_, map.get("when"), "when");
    const std::string profile = when.text("profile", false);
    const std::string os = when.text("os", false);
    when.done();
    return (profile.empty() || profile == "core") && (os.empty() || os == "linux");
  }

  void add(const StrictMap& map, const std::string& words, Expectation& made, bool counts,
           std::vector<Expectation>& into) {
    const std::vector<std::string> ids = words.empty() ? std::vector<std::string>{} : clauses_of(catalogue_, words);
    if (!words.empty() && ids.empty()) {
      complaints_.add(map.mark(), fmt::format("no clause is called '{}'; see plumbline conform list", words));
    }
    if (ids.size() > kWidestGlob) {
      complaints_.add(map.mark(),
                      fmt::format("'{}' names {} clauses; an entry may name {}", words, ids.size(), kWidestGlob));
      return;
    }
    for (const std::string& id : ids) {
      const bool twice =
          std::any_of(into.begin(), into.end(), [&id](const Expectation& one) { return one.clause == id; });
      if (twice) {
        complaints_.add(map.mark(), id + " is declared twice");
      } else if (counts) {
        made.clause = id;
        into.push_back(made);
      }
    }
  }

  Complaints& complaints_;
  const Catalogue& catalogue_;
  std::chrono::sys_days today_;
};

}  // namespace

ReadExpectations read_expectations(const std::string& file, const std::string& text, const Catalogue& catalogue,
                                   const std::string& target, WallTime today) {
  ReadExpectations read;
  Complaints complaints(file);
  const YAML::Node root = load_yaml(complaints, text);
  if (complaints.empty()) {
    StrictMap map(complaints, root, "the expectations file");
    if (const std::string schema = map.text("schema"); !schema.empty() && schema != "expectations/1") {
      complaints.add(map.get("schema").Mark(),
                     fmt::format("unknown schema '{}'; this version reads expectations/1", schema));
    }
    if (const std::string name = map.text("target", false); !name.empty() && name != target) {
      complaints.add(map.get("target").Mark(),
                     fmt::format("these are the departures of '{}', but the target is '{}'", name, target));
    }
    const YAML::Node entries = map.get("entries");
    if (map.ok() && !entries.IsSequence()) {
      complaints.add(map.mark(), "'entries' must be a list");
    } else if (map.ok()) {
      Reader reader(complaints, catalogue, today);
      for (const YAML::Node& entry : entries) {
        reader.entry(entry, read.expectations);
      }
    }
    map.done();
  }
  read.errors = complaints.all();
  return read;
}

json::array to_json(const std::vector<Expectation>& expectations) {
  json::array rows;
  for (const Expectation& one : expectations) {
    rows.push_back(json::object{{"clause", one.clause},
                                {"expect", to_string(one.expect)},
                                {"signature", one.signature},
                                {"reason", one.reason},
                                {"expires", one.expires}});
  }
  return rows;
}

std::vector<Expectation> expectations_from_json(const json::array& rows) {
  std::vector<Expectation> expectations;
  for (const json::value& row : rows) {
    if (const json::object* fields = row.if_object()) {
      const auto text = [fields](std::string_view key) {
        return text_in(*fields, key).value_or("");
      };
      expectations.push_back({text("clause"), verdict_from(text("expect")).value_or(Verdict::fail), text("signature"),
                              text("reason"), text("expires")});
    }
  }
  return expectations;
}

}  // namespace plumbline::conform
