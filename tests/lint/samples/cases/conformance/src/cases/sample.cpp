Finding closes(Context& c) {
  return c.fast ? pass("closed") : took("slow", "closed late");
}
Finding eio_xx_01_a(Context& c) {
  return closes(c);
}
Finding eio_xx_02_a(Context& c) {
  return closes(c);
}
bool echoes(Context& c) {
  return c.await("message-back");
}
Finding eio_xx_03_a(Context& c) {
  return echoes(c) ? pass("alive") : violated("an echo", "nothing");
}
