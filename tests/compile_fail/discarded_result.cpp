// An outcome that nobody looks at. Expected: ignoring return(ed)? value
#include "plumbline/base/result.h"

[[nodiscard]] plumbline::Result<int> store();

int mistake() {
#ifdef MISTAKE
  store();
  return 0;
#else
  return store().has_value() ? 0 : 1;
#endif
}
