// Every form of temporary that g++ 12 destroys twice, and the forms that are safe.
#include <coroutine>
#include <initializer_list>
#include <string>

struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

struct Options {
  std::string name;
};

template <class T>
std::suspend_never wait(T) {
  return {};
}

std::suspend_never wait_all(std::initializer_list<std::string>) {
  return {};
}

Task hazards(std::string text) {
  co_await wait([text] { return text; });
  co_await wait(Options{.name = text});
  co_await wait_all({text, text});
}

Task safe(std::string text) {
  auto options = Options{.name = text};
  co_await wait(std::move(options));
  co_await wait(std::string(text));
}
