// What was acknowledged outlives kill -9, and a disk that refuses to write leaves nothing half-done.
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <future>
#include <set>
#include <string>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.hpp"
#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class Crash : public TemporaryDatabase {
 protected:
  /// In the child: adds subscriptions without end, each number written to `out` once it is acknowledged.
  [[noreturn]] void write_until_killed(int first, int out) const {
    auto store = Store::open(file());
    if (!store) ::_exit(2);
    const DigestCredentials credentials = digest_credentials("u", "cadenas", "correct horse");
    for (int number = first;; ++number) {
      Subscription s;
      s.number = std::to_string(number);
      s.credentials = credentials;
      std::promise<void> turn;
      const bool wait = number % 8 == 7;
      (*store)->add_subscription(std::move(s), [&turn, wait, number, out](base::Result<void> r) {
        const std::string line = std::to_string(number) + '\n';
        if (!r || ::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
        if (wait) turn.set_value();
      });
      // Some commits carry one request, some several.
      if (wait) turn.get_future().wait();
    }
  }

  std::string integrity() const {
    soci::session sql(soci::sqlite3, "dbname=\"" + file() + "\"");
    std::string found;
    sql << "PRAGMA integrity_check", soci::into(found);
    return found;
  }
};

TEST_F(Crash, LosesNothingAcknowledgedToKillNine) {
  std::set<int> acknowledged;
  int first = 1000;
  for (const int killed_after : {1, 2, 3, 5, 8, 13, 21, 34, 55, 89}) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      write_until_killed(first, pipe[1]);
    }
    ::close(pipe[1]);
    std::FILE* acknowledgements = ::fdopen(pipe[0], "r");
    std::array<char, 32> line{};
    int heard = 0;
    while (std::fgets(line.data(), line.size(), acknowledgements)) {
      const int number = std::atoi(line.data());
      acknowledged.insert(number);
      first = std::max(first, number + 1000);
      if (++heard == killed_after) {
        ASSERT_EQ(::kill(child, SIGKILL), 0);
      }
    }
    std::fclose(acknowledgements);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
    ASSERT_GE(heard, killed_after);

    const auto snapshot = opened()->load();
    ASSERT_TRUE(snapshot);
    for (const int number : acknowledged) {
      ASSERT_NE(snapshot->find(std::to_string(number)), nullptr) << number << " was acknowledged and is lost";
    }
    ASSERT_EQ(integrity(), "ok");
  }
}

// The child limits the size of its own files, so that SQLite meets EFBIG in the middle of its work.
TEST_F(Crash, LeavesNothingHalfDoneWhereTheDiskRefusesToWrite) {
  opened();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = Store::open(file());
    if (!store) ::_exit(2);
    const auto add = [&](int number) {
      std::promise<std::string> code;
      (*store)->add_subscription(subscription(std::to_string(number)),
                                 [&](base::Result<void> r) { code.set_value(code_of(r)); });
      return code.get_future().get();
    };
    if (add(1000) != "ok") ::_exit(3);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 64 * 1024;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int number = 1001;
    std::string code;
    while ((code = add(number)) == "ok" && number < 5000) ++number;
    if (code != "store.failed") ::_exit(4);
    if ((*store)->snapshot()->find(std::to_string(number))) ::_exit(5);
    limit.rlim_cur = before;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (add(number + 1) != "ok") ::_exit(6);
    const auto live = (*store)->snapshot();
    store->reset();
    const auto disk = opened()->load();
    ::_exit(disk && disk->subscriptions.size() == live->subscriptions.size() && integrity() == "ok" ? 0 : 7);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace cadenas::store
