// A result used as if it could not fail. Expected: cannot convert
#include "plumbline/base/result.h"

plumbline::Result<int> stored();

int mistake() {
#ifdef MISTAKE
  return stored();
#else
  return stored().value();
#endif
}
