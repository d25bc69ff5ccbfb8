// One half of the clash.
namespace plumbline {
namespace {

constexpr int kLimit = 3;

struct Row {
  int value;
};

int overloaded(int value) {
  return value;
}

int same(const Row& row) {
  return row.value;
}

}  // namespace

int visible(int value) {
  return value;
}

}  // namespace plumbline
