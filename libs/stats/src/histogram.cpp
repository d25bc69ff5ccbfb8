#include "plumbline/stats/histogram.h"
