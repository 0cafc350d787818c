#include "base/log.hpp"

#include <atomic>
#include <memory>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/thread_name.hpp"

namespace cadenas::base::log {

namespace {

constexpr std::size_t kQueueLines = 8192;
std::atomic<Level> threshold{Level::info};

std::shared_ptr<spdlog::logger>& sink() {
  static std::shared_ptr<spdlog::logger> logger;
  return logger;
}

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
  spdlog::init_thread_pool(kQueueLines, 1, [] { name_this_thread("log"); });
  spdlog::sink_ptr target;
  if (file.empty()) {
    target = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    target = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  }
  auto logger = std::make_shared<spdlog::async_logger>("cadenas", target, spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::trace);
  spdlog::flush_every(std::chrono::seconds(1));
  spdlog::register_logger(logger);
  sink() = std::move(logger);
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (level < threshold.load(std::memory_order_relaxed) || !sink()) return;
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
  sink()->log(level >= Level::warning ? spdlog::level::warn : spdlog::level::info, spdlog::string_view_t(line));
}

void close() {
  if (!sink()) return;
  sink()->flush();
  sink().reset();
  spdlog::shutdown();
}

}  // namespace cadenas::base::log
