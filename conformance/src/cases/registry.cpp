// The table of all cases. Stage: cases.
#include <utility>

#include "cases/case_list.h"
#include "cases/context.h"

namespace plumbline::conform {
namespace {

constexpr std::string_view clause_of(std::string_view id) {
  return id.substr(0, id.find('.'));
}

constexpr std::pair<CaseRecord::Kind, std::string_view> kKinds[]{
    {CaseRecord::Kind::positive, "positive"}, {CaseRecord::Kind::negative, "negative"},
    {CaseRecord::Kind::boundary, "boundary"}, {CaseRecord::Kind::timing, "timing"},
    {CaseRecord::Kind::race, "race"},         {CaseRecord::Kind::statistical, "statistical"},
};

}  // namespace

std::string_view to_string(CaseRecord::Kind kind) {
  for (const auto& [known, word] : kKinds) {
    if (known == kind) {
      return word;
    }
  }
  return "positive";
}

std::optional<CaseRecord::Kind> kind_from(std::string_view word) {
  for (const auto& [kind, known] : kKinds) {
    if (known == word) {
      return kind;
    }
  }
  return std::nullopt;
}

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
