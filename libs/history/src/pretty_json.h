// JSON for people and diffs: two spaces, keys in their order, flat objects and lists of numbers on one line.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace plumbline::history {

[[nodiscard]] std::string pretty(const boost::json::value& value);

}  // namespace plumbline::history
