// The run directory: the contract between the stages that measure and the stage that renders.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"

namespace plumbline::history {

// Why a directory could not be used, as one sentence with a remedy.
struct RunDirError {
  std::string sentence;
};

class RunDir {
 public:
  // Written first: tells a run that was cut off from a foreign folder, and a full disk before the load instead of
  // after.
  static constexpr std::string_view kMarker = ".plumbline-run";

  // `out` must be new or empty; it is created with its parents. Empty: reports/runs/<name>/<UTC>/ plus a `latest` link.
  [[nodiscard]] static boost::system::result<RunDir, RunDirError> create(const std::filesystem::path& out,
                                                                         std::string_view name, WallTime at);
  // An existing run directory, for reading.
  [[nodiscard]] static boost::system::result<RunDir, RunDirError> open(const std::filesystem::path& dir);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Writes a whole file, its folder too (temporary name, then rename), and says what went wrong (disk full, rights) in
  // one sentence.
  [[nodiscard]] boost::system::result<void, RunDirError> write(std::string_view file, std::string_view content) const;
  // Adds to the end of a file, which is made when it is not there. What a cut-off run had appended stays.
  [[nodiscard]] boost::system::result<void, RunDirError> append(std::string_view file, std::string_view content) const;
  [[nodiscard]] boost::system::result<std::string, RunDirError> read(std::string_view file) const;

 private:
  explicit RunDir(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

[[noreturn]] void throw_exception_from_error(const RunDirError& error, const boost::source_location& location);

}  // namespace plumbline::history
