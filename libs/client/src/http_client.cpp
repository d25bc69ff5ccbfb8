#include "plumbline/client/http_client.h"
