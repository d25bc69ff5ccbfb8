// The one place that may.
auto now() { return std::chrono::steady_clock::now(); }
