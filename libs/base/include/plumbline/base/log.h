// Structured log to stderr: one line `time level event key=value ...`. Never per message; stdout stays free.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline::log {

enum class Level { debug, info, warn, error, off };

struct Field {
  std::string_view key;
  std::string value;
};

// `event` is a snake_case constant. Thread-safe.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}

void set_level(Level level);

}  // namespace plumbline::log
