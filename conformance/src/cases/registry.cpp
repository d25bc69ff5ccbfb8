// The table of all cases. Stage: cases.
#include "cases/case_list.h"
#include "cases/context.h"

namespace plumbline::conform {
namespace {

constexpr std::string_view clause_of(std::string_view id) {
  return id.substr(0, id.find('.'));
}

}  // namespace

const std::vector<CaseRecord>& all_cases() {
  using Kind = CaseRecord::Kind;
  static const std::vector<CaseRecord> table{
#define PLUMBLINE_CASE(function, id, kind) {id, clause_of(id), Kind::kind, &cases::function},
#include "cases/case_list.inc"
#undef PLUMBLINE_CASE
  };
  return table;
}

}  // namespace plumbline::conform
