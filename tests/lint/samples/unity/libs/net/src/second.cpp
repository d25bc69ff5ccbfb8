// The other half; an overload with other arguments is none.
namespace plumbline {
namespace {

constexpr int kLimit = 4;
constexpr int kMostRows = 6;

struct Row {};

int overloaded(double value) {
  return static_cast<int>(value);
}

int same(const Row& other) {
  return 0;
}

}  // namespace
}  // namespace plumbline
