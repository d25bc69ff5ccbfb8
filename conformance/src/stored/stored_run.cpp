#include "stored/stored_run.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <filesystem>

#include "evidence/digest.h"
#include "evidence/json_fields.h"
#include "output/run_record.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

// A name that may become a path: a case's id and nothing else.
bool is_case_id(std::string_view id) {
  return !id.empty() && id.size() < 64 && id.front() != '.' &&
         id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.") ==
             std::string_view::npos;
}

class RunReader {
 public:
  explicit RunReader(const history::RunDir& dir) : dir_(dir) {}

  boost::system::result<StoredRun, std::string> read() {
    const auto report = dir_.read(kReportFile);
    if (!report) {
      return report.error().sentence;
    }
    std::string_view rest = *report;
    for (; !rest.empty(); rest.remove_prefix(std::min(rest.size(), rest.find('\n') + 1))) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) {
        break;  // cut off in the middle of a line: the run is incomplete, which the missing end says
      }
      if (!take_line(rest.substr(0, end))) {
        return fmt::format("{} begins with no header of this schema", (dir_.path() / kReportFile).string());
      }
    }
    if (lines_ == 0) {
      return fmt::format("{} is empty: the run was cut off before it began", (dir_.path() / kReportFile).string());
    }
    read_evidence_files();
    if (auto summary = dir_.read("summary.json")) {
      run_.summary = std::move(*summary);
    }
    if (run_.end && !summary_digest_.empty() && sha256_hex(run_.summary) != summary_digest_) {
      run_.altered.emplace_back("summary.json is not the one that the run wrote");
    }
    return std::move(run_);
  }

 private:
  struct Part {
    std::size_t bytes;
    std::string digest;
  };

  void complain(std::string_view what) { run_.altered.push_back(fmt::format("{}:{}: {}", kReportFile, lines_, what)); }

  // False: the first line is no header.
  bool take_line(std::string_view line) {
    ++lines_;
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    const json::object* fields = error ? nullptr : value.if_object();
    if (lines_ == 1) {
      auto facts = fields != nullptr ? run_facts_from_json(*fields) : std::nullopt;
      previous_ = sha256_hex(line);
      run_.facts = facts ? std::move(*facts) : RunFacts{};
      return facts.has_value();
    }
    if (fields == nullptr || text_in(*fields, "prev") != previous_) {
      complain("the line before it, or this one, was altered, removed or added");
    }
    previous_ = sha256_hex(line);
    if (fields != nullptr) {
      take_fields(*fields);
    }
    return true;
  }

  void take_fields(const json::object& fields) {
    const json::value* verdict = fields.if_contains("verdict");
    const json::value* end = fields.if_contains("end");
    if (run_.end) {
      complain("a line after the end");
    } else if (verdict != nullptr && verdict->is_object()) {
      run_.verdicts.push_back(verdict->as_object());
    } else if (end != nullptr && end->is_object()) {
      run_.end = run_end_from_json(end->as_object());
      summary_digest_ = text_in(end->as_object(), "summary_sha256").value_or("");
    } else if (const std::string id = text_in(fields, "case").value_or(""); is_case_id(id)) {
      const json::value* bytes = fields.if_contains("bytes");
      const bool counted = bytes != nullptr && bytes->is_int64() && bytes->as_int64() > 0;
      parts_[id].push_back(
          {counted ? static_cast<std::size_t>(bytes->as_int64()) : 0, text_in(fields, "sha256").value_or("")});
    } else {
      complain("neither part, verdict nor end");
    }
  }

  void read_evidence_files() {
    for (const auto& [id, parts] : parts_) {
      const std::string file = evidence_file(id);
      const auto content = dir_.read(file);
      if (!content) {
        run_.altered.push_back(content.error().sentence);
        continue;
      }
      std::string_view rest = *content;
      for (const Part& part : parts) {
        const std::string_view own = rest.substr(0, part.bytes);
        rest.remove_prefix(own.size());
        if (own.size() != part.bytes || sha256_hex(own) != part.digest) {
          run_.altered.push_back(fmt::format("{} is not what the run wrote", file));
          rest = {};
          break;
        }
      }
      if (!rest.empty() && run_.end) {
        run_.altered.push_back(fmt::format("{} has more than the run wrote", file));
      }
      ReadEvidence read = read_evidence(std::string_view(*content).substr(0, content->size() - rest.size()));
      if (!read.error.empty()) {
        run_.altered.push_back(fmt::format("{}: {}", file, read.error));
      }
      run_.cases[id] = std::move(read.parts);
    }
  }

  const history::RunDir& dir_;
  StoredRun run_;
  std::size_t lines_{0};
  std::string previous_;
  std::string summary_digest_;
  std::map<std::string, std::vector<Part>> parts_;
};

}  // namespace

boost::system::result<StoredRun, std::string> read_run(const history::RunDir& dir) {
  return RunReader(dir).read();
}

}  // namespace plumbline::conform
