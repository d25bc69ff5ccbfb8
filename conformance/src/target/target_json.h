// What is known of a target, as JSON: the part of a stored run that cases are judged by. Stage: target.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "target/target.h"

namespace plumbline::conform {

[[nodiscard]] boost::json::object to_json(const Target& target);
// The endpoint comes without an address: nobody connects to a stored target. Nothing: not what to_json makes.
[[nodiscard]] std::optional<Target> target_from_json(const boost::json::value& value);

}  // namespace plumbline::conform
