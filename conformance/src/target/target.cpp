#include "target/target.h"

namespace plumbline::conform {

const std::vector<std::string_view>& known_capabilities() {
  static const std::vector<std::string_view> all{"transport.polling", "transport.websocket", "transport.upgrade",
                                                 "testapp", "testapp.custom"};
  return all;
}

}  // namespace plumbline::conform
