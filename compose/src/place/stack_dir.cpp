#include "place/stack_dir.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <utility>

namespace plumbline::stack {
namespace {

namespace fs = std::filesystem;

constexpr int kLookEvery = 10;  // ms
constexpr std::uintmax_t kMegabyte = 1'000'000;
constexpr std::uintmax_t kLeastSpace = 200 * kMegabyte;  // of a full stack that nobody uses yet, and a bit
constexpr const char* kSocket = "control.sock";
constexpr std::size_t kLongestSocket = sizeof(sockaddr_un::sun_path) - 1;

Failure cannot(const std::string& what, const fs::path& path, int error) {
  const char* remedy = error == ENOSPC ? "; free some space or give another --dir" : "; give another --dir";
  return Failure{"cannot " + what + " " + path.string() + ": " + std::strerror(error) + remedy};
}

Outcome<void> only_an_old_stack(const fs::path& dir) {
  std::error_code failed;
  if (fs::is_empty(dir, failed) || fs::exists(dir / StackDir::kMarker, failed)) {
    return boost::system::in_place_value;
  }
  return Failure{dir.string() + " is not empty and holds no stack; give --dir a new or an empty directory"};
}

// A database that cannot make its files says so in its log, where nobody looks first.
Outcome<void> enough_space(const fs::path& path) {
  std::error_code failed;
  const fs::space_info disk = fs::space(path, failed);
  if (failed || disk.available >= kLeastSpace) {
    return boost::system::in_place_value;
  }
  return Failure{"the disk of " + path.string() + " has " + std::to_string(disk.available / kMegabyte) +
                 " MB left and a stack needs " + std::to_string(kLeastSpace / kMegabyte) +
                 " MB; free some space or give another --dir"};
}

// Through every directory of the path, and may read what is at its end.
bool may_walk(fs::path whole, const User& user) {
  for (bool last = true; !whole.empty(); last = false) {
    struct stat found {};
    if (::stat(whole.c_str(), &found) != 0) {
      return false;
    }
    const unsigned shift = found.st_uid == user.uid ? 6U : (found.st_gid == user.gid ? 3U : 0U);
    const unsigned wanted = (S_ISDIR(found.st_mode) ? 1U : 0U) | (last ? 4U : 0U);
    if (((static_cast<unsigned>(found.st_mode) >> shift) & wanted) != wanted) {
      return false;
    }
    if (whole == whole.parent_path()) {
      break;
    }
    whole = whole.parent_path();
  }
  return true;
}

}  // namespace

std::optional<User> unprivileged_user() {
  if (::geteuid() != 0) {
    return std::nullopt;
  }
  const passwd* nobody = ::getpwnam("nobody");
  return nobody == nullptr ? User{65'534, 65'534} : User{nobody->pw_uid, nobody->pw_gid};
}

bool can_reach(const fs::path& path, const User& user) {
  std::error_code failed;
  // The way as it is written and the one behind symbolic links.
  return may_walk(fs::absolute(path, failed), user) && may_walk(fs::weakly_canonical(path, failed), user);
}

Outcome<StackDir> StackDir::claim(const std::string& dir) {
  std::error_code failed;
  fs::create_directories(dir, failed);
  const int made = failed.value();
  const fs::path path = fs::canonical(dir, failed);
  if (failed || !fs::is_directory(path, failed)) {
    return cannot("make the directory", dir, made != 0 ? made : ENOTDIR);
  }
  if (const auto usable = only_an_old_stack(path); !usable) {
    return usable.error();
  }
  const fs::path marker = path / kMarker;
  const int lock = ::open(marker.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) {
    return cannot("write to", path, errno);
  }
  StackDir claimed{path, lock};
  claimed.home_ = path;
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return Failure{path.string() + " is in use by another stack; stop it with `plumbline stack down --dir " +
                   path.string() + "`, or give another --dir"};
  }
  for (const auto& entry : fs::directory_iterator(path, failed)) {
    if (entry.path() != marker) {
      fs::remove_all(entry.path(), failed);
    }
  }
  const auto user = unprivileged_user();
  ::chmod(path.c_str(), user ? 0755 : 0700);
  if (user && !can_reach(path, *user)) {
    std::string apart = (fs::temp_directory_path() / "plumbline-stack-XXXXXX").string();
    if (::mkdtemp(apart.data()) == nullptr || ::chmod(apart.c_str(), 0755) != 0) {
      return cannot("make the directory", apart, errno);
    }
    claimed.home_ = apart;
  }
  if (const auto enough = enough_space(claimed.home_); !enough) {
    return enough.error();
  }
  return claimed;
}

bool StackDir::abandoned_before(const std::string& dir, Time deadline) {
  const int marker = ::open((fs::path(dir) / kMarker).c_str(), O_RDONLY | O_CLOEXEC);
  bool gone = marker < 0;
  while (!gone && steady_now() < deadline) {
    gone = ::flock(marker, LOCK_SH | LOCK_NB) == 0;
    ::poll(nullptr, 0, gone ? 0 : kLookEvery);
  }
  ::close(marker);
  return gone;
}

StackDir::StackDir(StackDir&& other) noexcept
    : path_(std::move(other.path_)), home_(std::move(other.home_)), lock_(std::exchange(other.lock_, -1)) {}

StackDir& StackDir::operator=(StackDir&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(home_, other.home_);
  std::swap(lock_, other.lock_);
  return *this;
}

StackDir::~StackDir() {
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

Outcome<void> StackDir::make_folder(const std::string& folder, const std::optional<User>& user) const {
  const fs::path whole = home_ / folder;
  std::error_code failed;
  fs::create_directories(whole, failed);
  if (failed) {
    return cannot("make the directory", whole, failed.value());
  }
  if (::chmod(whole.c_str(), 0700) != 0 || (user && ::chown(whole.c_str(), user->uid, user->gid) != 0)) {
    return cannot("give rights to", whole, errno);
  }
  return boost::system::in_place_value;
}

Outcome<void> StackDir::write(const fs::path& file, const std::string& text, const std::optional<User>& user) {
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (made < 0) {
    return cannot("write", file, errno);
  }
  const ssize_t written = ::write(made, text.data(), text.size());
  const int error = written < 0 ? errno : ENOSPC;
  const bool owned = !user || ::fchown(made, user->uid, user->gid) == 0;
  ::close(made);
  if (written != static_cast<ssize_t>(text.size()) || !owned) {
    return cannot("write", file, error);
  }
  return boost::system::in_place_value;
}

std::string control_socket_of(const std::string& dir) {
  std::error_code failed;
  const fs::path path = fs::weakly_canonical(dir, failed);
  std::string socket = ((failed ? fs::path(dir) : path) / kSocket).string();
  if (socket.size() <= kLongestSocket) {
    return socket;
  }
  // A name of the same directory that is short enough; the descriptor stays open as long as this process.
  const int opened = ::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  return "/proc/self/fd/" + std::to_string(opened) + "/" + kSocket;
}

}  // namespace plumbline::stack
