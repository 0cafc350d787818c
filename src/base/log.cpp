#include "base/log.hpp"

#include <atomic>
#include <memory>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/log_writer.hpp"

namespace cadenas::base::log {

namespace {

std::atomic<Level> threshold{Level::info};
std::unique_ptr<Writer> writer;

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (octet < 0x20 || octet >= 0x7f) {
      // Octets from the network stay visible and cannot forge a line; they need not be UTF-8.
      out += "\\u00";
      out.push_back(hex[octet >> 4]);
      out.push_back(hex[octet & 0x0f]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

void open(const std::string& file, Level from) {
  threshold = from;
  spdlog::sink_ptr target;
  if (file.empty()) {
    target = std::make_shared<spdlog::sinks::stderr_sink_st>();
  } else {
    target = std::make_shared<spdlog::sinks::basic_file_sink_st>(file);
  }
  auto logger = std::make_shared<spdlog::logger>("cadenas", std::move(target));
  logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)", spdlog::pattern_time_type::utc);
  writer = std::make_unique<Writer>(std::move(logger));
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (level < threshold.load(std::memory_order_relaxed) || !writer) return;
  std::string line = R"("level":")";
  line += name_of(level);
  line += R"(","event":)";
  append_json_string(line, event);
  for (const auto& field : fields) {
    line.push_back(',');
    append_json_string(line, field.key);
    line.push_back(':');
    if (field.is_number) {
      line += field.value;
    } else {
      append_json_string(line, field.value);
    }
  }
  line.push_back('}');
  writer->push(std::move(line));
}

void close() {
  writer.reset();
}

}  // namespace cadenas::base::log
