// Declarations of all cases, generated from case_list.inc. Stage: cases.
#pragma once

#include "cases/context.h"

namespace plumbline::conform::cases {

#define PLUMBLINE_CASE(function, id, kind) [[nodiscard]] Finding function(Context& c);
#include "cases/case_list.inc"
#undef PLUMBLINE_CASE

}  // namespace plumbline::conform::cases
