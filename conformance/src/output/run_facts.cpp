#include "output/run_facts.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/utsname.h>

#include <boost/json/array.hpp>
#include <cstring>
#include <thread>

#include "catalogue/catalogue.h"
#include "evidence/digest.h"
#include "evidence/json_fields.h"
#include "expectations/read.h"
#include "plumbline/base/version.h"
#include "plumbline/history/utf8.h"
#include "target/target_json.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

// One note segment of the executable: name size, description size, type, name, description, each padded to four.
std::string build_id_in(std::string_view notes) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) head{};
    std::memcpy(&head, notes.data(), sizeof head);
    const std::size_t name = sizeof head;
    const std::size_t description = name + ((head.n_namesz + 3U) & ~3U);
    const std::size_t end = description + ((head.n_descsz + 3U) & ~3U);
    if (end > notes.size()) {
      return {};
    }
    if (head.n_type == NT_GNU_BUILD_ID && notes.substr(name, 3) == "GNU") {
      std::string hex;
      for (const char c : notes.substr(description, head.n_descsz)) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
      }
      return hex;
    }
    notes.remove_prefix(end);
  }
  return {};
}

int look_for_build_id(dl_phdr_info* info, std::size_t /*size*/, void* into) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_NOTE) {
      // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers
      const auto* begin = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
      std::string id = build_id_in({begin, segment.p_memsz});
      if (!id.empty()) {
        *static_cast<std::string*>(into) = std::move(id);
        return 1;
      }
    }
  }
  return 1;  // the executable comes first; its libraries do not matter
}

std::string build_id() {
  std::string id;
  ::dl_iterate_phdr(look_for_build_id, &id);
  return id.empty() ? "unknown" : id;
}

}  // namespace

JudgeIdentity this_judge() {
  std::string files;
  for (const auto& [name, content] : embedded_spec()) {
    files += name;
    files += '\0';
    files += content;
    files += '\0';
  }
  return {std::string(kVersion), build_id(), sha256_hex(files)};
}

std::map<std::string, std::string> this_machine() {
  std::map<std::string, std::string> facts;
  utsname name{};
  if (::uname(&name) == 0) {
    facts["host"] = static_cast<const char*>(name.nodename);
    facts["kernel"] =
        std::string(static_cast<const char*>(name.sysname)) + " " + static_cast<const char*>(name.release);
  }
  facts["cores"] = std::to_string(std::thread::hardware_concurrency());
  return facts;
}

json::object to_json(const RunFacts& facts) {
  json::object environment;
  for (const auto& [name, value] : facts.environment) {
    environment[name] = value;
  }
  json::array asked;
  for (const std::string& id : facts.asked) {
    asked.emplace_back(id);
  }
  json::object fields{{"schema", "plumbline/conform-report/1"},
                      {"version", facts.judge.version},
                      {"build", facts.judge.build},
                      {"catalogue_sha256", facts.judge.catalogue},
                      {"clock", "CLOCK_MONOTONIC"},
                      {"seed", facts.seed},
                      {"started_at", facts.started_at},
                      {"profile", facts.profile},
                      {"target_words", history::clean_utf8(facts.target_words)},
                      {"selection", facts.selection},
                      {"asked", asked},
                      {"environment", environment},
                      {"target", to_json(facts.target)}};
  if (!facts.expectations.empty()) {
    fields["expectations"] = to_json(facts.expectations);
  }
  return fields;
}

std::optional<RunFacts> run_facts_from_json(const json::object& fields) {
  const json::value* target = fields.if_contains("target");
  auto known = target != nullptr ? target_from_json(*target) : std::nullopt;
  if (text_in(fields, "schema").value_or("") != "plumbline/conform-report/1" || !known) {
    return std::nullopt;
  }
  RunFacts facts;
  facts.target = std::move(*known);
  facts.judge = {text_in(fields, "version").value_or(""), text_in(fields, "build").value_or(""),
                 text_in(fields, "catalogue_sha256").value_or("")};
  if (const json::value* seed = fields.if_contains("seed")) {
    facts.seed =
        seed->is_uint64() ? seed->as_uint64() : static_cast<std::uint64_t>(seed->is_int64() ? seed->as_int64() : 0);
  }
  facts.started_at = text_in(fields, "started_at").value_or("");
  facts.profile = text_in(fields, "profile").value_or("");
  facts.target_words = text_in(fields, "target_words").value_or("");
  facts.selection = flag_in(fields, "selection");
  if (const json::value* asked = fields.if_contains("asked"); asked != nullptr && asked->is_array()) {
    for (const json::value& id : asked->as_array()) {
      facts.asked.insert(id.is_string() ? std::string(id.as_string()) : std::string());
    }
  }
  if (const json::value* found = fields.if_contains("environment"); found != nullptr && found->is_object()) {
    for (const auto& member : found->as_object()) {
      facts.environment[std::string(member.key())] = text_in(found->as_object(), member.key()).value_or("");
    }
  }
  if (const json::value* rows = fields.if_contains("expectations"); rows != nullptr && rows->is_array()) {
    facts.expectations = expectations_from_json(rows->as_array());
  }
  return facts;
}

json::object to_json(const RunEnd& end) {
  return {{"seconds", end.seconds},         {"worst_lag_ns", end.worst_lag_ns}, {"target_lost", end.target_lost},
          {"lost_during", end.lost_during}, {"interrupted", end.interrupted},   {"unwritable", end.unwritable}};
}

RunEnd run_end_from_json(const json::object& fields) {
  RunEnd end;
  if (const json::value* seconds = fields.if_contains("seconds"); seconds != nullptr && seconds->is_number()) {
    end.seconds = seconds->to_number<double>();
  }
  if (const json::value* lag = fields.if_contains("worst_lag_ns"); lag != nullptr && lag->is_int64()) {
    end.worst_lag_ns = lag->as_int64();
  }
  end.target_lost = flag_in(fields, "target_lost");
  end.lost_during = text_in(fields, "lost_during").value_or("");
  end.interrupted = flag_in(fields, "interrupted");
  end.unwritable = flag_in(fields, "unwritable");
  return end;
}

}  // namespace plumbline::conform
