#include "target/own_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumbline::conform {

boost::system::result<OwnServer, std::string> OwnServer::start(const OwnVariant& variant, const std::string& mutant) {
  net::ChildProcess::Options options;
  options.command = {net::self_executable(),
                     "serve",
                     "--app",
                     "echo",
                     "--port",
                     "0",
                     "--ping-interval",
                     "300",
                     "--ping-timeout",
                     "200",
                     "--connect-timeout",
                     "1000",
                     "--upgrade-timeout",
                     "600"};
  options.command.insert(options.command.end(), variant.words.begin(), variant.words.end());
  if (!mutant.empty()) {
    options.command.insert(options.command.end(), {"--mutant", mutant});
  }
  auto child = net::ChildProcess::start(options);
  if (!child) {
    return child.error();
  }
  const auto url = child->wait_for_line("plumbline: listening on ", std::chrono::seconds{15});
  if (!url) {
    return std::string("the server `plumbline serve --app echo` did not start; its own words are above");
  }
  auto endpoint = parse_endpoint(*url);
  if (!endpoint) {
    return endpoint.error();
  }
  Target target;
  target.name = fmt::format("plumbline serve --app echo{}{}{}{}", variant.words.empty() ? "" : " ",
                            fmt::join(variant.words, " "), mutant.empty() ? "" : " --mutant ", mutant);
  target.endpoint = *endpoint;
  target.timing.ping_interval = std::chrono::milliseconds{300};
  target.timing.ping_timeout = std::chrono::milliseconds{200};
  target.timing.connect_timeout = std::chrono::milliseconds{1000};
  target.timing.upgrade_timeout = std::chrono::milliseconds{600};
  target.timing.recovery_window = variant.recovery_window;
  target.timing_declared = true;
  target.max_payload = 1'000'000;
  target.capabilities = capabilities_of(variant);
  target.configuration = fmt::format("{}", fmt::join(options.command, " "));
  return OwnServer(std::move(*child), std::move(target));
}

}  // namespace plumbline::conform
