// Breaks the layers: the generator shares code with the server it measures.
#include <hiredis/hiredis.h>
#include <jwt.h>

#include "plumbline/client/socketio_client.h"
#include "plumbline/serve/verb.h"
#include "plumbline/shared/thing.h"
