#include "plumbline/net/http.h"
