#include "store/postgres/conninfo.h"

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string_view>

namespace plumbline::serve {
namespace {

std::string quoted_setting(const std::string& value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace

std::string pg_conninfo(const std::string& given, std::initializer_list<std::pair<const char*, std::string>> added) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(given.c_str(), nullptr),
                                                                            &PQconninfoFree);
  if (!parsed) {
    return given;
  }
  std::map<std::string, std::string> settings;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) {
      settings[option->keyword] = option->val;
    }
  }
  for (const auto& [keyword, value] : added) {
    std::string& setting = settings[keyword];
    if (std::string_view(keyword) == "options" && !setting.empty()) {
      setting.append(" ").append(value);
    } else {
      setting = value;
    }
  }
  std::string text;
  for (const auto& [keyword, value] : settings) {
    text.append(text.empty() ? "" : " ").append(keyword).append("=").append(quoted_setting(value));
  }
  return text;
}

std::string pg_conninfo_problem(const std::string& given) {
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(given.c_str(), &why),
                                                                            &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> kept(why, &PQfreemem);
  const std::string_view text = kept ? std::string_view(kept.get()) : "not enough memory";
  return parsed ? std::string{} : std::string(text.substr(0, text.find('\n')));
}

}  // namespace plumbline::serve
