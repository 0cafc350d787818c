#include "store/commit_queue.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::store {

namespace {

constexpr std::size_t most_waiting = 100'000;
// One commit carries at most this many requests, so that the first of a flood need not wait for the last.
constexpr std::size_t largest_batch = 512;
constexpr std::chrono::milliseconds gathering{10};

}  // namespace

CommitQueue::CommitQueue(std::unique_ptr<Database> database, Snapshot first)
    : database_(std::move(database)), published_(std::make_shared<const Snapshot>(std::move(first))) {
  thread_ = std::thread([this] {
    base::name_this_thread("store");
    run();
  });
}

CommitQueue::~CommitQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CommitQueue::on_change(Listener listener) {
  const std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
}

bool CommitQueue::enqueue(Haste haste, Request request) {
  bool is_heard = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting) return false;
    is_urgent_ = is_urgent_ || haste == Haste::now;
    is_heard = is_urgent_ || waiting_.empty() || waiting_.size() + 1 >= largest_batch;
    waiting_.push_back(std::move(request));
  }
  if (is_heard) wake_.notify_one();
  return true;
}

base::Error CommitQueue::unexpected_exception(const std::exception& error) {
  base::log::error("store.exception", {{"what", error.what()}});
  return {"store.failed", "The operation met a fault of the program; nothing was changed.", {}};
}

void CommitQueue::run() {
  for (;;) {
    std::deque<Request> batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      wake_.wait_for(lock, gathering, [this] { return stopping_ || is_urgent_ || waiting_.size() >= largest_batch; });
      const auto size = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), largest_batch));
      std::move(waiting_.begin(), waiting_.begin() + size, std::back_inserter(batch));
      waiting_.erase(waiting_.begin(), waiting_.begin() + size);
      is_urgent_ = !waiting_.empty();  // more than a batch has waited long enough
    }
    while (!batch.empty()) carry_out(batch);
  }
}

void CommitQueue::carry_out(std::deque<Request>& batch) {
  std::vector<Effect> effects;
  base::Result<void> committed = database_->begin();
  if (committed) {
    while (!batch.empty()) {
      effects.push_back(batch.front()(database_.get(), nullptr));
      batch.pop_front();
      // SQLite gave up the transaction (disk full, I/O error): what ran is undone, what is left gets a new one.
      if (!database_->in_transaction()) break;
    }
    committed = database_->commit();
  } else {
    for (const Request& request : batch) effects.push_back(request(nullptr, &committed.error()));
    batch.clear();
  }
  if (committed) publish(effects);
  for (const Effect& effect : effects) {
    try {
      effect.complete(committed ? nullptr : &committed.error());
    } catch (const std::exception& error) {
      base::log::error("store.completion-threw", {{"what", error.what()}});
    }
  }
}

void CommitQueue::publish(const std::vector<Effect>& effects) {
  if (std::none_of(effects.begin(), effects.end(), [](const Effect& e) { return e.change != nullptr; })) return;
  auto next = std::make_shared<Snapshot>(*published_.load());
  for (const Effect& effect : effects) {
    if (effect.change) effect.change(*next);
  }
  ++next->revision;
  published_.store(next);
  Listener listener;
  {
    const std::lock_guard lock(mutex_);
    listener = listener_;
  }
  if (listener) listener(std::move(next));
}

}  // namespace cadenas::store
