// The topic where people find the records that could not be stored; the table dead_letters is the truth. Stage: bus.
#pragma once

#include <string>
#include <utility>

#include "bus/kafka/client_config.h"

namespace plumbline::serve {

inline constexpr const char* kDeadLetterTopic = "chat-messages-dlq";

// Used on one thread. Makes its producer with the first record, which is rare.
class DeadLetterTopic {
 public:
  explicit DeadLetterTopic(KafkaOptions options) : options_(std::move(options)) {}
  ~DeadLetterTopic();
  DeadLetterTopic(const DeadLetterTopic&) = delete;
  DeadLetterTopic& operator=(const DeadLetterTopic&) = delete;

  // Hands it to the producer; not waited for. The headers say where it was and why it is here.
  void add(const std::string& key, const std::string& value, const std::string& from, const std::string& reason);
  void poll();

 private:
  KafkaOptions options_;
  KafkaClient producer_;
};

}  // namespace plumbline::serve
