// The verbs of the executable: what each is called, what it does, where it is.
#pragma once

#include <string>
#include <vector>

#include "plumbline/conform/verb.h"
#include "plumbline/load/verb.h"
#include "plumbline/report/verb.h"
#include "plumbline/serve/verb.h"
#include "plumbline/stack/verb.h"

namespace plumbline {

inline constexpr struct {
  const char *name, *about;
  int (*run)(const std::vector<std::string>&);
} kVerbs[]{{"serve", "  plumbline serve     run the reference server\n", serve::run},
           {"load", "  plumbline load      play a scenario against a target and judge it\n", load::run},
           {"conform", "  plumbline conform   judge an implementation clause by clause\n", conform::run},
           {"doctor", "  plumbline doctor    tell what a target needs to be judged on every clause\n", conform::doctor},
           {"report", "  plumbline report    render a run directory again\n", report::run},
           {"stack", "  plumbline stack     run the whole system, hurt it, heal it\n", stack::run}};

}  // namespace plumbline
