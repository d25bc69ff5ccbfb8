// Servers so bad that nothing of theirs may pass, in this process and on a port of their own.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "wire/endpoint.h"

namespace plumbline::conform {

// What a server says to a connection after its first bytes came (or at once), before it closes. A `silent` one accepts
// and never says or closes anything.
class BadTarget {
 public:
  enum class Manner { silent, speak_at_once, speak_after_request };
  BadTarget(Manner manner, std::function<std::string()> words);
  ~BadTarget();
  BadTarget(const BadTarget&) = delete;
  BadTarget& operator=(const BadTarget&) = delete;

  [[nodiscard]] Endpoint endpoint() const;

 private:
  void serve();

  Manner manner_;
  std::function<std::string()> words_;
  int listener_{-1};
  std::uint16_t port_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace plumbline::conform
