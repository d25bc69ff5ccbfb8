#include "store/postgres/pg_rows.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace plumbline::serve {
namespace {

template <class Number>
Number parsed_number(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::size_t LibpqRows::size() const {
  return static_cast<std::size_t>(PQntuples(result_.get()));
}

bool LibpqRows::is_null(std::size_t row, std::size_t column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view LibpqRows::text(std::size_t row, std::size_t column) const {
  const int r = static_cast<int>(row);
  const int c = static_cast<int>(column);
  return {PQgetvalue(result_.get(), r, c), static_cast<std::size_t>(PQgetlength(result_.get(), r, c))};
}

std::uint64_t LibpqRows::affected() const {
  return parsed_number<std::uint64_t>(PQcmdTuples(result_.get()));
}

std::int64_t PgRows::number(std::size_t row, std::size_t column) const {
  return is_null(row, column) ? 0 : parsed_number<std::int64_t>(text(row, column));
}

bool PgRows::truth(std::size_t row, std::size_t column) const {
  return !is_null(row, column) && text(row, column) == "t";
}

std::string pg_array(const std::vector<std::string>& values) {
  std::string literal = "{";
  for (const std::string& value : values) {
    literal += literal.size() > 1 ? ",\"" : "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        literal += '\\';
      }
      literal += c;
    }
    literal += '"';
  }
  return literal + "}";
}

std::string pg_array(const std::vector<std::int64_t>& values) {
  std::string literal = "{";
  for (const std::int64_t value : values) {
    literal += (literal.size() > 1 ? "," : "") + std::to_string(value);
  }
  return literal + "}";
}

Errc pg_errc(std::string_view sqlstate) {
  const std::string_view kind = sqlstate.substr(0, 2);
  if (kind == "23" || kind == "40") {
    return Errc::conflict;
  }
  constexpr std::array<std::string_view, 4> kLater{"08", "53", "57", "58"};
  const bool later = std::find(kLater.begin(), kLater.end(), kind) != kLater.end();
  return later || sqlstate == "25006" || sqlstate == "55P03" ? Errc::unavailable : Errc::malformed;
}

}  // namespace plumbline::serve
