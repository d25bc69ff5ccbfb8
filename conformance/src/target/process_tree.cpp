#include "target/process_tree.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

namespace plumbline::conform {
namespace {

namespace fs = std::filesystem;

struct Stat {
  pid_t parent{0};
  std::uint64_t ticks{0};  // of processor time, user and system
};

// proc(5): the name in parentheses may contain anything, so that the fields are counted behind the last one.
std::optional<Stat> stat_of(const fs::path& folder) {
  std::ifstream file(folder / "stat");
  std::string text;
  if (!std::getline(file, text, '\0') || text.rfind(')') == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  Stat stat;
  std::string skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> skipped >> stat.parent;
  for (int i = 0; i < 9; ++i) {
    fields >> skipped;
  }
  fields >> user >> system;
  stat.ticks = user + system;
  return fields ? std::optional(stat) : std::nullopt;
}

std::map<pid_t, Stat> all_processes() {
  std::map<pid_t, Stat> all;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong == std::errc{} && end == name.data() + name.size()) {
      if (const auto stat = stat_of(entry.path())) {
        all[pid] = *stat;
      }
    }
  }
  return all;
}

void add(ProcessUse& use, pid_t pid, const Stat& stat) {
  const fs::path folder = fs::path("/proc") / std::to_string(pid);
  std::ifstream memory(folder / "statm");
  std::uint64_t whole = 0;
  std::uint64_t resident = 0;
  memory >> whole >> resident;
  use.resident += resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::error_code error;
  for (auto each = fs::directory_iterator(folder / "fd", error); !error && each != fs::directory_iterator();
       each.increment(error)) {
    ++use.descriptors;
  }
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  use.cpu += std::chrono::nanoseconds{static_cast<std::int64_t>(stat.ticks * 1'000'000'000 / per_second)};
}

}  // namespace

std::optional<ProcessUse> use_of_tree(pid_t root) {
  const std::map<pid_t, Stat> all = all_processes();
  if (all.count(root) == 0) {
    return std::nullopt;
  }
  ProcessUse use;
  std::vector<pid_t> open{root};
  while (!open.empty()) {
    const pid_t pid = open.back();
    open.pop_back();
    add(use, pid, all.at(pid));
    for (const auto& [child, stat] : all) {
      if (stat.parent == pid) {
        open.push_back(child);
      }
    }
  }
  return use;
}

std::optional<pid_t> pid_in_file(const std::string& file) {
  std::ifstream stream(file);
  pid_t pid = 0;
  return stream >> pid && pid > 0 ? std::optional(pid) : std::nullopt;
}

}  // namespace plumbline::conform
