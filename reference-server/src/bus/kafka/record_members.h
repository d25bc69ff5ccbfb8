// Reads the members of one JSON record and remembers the first that is wrong. Stage: bus.
#pragma once

#include <array>
#include <boost/json/error.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "service/message.h"

namespace plumbline::serve {

// Lives as long as one record is read; `text` must outlive it. Every reader takes the literal that says what is wrong
// with the member when it is not there or of another kind, and then returns an empty value. Members that nobody asks
// for are skipped: a newer instance may write more.
class RecordMembers {
 public:
  explicit RecordMembers(std::string_view text);

  [[nodiscard]] const char* wrong() const { return wrong_; }  // nullptr: nothing so far
  void require(bool holds, const char* otherwise);

  [[nodiscard]] Uuid id(std::string_view name, const char* otherwise);
  [[nodiscard]] Uuid id_or_null(std::string_view name, const char* otherwise);  // null is the nil id
  [[nodiscard]] std::vector<Uuid> ids(std::string_view name, const char* otherwise);
  [[nodiscard]] ConversationKey key(std::string_view name, const char* otherwise);
  [[nodiscard]] std::string text(std::string_view name, const char* otherwise);      // without U+0000
  [[nodiscard]] std::uint64_t number(std::string_view name, const char* otherwise);  // 0 to 2^53 - 1
  [[nodiscard]] bool flag(std::string_view name, const char* otherwise);
  [[nodiscard]] UnixMillis time(std::string_view name, const char* otherwise);
  [[nodiscard]] UnixMillis time_or_null(std::string_view name, const char* otherwise);  // null is 0
  // The object's text without U+0000 inside, byte for byte when it is the record's last member, else written anew.
  [[nodiscard]] std::string object(std::string_view name, const char* otherwise);

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;
  [[nodiscard]] std::string_view view(std::string_view name, const char* otherwise);
  // The text of the last member's value; empty when it is not `name` or cannot be told.
  [[nodiscard]] std::string_view last_member(std::string_view name) const;

  std::string_view record_;
  std::array<unsigned char, 4096> buffer_;
  boost::json::monotonic_resource memory_{buffer_.data(), buffer_.size()};
  boost::json::error_code failed_;
  boost::json::value value_;  // in memory_: copied nowhere
  const char* wrong_{nullptr};
};

}  // namespace plumbline::serve
