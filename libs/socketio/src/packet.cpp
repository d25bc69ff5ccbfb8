#include "plumbline/socketio/packet.h"
