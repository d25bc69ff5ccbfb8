#include "plumbline/history/run_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace plumbline::history {
namespace {

namespace fs = std::filesystem;

// What the user can do about it; the reason itself is the operating system's word.
std::string remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "the disk is full; free some space or choose another --out";
    case EFBIG:
      return "no file may grow that large here; raise `ulimit -f` or choose another --out";
    case EACCES:
    case EPERM:
      return "no right to write there; choose another --out or change the rights";
    case EROFS:
      return "the file system is read-only; choose another --out";
    case ENOTDIR:
      return "a part of the path is a file; choose another --out";
    case ENAMETOOLONG:
      return "the path is too long; choose a shorter --out";
    case EMFILE:
    case ENFILE:
      return "too many open files; raise `ulimit -n`";
    case ENOENT:
      return "no such file or directory";
    default:
      return std::string(std::strerror(error));
  }
}

RunDirError failure(std::string_view what, const fs::path& path, int error) {
  return {"cannot " + std::string(what) + " " + path.string() + ": " + remedy(error)};
}

// A POSIX descriptor, because only close() reports some of the errors of a full disk.
class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~File() { (void)close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  [[nodiscard]] bool write_all(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(fd_, content.data(), content.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      if (written <= 0) {
        return false;
      }
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  [[nodiscard]] bool read_all(std::string& into) const {
    std::array<char, 65536> block{};
    for (;;) {
      const ssize_t got = ::read(fd_, block.data(), block.size());
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        return got == 0;
      }
      into.append(block.data(), static_cast<std::size_t>(got));
    }
  }

  [[nodiscard]] bool close() {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0;
  }

 private:
  int fd_;
};

// `latest` is a convenience: a file system without links is no reason to fail a run.
void link_latest(const fs::path& dir) {
  std::error_code ignored;
  const fs::path link = dir.parent_path() / "latest";
  const fs::path fresh = dir.parent_path() / ".latest.new";
  fs::remove(fresh, ignored);
  fs::create_directory_symlink(dir.filename(), fresh, ignored);
  if (!ignored) {
    fs::rename(fresh, link, ignored);
  }
}

// A name comes from a scenario file: whatever it says, the run stays one folder below reports/runs.
std::string folder_name(std::string_view name) {
  std::string folder;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || (c == '.' && !folder.empty());
    folder += plain ? c : '-';
  }
  return folder.empty() ? "run" : folder.substr(0, 100);
}

// Two runs of one second get two directories.
fs::path default_path(std::string_view name, WallTime at) {
  const fs::path base = fs::path("reports") / "runs" / folder_name(name);
  const std::string stamp = file_stamp(at);
  fs::path path = base / stamp;
  std::error_code ignored;
  for (int i = 2; fs::exists(path, ignored) && i < 1000; ++i) {
    path = base / (stamp + "-" + std::to_string(i));
  }
  return path;
}

}  // namespace

boost::system::result<RunDir, RunDirError> RunDir::create(const fs::path& out, std::string_view name, WallTime at) {
  const bool chosen = !out.empty();
  const fs::path path = chosen ? out : default_path(name, at);
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status)) {
    if (!fs::is_directory(status)) {
      return RunDirError{path.string() + " is a file; --out names the run directory"};
    }
    // A run that ended before it wrote anything leaves only its marker: the corrected command may be repeated.
    bool empty = true;
    for (fs::directory_iterator entry{path, error}, end; !error && entry != end; entry.increment(error)) {
      empty = empty && entry->path().filename() == kMarker;
    }
    if (error) {
      return failure("read the directory", path, error.value());
    }
    if (!empty) {
      return RunDirError{path.string() + " is not empty; a run gets its own directory: choose a new one for --out"};
    }
  }
  error.clear();
  fs::create_directories(path, error);
  if (error) {
    return failure("create the run directory", path, error.value());
  }
  if (::access(path.c_str(), W_OK | X_OK) != 0) {
    return failure("write to", path, errno);
  }
  RunDir made(path);
  const auto marked = made.write(kMarker, "A run directory of plumbline; without summary.json the run was cut off.\n");
  if (marked.has_error()) {
    return marked.error();
  }
  if (!chosen) {
    link_latest(path);
  }
  return made;
}

boost::system::result<RunDir, RunDirError> RunDir::open(const fs::path& dir) {
  std::error_code error;
  const fs::file_status status = fs::status(dir, error);
  if (!fs::exists(status)) {
    return RunDirError{dir.string() + " does not exist; name the run directory that a run printed after `report`"};
  }
  if (!fs::is_directory(status)) {
    return RunDirError{dir.string() + " is a file; name the run directory that contains it"};
  }
  return RunDir(dir);
}

boost::system::result<void, RunDirError> RunDir::write(std::string_view file, std::string_view content) const {
  const fs::path target = path_ / fs::path(file);
  const fs::path fresh = target.parent_path() / ("." + target.filename().string() + ".new");
  std::error_code ignored;  // a folder that cannot be made shows in the next step
  fs::create_directories(target.parent_path(), ignored);
  {
    File out(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!out.is_open()) {
      return failure("write", target, errno);
    }
    if (!out.write_all(content) || !out.close()) {
      const int error = errno;
      ::unlink(fresh.c_str());
      return failure("write", target, error);
    }
  }
  if (::rename(fresh.c_str(), target.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    return failure("write", target, error);
  }
  return {};
}

boost::system::result<void, RunDirError> RunDir::append(std::string_view file, std::string_view content) const {
  const fs::path target = path_ / fs::path(file);
  std::error_code ignored;  // a folder that cannot be made shows in the next step
  fs::create_directories(target.parent_path(), ignored);
  File out(target, O_WRONLY | O_CREAT | O_APPEND);
  if (!out.is_open() || !out.write_all(content) || !out.close()) {
    return failure("write", target, errno);
  }
  return {};
}

boost::system::result<std::string, RunDirError> RunDir::read(std::string_view file) const {
  const fs::path source = path_ / fs::path(file);
  const File in(source, O_RDONLY);
  std::string content;
  if (!in.is_open() || !in.read_all(content)) {
    return failure("read", source, errno);
  }
  return {boost::system::in_place_value, std::move(content)};
}

void throw_exception_from_error(const RunDirError& error, const boost::source_location& /*location*/) {
  throw std::logic_error("unchecked: " + error.sentence);
}

}  // namespace plumbline::history
