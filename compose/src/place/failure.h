// Why a stack cannot be had: one sentence with the remedy, and the exit code that goes with it.
#pragma once

#include <stdexcept>
#include <string>

#include "plumbline/base/exit_code.h"
#include "plumbline/base/result.h"

namespace plumbline::stack {

struct Failure {
  std::string sentence;
  ExitCode code{ExitCode::setup_failed};
};
[[noreturn]] inline void throw_exception_from_error(const Failure& failure,
                                                    const boost::source_location& /*location*/) {
  throw std::logic_error(failure.sentence);
}

template <class T>
using Outcome = boost::system::result<T, Failure>;

}  // namespace plumbline::stack
