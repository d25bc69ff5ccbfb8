// One kind of id where another is meant. Expected: invalid initialization of reference of type
#include "plumbline/base/ids.h"

void greet(const plumbline::UserId&);

void mistake(const plumbline::UserId& user, const plumbline::ConversationId& conversation) {
#ifdef MISTAKE
  greet(conversation);
#else
  greet(user);
  (void)conversation;
#endif
}
