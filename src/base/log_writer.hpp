#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace spdlog {
class logger;
}

namespace cadenas::base::log {

/// The thread that brings log lines to their file. Lines gather for a moment before it wakes: a wake-up for each would
/// cost the signalling thread that writes it more than the line itself.
class Writer {
 public:
  /// Lines kept while the disk is slow; those above are lost and counted in a line "log.lines_lost".
  static constexpr std::size_t largest_queue = 65'536;
  static constexpr std::chrono::milliseconds gathering{50};

  /// Owns the thread. `target` formats a line's time and writes it; nobody else may use it.
  explicit Writer(std::shared_ptr<spdlog::logger> target);
  /// Writes what is queued, then ends the thread.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Any thread; holds a lock for the length of a move. `line` is all after the time.
  void push(std::string line);

 private:
  struct Line {
    std::chrono::system_clock::time_point at;
    std::string text;
  };

  void run();
  void write(std::vector<Line>& lines, std::uint64_t lost);

  std::shared_ptr<spdlog::logger> target_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Line> queue_;  ///< guarded by mutex_, as all below but the thread
  std::uint64_t lost_ = 0;
  bool idle_ = false;  ///< the thread waits for a first line
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace cadenas::base::log
