#include "plumbline/checker/anomaly.h"
