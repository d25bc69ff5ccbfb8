#include "plumbline/serve/verb.h"

#include <iostream>

#include "config/serve_options.h"
#include "gateway/server.h"
#include "plumbline/base/exit_code.h"

namespace plumbline::serve {

int run(const std::vector<std::string>& args) {
  const auto parsed = parse_serve_options(args);
  if (const auto* end = std::get_if<EarlyEnd>(&parsed)) {
    (end->code == ExitCode::ok ? std::cout : std::cerr) << end->text;
    return to_int(end->code);
  }
  return to_int(serve(std::get<ServeOptions>(parsed)));
}

}  // namespace plumbline::serve
