#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace stoa::log {

enum class Level { debug, info, warning, error };

/// One `key=value` of a log line. Values are quoted where they need it. Never a body, a payload, a
/// password or a secret.
struct Field {
  std::string_view key;
  std::string value;
};

/// Writes one line to the program's log (standard error): time, level, event, fields. Thread-safe.
/// Before set_level() everything from `warning` upward is written.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

/// What write() puts behind time and level: `event=... key=value ...`. A value that is empty or
/// holds white space, `=`, `"`, a backslash or a control character stands in quotes, escaped as in
/// JSON.
std::string line(std::string_view event, std::initializer_list<Field> fields = {});

/// Lines below `lowest` are dropped from now on. Thread-safe.
void set_level(Level lowest);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}

}  // namespace stoa::log
