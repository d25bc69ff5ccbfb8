#include "store/postgres/pg_spread.h"

#include <algorithm>

namespace plumbline::serve {

PgLink& PgSpread::least_busy() const {
  return **std::min_element(links_.begin(), links_.end(), [](const auto& a, const auto& b) {
    return a->usable() != b->usable() ? a->usable() : a->waiting() < b->waiting();
  });
}

}  // namespace plumbline::serve
