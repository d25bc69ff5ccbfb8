// What a connection to PostgreSQL asks for beyond what the operator wrote. Stage: store.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

namespace plumbline::serve {

// A libpq connection string from a URI or such a string, with these settings added; the added ones win, `options` is
// appended to. What libpq cannot parse comes back as it is: connecting then says what is wrong.
[[nodiscard]] std::string pg_conninfo(const std::string& given,
                                      std::initializer_list<std::pair<const char*, std::string>> added);

// Why libpq cannot parse it; empty when it can.
[[nodiscard]] std::string pg_conninfo_problem(const std::string& given);

}  // namespace plumbline::serve
