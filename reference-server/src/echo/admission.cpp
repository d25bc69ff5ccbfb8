#include "echo/admission.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

constexpr std::string_view kDynamic = "/dynamic-";
constexpr std::size_t kMostDigits = 9;

boost::json::object object_of(const std::string& text) {
  boost::system::error_code failure;
  const boost::json::value value = boost::json::parse(text, failure);
  return !failure && value.is_object() ? value.get_object() : boost::json::object{};
}

std::optional<ConnectRefusal> refusal_of_steps(const boost::json::object& auth) {
  std::array<const char*, 2> steps{"first", "second"};
  if (active(Mutant::steps_reversed)) {
    std::swap(steps[0], steps[1]);
  }
  boost::json::array taken;
  const boost::json::value* const fail = auth.if_contains("fail");
  for (const char* const step : steps) {
    taken.emplace_back(step);
    if (active(Mutant::steps_not_stopped) && taken.size() < steps.size()) {
      continue;
    }
    if (fail != nullptr && (*fail == step || (active(Mutant::steps_not_stopped) && *fail == steps[0]))) {
      return ConnectRefusal{std::string(step) + " step refuses",
                            boost::json::serialize(boost::json::object{{"steps", taken}})};
    }
  }
  return std::nullopt;
}

}  // namespace

bool echo_namespace_exists(std::string_view nsp) {
  if (nsp == "/" || nsp == "/custom" || nsp == "/slow" || nsp == "/deny" || nsp == "/steps") {
    return true;
  }
  if (!nsp.starts_with(kDynamic)) {
    return false;
  }
  const std::string_view digits = nsp.substr(kDynamic.size());
  return !digits.empty() && digits.size() <= kMostDigits &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<ConnectRefusal> echo_refusal(std::string_view nsp, const std::string& auth) {
  if (nsp == "/deny") {
    const boost::json::object given = object_of(auth);
    const boost::json::value* const allow = given.if_contains("allow");
    if (allow == nullptr || !allow->is_bool() || !allow->get_bool()) {
      return ConnectRefusal{"denied", R"({"code":"DENIED","auth":)" + auth + "}"};
    }
  }
  return nsp == "/steps" ? refusal_of_steps(object_of(auth)) : std::nullopt;
}

}  // namespace plumbline::serve
