#include "subject_client/processor_wait.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace plumbline::conform {

namespace fs = std::filesystem;

ProcessorWait::ProcessorWait(pid_t pid, const std::string& processes)
    : threads_(processes + "/" + std::to_string(pid) + "/task") {}

Duration ProcessorWait::more() {
  std::int64_t sum = 0;
  std::error_code error;
  for (auto each = fs::directory_iterator(threads_, error); !error && each != fs::directory_iterator();
       each.increment(error)) {
    std::ifstream file(each->path() / "schedstat");
    std::int64_t ran = 0;
    std::int64_t waited = 0;
    if (file >> ran >> waited) {
      std::int64_t& known = known_[each->path().filename().string()];
      sum += std::max<std::int64_t>(waited - known, 0);  // less: another thread has got the number
      known = waited;
    }
  }
  return std::chrono::nanoseconds{sum};
}

}  // namespace plumbline::conform
