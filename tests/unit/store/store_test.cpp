#include "store/store.hpp"

#include <array>
#include <atomic>
#include <future>
#include <thread>

#include "store/licence.hpp"
#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class StoreTest : public TemporaryDatabase {
 protected:
  std::unique_ptr<Store> started() const {
    auto store = Store::open(file());
    if (!store) throw std::runtime_error(store.error().code);
    return *std::move(store);
  }
  /// Waits for the completion of one posted operation.
  template <class T = void, class Post>
  static base::Result<T> awaited(Post post) {
    auto answer = std::make_shared<std::promise<base::Result<T>>>();
    auto result = answer->get_future();
    post([answer](base::Result<T> r) { answer->set_value(std::move(r)); });
    return result.get();
  }
};

TEST_F(StoreTest, ShowsAChangeInTheSnapshotBeforeItIsReportedDone) {
  const auto store = started();
  std::promise<bool> seen;
  store->add_subscription(subscription("2001"),
                          [&](base::Result<void> r) { seen.set_value(r && store->snapshot()->find("2001")); });
  EXPECT_TRUE(seen.get_future().get());
}

TEST_F(StoreTest, ReportsAChangeOnlyOnceAnotherConnectionCanReadIt) {
  const auto store = started();
  std::promise<bool> seen;
  store->add_subscription(subscription("2001"),
                          [&](base::Result<void>) { seen.set_value(opened()->load()->find("2001") != nullptr); });
  EXPECT_TRUE(seen.get_future().get());
}

TEST_F(StoreTest, LeavesAHeldSnapshotAsItWas) {
  const auto store = started();
  ASSERT_TRUE(awaited([&](auto done) { store->add_subscription(subscription("2001"), done); }));
  const auto held = store->snapshot();
  ASSERT_TRUE(awaited([&](auto done) { store->remove_subscription("2001", done); }));
  EXPECT_NE(held->find("2001"), nullptr);
  EXPECT_EQ(store->snapshot()->find("2001"), nullptr);
  EXPECT_EQ(store->snapshot()->revision, held->revision + 1);
}

TEST_F(StoreTest, KeepsTheSnapshotEqualToTheDatabaseThroughEveryOperation) {
  const auto store = started();
  const PasswordHash hash = *PasswordHash::of("correct horse");
  EXPECT_TRUE(awaited([&](auto done) { store->put_class({"staff", false}, done); }));
  EXPECT_TRUE(awaited([&](auto done) { store->put_class({"spare", true}, done); }));
  EXPECT_TRUE(awaited([&](auto done) { store->remove_class("spare", done); }));
  SystemSettings settings = store->snapshot()->settings;
  settings.realm = "pbx.example.org";
  settings.fqdns = {"pbx.example.org"};
  EXPECT_TRUE(awaited([&](auto done) { store->change_settings(settings, done); }));
  EXPECT_TRUE(awaited([&](auto done) { store->unlock(unlock_key_for(settings.system_id), done); }));
  EXPECT_TRUE(awaited([&](auto done) { store->put_account({"root", AdminRole::administrator, hash}, done); }));
  EXPECT_TRUE(awaited([&](auto done) { store->put_account({"eve", AdminRole::reader, hash}, done); }));
  EXPECT_TRUE(awaited([&](auto done) { store->remove_account("eve", done); }));
  Subscription s = subscription("2001");
  EXPECT_TRUE(awaited([&](auto done) { store->add_subscription(s, done); }));
  s.facility_class = "staff";
  s.credentials = {};
  EXPECT_TRUE(awaited([&](auto done) { store->change_subscription(s, done); }));

  const auto live = store->snapshot();
  const auto disk = opened()->load();
  ASSERT_TRUE(disk);
  for (const Snapshot* snapshot : {live.get(), &*disk}) {
    EXPECT_EQ(snapshot->settings.realm, "pbx.example.org");
    EXPECT_EQ(snapshot->settings.fqdns, settings.fqdns);
    EXPECT_TRUE(snapshot->settings.licensed);
    EXPECT_EQ(snapshot->classes.size(), 1u);
    EXPECT_EQ(snapshot->accounts.size(), 1u);
    ASSERT_NE(snapshot->find("2001"), nullptr);
    EXPECT_EQ(snapshot->find("2001")->auth_user, "2001");
    EXPECT_EQ(snapshot->find("2001")->credentials.md5, subscription("2001").credentials.md5);
    EXPECT_FALSE(snapshot->class_right(*snapshot->find("2001")));
  }
}

TEST_F(StoreTest, FailsOneRequestAmongManyWithoutHarmToTheOthers) {
  const auto store = started();
  std::atomic<int> failed{0};
  std::atomic<int> done{0};
  for (int i = 0; i < 100; ++i) {
    // Every tenth repeats the number before it.
    const int number = i % 10 == 9 ? i - 1 : i;
    store->add_subscription(subscription(std::to_string(number)), [&](base::Result<void> r) {
      ++done;
      if (!r && r.error().code == "subscription.exists") ++failed;
    });
  }
  ASSERT_TRUE(awaited([&](auto d) { store->write_journal({0, {}, "system", "test.end", "End.", ""}, d); }));
  EXPECT_EQ(done, 100);
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(store->snapshot()->subscriptions.size(), 90u);
}

TEST_F(StoreTest, ChangesNothingInTheSnapshotForARequestThatFails) {
  const auto store = started();
  const auto before = store->snapshot();
  EXPECT_EQ(code_of(awaited([&](auto done) { store->unlock("0000", done); })), "licence.key-invalid");
  EXPECT_EQ(code_of(awaited([&](auto done) { store->remove_subscription("1", done); })), "subscription.unknown");
  EXPECT_EQ(store->snapshot(), before);
}

TEST_F(StoreTest, TellsTheListenerOfEachNewSnapshot) {
  const auto store = started();
  std::promise<TransportMode> mode;
  store->on_change([&](std::shared_ptr<const Snapshot> s) { mode.set_value(s->settings.mode); });
  SystemSettings settings = store->snapshot()->settings;
  settings.mode = TransportMode::no_tls;
  store->change_settings(settings, {});
  EXPECT_EQ(mode.get_future().get(), TransportMode::no_tls);
}

TEST_F(StoreTest, CarriesOutWhatWasPostedBeforeItEnds) {
  {
    const auto store = started();
    for (int i = 0; i < 50; ++i) store->add_subscription(subscription(std::to_string(1000 + i)), {});
  }
  EXPECT_EQ(opened()->load()->subscriptions.size(), 50u);
}

TEST_F(StoreTest, AnswersQuestionsInTheOrderOfThePosts) {
  const auto store = started();
  CallRecord call;
  call.id = "c1";
  store->record_call(call, {});
  EXPECT_EQ(awaited<CallRecord>([&](auto done) { store->find_call("c1", done); })->id, "c1");
  EXPECT_EQ(awaited<std::vector<CallRecord>>([&](auto done) { store->recent_calls(10, done); })->size(), 1u);
  store->write_journal({0, {}, "root", "subscription.added", "Added.", "2001"}, {});
  const auto journal = awaited<std::vector<JournalEntry>>([&](auto done) { store->recent_journal(10, done); });
  ASSERT_EQ(journal->size(), 1u);
  EXPECT_EQ(journal->front().subject, "2001");
}

TEST_F(StoreTest, CommitsARecordThatNothingFollows) {
  const auto store = started();
  CallRecord call;
  call.id = "c1";
  EXPECT_TRUE(awaited([&](auto done) { store->record_call(call, done); }));
  EXPECT_TRUE(opened()->find_call("c1"));
  EXPECT_TRUE(awaited([&](auto done) { store->write_journal({0, {}, "root", "call.ended", "Ended.", "c1"}, done); }));
  EXPECT_EQ(opened()->recent_journal(10)->size(), 1u);
}

TEST_F(StoreTest, CommitsARecordBeforeTheChangeBehindIt) {
  const auto store = started();
  CallRecord call;
  call.id = "c1";
  store->record_call(call, {});
  ASSERT_TRUE(awaited([&](auto done) { store->add_subscription(subscription("2001"), done); }));
  EXPECT_TRUE(opened()->find_call("c1"));
}

TEST_F(StoreTest, RecordsMoreThanABatchWithoutLoss) {
  {
    const auto store = started();
    for (int i = 0; i < 1500; ++i) {
      CallRecord call;
      call.id = "c" + std::to_string(i);
      store->record_call(call, {});
    }
  }
  EXPECT_EQ(opened()->recent_calls(2000)->size(), 1500u);
}

TEST_F(StoreTest, OutlivesACompletionThatThrows) {
  const auto store = started();
  store->put_class({"a", true}, [](base::Result<void>) { throw std::runtime_error("a fault of the caller"); });
  EXPECT_TRUE(awaited([&](auto done) { store->put_class({"b", true}, done); }));
  EXPECT_EQ(store->snapshot()->classes.size(), 2u);
}

// Made for the thread sanitizer: readers on every side of a stream of replacements.
TEST_F(StoreTest, LetsManyThreadsReadWhileItChanges) {
  const auto store = started();
  ASSERT_TRUE(awaited([&](auto done) { store->add_subscription(subscription("2001"), done); }));
  std::atomic<bool> stop{false};
  std::atomic<int> broken{0};
  std::array<std::thread, 3> readers;
  for (auto& reader : readers) {
    reader = std::thread([&] {
      std::uint64_t last = 0;
      while (!stop) {
        const auto snapshot = store->snapshot();
        const Subscription* s = snapshot->find("2001");
        if (!s || s->number != "2001" || s->credentials.md5.empty() || snapshot->revision < last) ++broken;
        last = snapshot->revision;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    Subscription s = subscription("2001");
    s.display_name = std::to_string(i);
    store->change_subscription(s, {});
  }
  EXPECT_TRUE(awaited([&](auto done) { store->put_class({"end", true}, done); }));
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(store->snapshot()->find("2001")->display_name, "199");
}

}  // namespace
}  // namespace cadenas::store
