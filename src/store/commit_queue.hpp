#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/published.hpp"
#include "store/database.hpp"

namespace cadenas::store {

/// The database thread: runs requests in the order they come, commits those that wait together with one write to the
/// disk, then replaces the snapshot, then tells each caller. Behind `Store`.
class CommitQueue {
 public:
  /// `now` where somebody waits for it; `with_others` may stay a few milliseconds, so that a busy hour's records are
  /// not a write to the disk each. What comes behind it and is for now takes it along.
  enum class Haste : std::uint8_t { now, with_others };

  /// What a request changes in the model, once committed.
  using Change = std::function<void(Snapshot&)>;
  using Listener = std::function<void(std::shared_ptr<const Snapshot>)>;

  CommitQueue(std::unique_ptr<Database> database, Snapshot first);
  /// Carries out what waits, then joins.
  ~CommitQueue();
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  std::shared_ptr<const Snapshot> snapshot() const noexcept { return published_.load(); }
  void on_change(Listener listener);

  /// `run` is called on the database thread inside a transaction; it may set a change of the snapshot, used only if
  /// `run` succeeds and the commit does. `done` follows as store.hpp says; it may be empty.
  template <class T>
  void post(std::function<base::Result<T>(Database&, Change&)> run, std::function<void(base::Result<T>)> done,
            Haste haste = Haste::now) {
    const bool taken =
        enqueue(haste, [run = std::move(run), done](Database* database, const base::Error* refusal) -> Effect {
          Change change;
          auto result = std::make_shared<base::Result<T>>(database ? guarded([&] { return run(*database, change); })
                                                                   : tl::unexpected<base::Error>(*refusal));
          if (!*result) change = nullptr;
          return {std::move(change), [result, done](const base::Error* commit_failure) {
                    if (!done) return;
                    if (commit_failure && *result) *result = tl::unexpected<base::Error>(*commit_failure);
                    done(std::move(*result));
                  }};
        });
    if (!taken && done) {
      done(base::fail("store.busy", "The database cannot keep up: too many changes wait. Try again later."));
    }
  }

 private:
  struct Effect {
    Change change;                                     // empty: the model stays as it is
    std::function<void(const base::Error*)> complete;  // given the commit's failure, if it failed
  };
  /// Called with a database, or with the reason why there is no transaction to run in.
  using Request = std::function<Effect(Database*, const base::Error*)>;

  /// An exception in a request is a programming error in that request alone: it is logged and becomes "store.failed".
  template <class Run>
  static auto guarded(Run run) -> decltype(run()) {
    try {
      return run();
    } catch (const std::exception& error) {
      return tl::unexpected<base::Error>(unexpected_exception(error));
    }
  }
  static base::Error unexpected_exception(const std::exception& error);

  bool enqueue(Haste haste, Request request);
  void run();
  void carry_out(std::deque<Request>& batch);
  void publish(const std::vector<Effect>& effects);

  std::unique_ptr<Database> database_;  // used by thread_ only
  base::Published<Snapshot> published_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Request> waiting_;
  Listener listener_;
  bool is_urgent_ = false;  // something of what waits is for now
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cadenas::store
