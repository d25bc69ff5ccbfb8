// From the name that a result gives its evidence to the files of the run directory.
#include <algorithm>
#include <cctype>

#include "plumbline/render/render.h"

namespace plumbline::render {
namespace {

// "evidence/EIO-UP-04.a.log:2-58" -> "EIO-UP-04.a"; empty for anything that is no such file.
std::string case_in(const std::string& evidence) {
  constexpr std::string_view kFolder = "evidence/";
  const std::size_t end = evidence.find(".log");
  if (!evidence.starts_with(kFolder) || end == std::string::npos || end <= kFolder.size()) {
    return {};
  }
  std::string id = evidence.substr(kFolder.size(), end - kFolder.size());
  const bool plain = std::all_of(
      id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'; });
  return plain && id.front() != '.' ? id : std::string();
}

bool is_plain(unsigned char c) {
  return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '-' || c == '_' || c == '~';
}

}  // namespace

FilesOfClauses files_of_clauses(const history::RunDir& dir, const history::RunResult& result) {
  FilesOfClauses files;
  for (const history::ClauseResult& clause : result.clauses) {
    const std::string id = case_in(clause.evidence);
    if (id.empty()) {
      continue;
    }
    ClauseFiles& into = files[clause.id];
    if (auto log = dir.read("evidence/" + id + ".log")) {
      into.timeline = std::move(*log);
    }
    const std::string script = "reproduce/" + id + ".py";
    std::error_code error;
    if (std::filesystem::exists(dir.path() / script, error)) {
      into.script = script;
    }
  }
  return files;
}

std::string folder_link(const std::filesystem::path& page, const std::filesystem::path& dir) {
  std::error_code error;
  const std::filesystem::path from = std::filesystem::absolute(page, error).parent_path();
  const std::string path = std::filesystem::relative(dir, from, error).generic_string();
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string link;
  for (const char c : path.empty() ? std::string(".") : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(byte)) {
      link += c;
    } else {
      link += '%';
      link += kHex[byte >> 4U];
      link += kHex[byte & 0xFU];
    }
  }
  return link + "/";
}

}  // namespace plumbline::render
