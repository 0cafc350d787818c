#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cadenas::base {

/// An immutable snapshot that one thread replaces and all threads read. Reading takes no lock and never waits: a
/// replaced snapshot is kept until a moment without a reader in the few instructions of `load`, then let go by the next
/// `store`. (std::atomic<std::shared_ptr> would spin on a lock bit and, in libstdc++ 12, unlocks it with the wrong
/// order.)
template <class T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> first = nullptr)
      : current_(new std::shared_ptr<const T>(std::move(first))) {}
  ~Published() { delete current_.load(); }
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  /// The snapshot of this moment; it lives as long as the caller holds it. Any thread.
  std::shared_ptr<const T> load() const {
    readers_.fetch_add(1);
    std::shared_ptr<const T> value = *current_.load();
    readers_.fetch_sub(1);
    return value;
  }

  /// Every `load` that starts after this returns sees `next`. Any thread.
  void store(std::shared_ptr<const T> next) {
    auto node = std::make_unique<std::shared_ptr<const T>>(std::move(next));
    std::vector<std::unique_ptr<std::shared_ptr<const T>>> let_go;
    const std::lock_guard lock(writing_);
    retired_.emplace_back(current_.exchange(node.release()));
    // Sequentially consistent: a reader not counted here will load the pointer after the exchange.
    if (readers_.load() == 0) let_go.swap(retired_);
  }

 private:
  mutable std::atomic<int> readers_{0};
  std::atomic<std::shared_ptr<const T>*> current_;
  std::mutex writing_;
  std::vector<std::unique_ptr<std::shared_ptr<const T>>> retired_;
};

}  // namespace cadenas::base
