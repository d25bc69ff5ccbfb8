// The directory of a stack: claimed by one supervisor at a time, with a folder and a log for each process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "place/failure.h"
#include "plumbline/base/clock.h"
#include "plumbline/net/child_process.h"

namespace plumbline::stack {

using User = net::ChildProcess::User;

// Whom processes run as when the caller is root: the user `nobody`. nullopt: the caller is not root and stays itself.
[[nodiscard]] std::optional<User> unprivileged_user();
// Whether `user` may walk to `path` and read it.
[[nodiscard]] bool can_reach(const std::filesystem::path& path, const User& user);

class StackDir {
 public:
  static constexpr const char* kMarker = "plumbline-stack";

  // Makes the directory where it is missing, and empties that of a stack which has ended. Anything else in it is
  // refused.
  [[nodiscard]] static Outcome<StackDir> claim(const std::string& dir);
  StackDir(StackDir&& other) noexcept;
  StackDir& operator=(StackDir&& other) noexcept;
  ~StackDir();

  // Blocks until nobody holds `dir` any more, neither a supervisor nor its guard; false when that takes too long.
  [[nodiscard]] static bool abandoned_before(const std::string& dir, Time deadline);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }  // absolute, no symbolic links
  // Where processes have their folders: the same, or a directory of its own for temporary files when the path leads
  // through one that only root may enter, as a closed home directory; the guard removes that one.
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  // A folder of home(), owned by `user`, mode 0700.
  [[nodiscard]] Outcome<void> make_folder(const std::string& folder, const std::optional<User>& user) const;
  [[nodiscard]] static Outcome<void> write(const std::filesystem::path& file, const std::string& text,
                                           const std::optional<User>& user);

 private:
  StackDir(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  std::filesystem::path home_;
  int lock_{-1};
};

// DIR/control.sock, in a spelling that a socket's address can hold.
[[nodiscard]] std::string control_socket_of(const std::string& dir);

}  // namespace plumbline::stack
