#include "base/log_writer.hpp"

#include <utility>

#include <spdlog/logger.h>

#include "base/thread_name.hpp"

namespace cadenas::base::log {

Writer::Writer(std::shared_ptr<spdlog::logger> target) : target_(std::move(target)), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Writer::push(std::string line) {
  const auto now = std::chrono::system_clock::now();
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= largest_queue) {
      ++lost_;
      return;
    }
    queue_.push_back({now, std::move(line)});
    wake = std::exchange(idle_, false);
  }
  if (wake) changed_.notify_one();
}

void Writer::run() {
  name_this_thread("log");
  std::vector<Line> lines;
  for (;;) {
    std::unique_lock lock(mutex_);
    idle_ = queue_.empty();
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    idle_ = false;
    changed_.wait_for(lock, gathering, [this] { return ending_; });
    const bool last = ending_;
    lines.swap(queue_);
    const std::uint64_t lost = std::exchange(lost_, 0);
    lock.unlock();
    write(lines, lost);
    lines.clear();
    if (last) return;
  }
}

void Writer::write(std::vector<Line>& lines, std::uint64_t lost) {
  for (const Line& line : lines) target_->log(line.at, {}, spdlog::level::info, line.text);
  if (lost > 0) {
    target_->log(spdlog::level::info,
                 R"("level":"warning","event":"log.lines_lost","lines":)" + std::to_string(lost) + "}");
  }
  target_->flush();
}

}  // namespace cadenas::base::log
