#include "plumbline/websocket/codec.h"
