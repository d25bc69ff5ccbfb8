// Rows of libpq behind PgRows, and what a refusal of the server means to the caller. Stage: store.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string_view>

#include "plumbline/base/result.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

class LibpqRows final : public PgRows {
 public:
  explicit LibpqRows(PGresult* result) : result_(result, &PQclear) {}

  [[nodiscard]] std::size_t size() const override;
  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const override;
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const override;
  [[nodiscard]] std::uint64_t affected() const override;

 private:
  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

// The server refused and rolled back: nothing was done. conflict for class 23 (integrity) and 40 (serialization,
// deadlock); unavailable when trying later may help (class 08, 53, 57, 58, 25006 read-only, 55P03 lock not available);
// malformed for the rest, which is a defect of ours.
[[nodiscard]] Errc pg_errc(std::string_view sqlstate);

}  // namespace plumbline::serve
