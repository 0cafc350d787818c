#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.hpp"

namespace cadenas::base::log {

enum class Level { debug, info, warning, error };

/// One key and its value in a log line. Only plain values convert: key material (SecretBytes) does not.
struct Field {
  std::string_view key;
  std::string value;
  bool is_number = false;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), is_number(true) {}
  template <class N>
  requires(std::is_arithmetic_v<N> && !std::is_same_v<N, bool>) Field(std::string_view k, N v)
      : key(k), value(std::to_string(v)), is_number(true) {}
};

/// Chooses where lines go (empty: standard error) and from which level on. Call once, before threads start.
void open(const std::string& file, Level from);

/// Writes one JSON object a line: time, level, event, then the fields in order. Thread-safe; never blocks on the disk
/// (an own thread writes, see log_writer.hpp; when its queue is full lines are lost and counted).
/// `event` is dotted and stable, e.g. "registrar.bound".
void write(Level level, std::string_view event, std::initializer_list<Field> fields);

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

/// Writes what is queued and stops the writing thread: the last call of a program, when no other thread is left that
/// could log.
void close();

}  // namespace cadenas::base::log
