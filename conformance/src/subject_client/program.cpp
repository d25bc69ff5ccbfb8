#include "subject_client/program.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "subject_client/processor_wait.h"
#include "subject_client/program_link.h"

namespace plumbline::conform {
namespace {

constexpr int kBacklog = 64;

std::string in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  if (program.find('/') != std::string::npos || path == nullptr) {
    return program;
  }
  std::istringstream folders(path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = (std::filesystem::path(folder) / program).string();
    if (::access(file.c_str(), X_OK) == 0) {
      return file;
    }
  }
  return program;
}

// The socket, or -1; `port` is where it listens.
int listen_on_loopback(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  const bool listening = fd >= 0 && ::bind(fd, generic, length) == 0 && ::listen(fd, kBacklog) == 0 &&
                         ::getsockname(fd, generic, &length) == 0;
  if (!listening && fd >= 0) {
    ::close(fd);
  }
  port = ntohs(address.sin_port);
  return listening ? fd : -1;
}

void complain(const ClientCommand& command, const std::string& sentence) {
  std::ofstream(command.errors, std::ios::app) << sentence << '\n';
}

}  // namespace

std::vector<std::string> split_command(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  char quote = '\0';
  bool inside = false;
  for (const char c : line) {
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      inside = true;
    } else if (c != ' ') {
      word += c;
      inside = true;
    } else if (inside) {
      words.push_back(std::exchange(word, {}));
      inside = false;
    }
  }
  if (inside) {
    words.push_back(word);
  }
  if (quote != '\0' || words.empty()) {
    return {};
  }
  words.front() = in_path(words.front());
  return words;
}

std::shared_ptr<net::ChildProcess> begin_client(const ClientCommand& command, LiveMedium& medium, Take& take) {
  const int listening = listen_on_loopback(take.port);
  if (listening < 0) {
    complain(command, std::string("cannot listen on the loopback: ") + std::strerror(errno));
    return nullptr;
  }
  medium.listen(listening, ProgramLink::kNumber + 1);
  take.host = "127.0.0.1";
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    complain(command, std::string("cannot make a socket pair: ") + std::strerror(errno));
    return nullptr;
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // ours only: the program finds an ordinary stream
  medium.lend(ProgramLink::kNumber, ends[0]);
  net::ChildProcess::Options options;
  options.command = command.words;
  options.stderr_file = command.errors;
  options.stream = ends[1];
  const std::string url = "http://127.0.0.1:" + std::to_string(take.port);
  for (std::string& word : options.command) {
    if (const std::size_t at = word.find("{url}"); at != std::string::npos) {
      word.replace(at, 5, url);
    }
  }
  auto child = net::ChildProcess::start(options);
  ::close(ends[1]);
  if (!child) {
    complain(command, child.error());
    return nullptr;
  }
  auto process = std::make_shared<net::ChildProcess>(std::move(*child));
  medium.know_client([wait = ProcessorWait(process->pid())]() mutable { return wait.more(); });
  return process;
}

}  // namespace plumbline::conform
