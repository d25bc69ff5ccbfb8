#include "plumbline/history/run_dir.h"
