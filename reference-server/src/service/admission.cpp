#include "service/admission.h"

#include <algorithm>

namespace plumbline::serve {

bool Admission::enter(Time now) {
  close_window(now);
  if (in_flight_ >= bound_) {
    ++refused_;
    return false;
  }
  ++in_flight_;
  return true;
}

void Admission::leave(Time entered, Time now) {
  --in_flight_;
  ++answered_;
  slow_ += now - entered > limits_.slow ? 1U : 0U;
  close_window(now);
}

// A window without an answer says nothing: it goes on.
void Admission::close_window(Time now) {
  if (answered_ == 0 || now - window_began_ < limits_.window) {
    return;
  }
  if (slow_ * 2 > answered_) {
    bound_ = std::max(limits_.least, bound_ - std::max<std::size_t>(1, bound_ / 10));
  } else {
    bound_ = std::min(limits_.most, bound_ + std::max<std::size_t>(1, bound_ / 20));
  }
  window_began_ = now;
  answered_ = 0;
  slow_ = 0;
}

}  // namespace plumbline::serve
