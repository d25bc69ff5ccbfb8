// Breaks rule R5: bytes made by the encoder that is on trial.
#include "plumbline/socketio/packet.h"
