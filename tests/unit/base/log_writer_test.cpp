#include "base/log_writer.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

namespace cadenas::base::log {
namespace {

/// A disk that can be made to stand still.
class Disk final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void stop() { set(true); }
  void go_on() { set(false); }
  void wait_until_held() {
    std::unique_lock lock(stopping_);
    changed_.wait(lock, [this] { return held_; });
  }
  std::vector<std::string> lines;

 private:
  void set(bool stopped) {
    {
      const std::lock_guard lock(stopping_);
      stopped_ = stopped;
    }
    changed_.notify_all();
  }
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::unique_lock lock(stopping_);
    held_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !stopped_; });
    lines.emplace_back(message.payload.data(), message.payload.size());
  }
  void flush_() override {}

  std::mutex stopping_;
  std::condition_variable changed_;
  bool stopped_ = false, held_ = false;
};

class LogWriter : public testing::Test {
 protected:
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  std::unique_ptr<Writer> writer_ = std::make_unique<Writer>(std::make_shared<spdlog::logger>("test", disk_));
};

TEST_F(LogWriter, BringsEachLineOfEachThreadInItsOrder) {
  constexpr int threads = 4, each = 5'000;
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t) {
    writers.emplace_back([this, t] {
      for (int i = 0; i < each; ++i) writer_->push(std::to_string(t) + " " + std::to_string(i));
    });
  }
  for (auto& thread : writers) thread.join();
  writer_.reset();
  ASSERT_EQ(disk_->lines.size(), std::size_t{threads} * each);
  std::map<char, int> next;
  for (const std::string& line : disk_->lines) ASSERT_EQ(line.substr(2), std::to_string(next[line[0]]++));
}

TEST_F(LogWriter, CountsTheLinesAStandingDiskMadeItLose) {
  disk_->stop();
  writer_->push("held by the disk");
  disk_->wait_until_held();
  for (std::size_t i = 0; i < Writer::largest_queue + 7; ++i) writer_->push("queued");
  disk_->go_on();
  writer_.reset();
  ASSERT_EQ(disk_->lines.size(), 1 + Writer::largest_queue + 1);
  EXPECT_NE(disk_->lines.back().find(R"("event":"log.lines_lost","lines":7)"), std::string::npos);
}

}  // namespace
}  // namespace cadenas::base::log
