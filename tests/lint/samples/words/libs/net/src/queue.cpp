#include "plumbline/net/queue.h"
const char* utilisation = "a word that only looks empty";
