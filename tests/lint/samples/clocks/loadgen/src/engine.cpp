// Asks for time and chance by itself.
auto begin = std::chrono::steady_clock::now();
std::random_device seed;  // and std::chrono::system_clock::now() in a comment is nobody's business
void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }
int strand(int x);
