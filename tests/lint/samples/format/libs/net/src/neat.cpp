// As clang-format leaves it.
int g() {
  return 1;
}
