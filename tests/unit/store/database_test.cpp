#include "store/database.hpp"

#include <algorithm>
#include <fstream>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>

#include "store/licence.hpp"
#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class DatabaseTest : public TemporaryDatabase {};

TEST_F(DatabaseTest, KeepsItsFilesPrivate) {
  const auto database = opened();
  ASSERT_TRUE(database->add_subscription(subscription("2001")));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((file() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(DatabaseTest, TakesAnOpenFileToPrivateMode) {
  opened();
  ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
  const auto database = opened();
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(DatabaseTest, SaysWhereItCannotOpen) {
  EXPECT_EQ(code_of(Database::open((folder_ / "none" / "x.db").string())), "store.open");
  EXPECT_EQ(code_of(Database::open("")), "store.open");
  std::filesystem::create_symlink(folder_ / "elsewhere", folder_ / "link.db");
  EXPECT_EQ(code_of(Database::open((folder_ / "link.db").string())), "store.open");
}

TEST_F(DatabaseTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file()) << std::string(8192, 'x');
  EXPECT_EQ(code_of(Database::open(file())), "store.damaged");
}

TEST_F(DatabaseTest, MakesASystemIdOnceAndKeepsIt) {
  const std::string id = opened()->load()->settings.system_id;
  EXPECT_EQ(id.size(), 16u);
  EXPECT_EQ(opened()->load()->settings.system_id, id);
}

TEST_F(DatabaseTest, BringsBackASubscriptionAsItWasStored) {
  Subscription s = subscription("2001");
  s.auth_user = "ann";
  s.encryption_right = false;
  s.srtp_mode = SrtpMode::only;
  s.terminal = TerminalKind::i7xx;
  s.offer_style = OfferStyle::avp_crypto;
  s.facility_class = "staff";
  {
    const auto database = opened();
    ASSERT_TRUE(database->put_class({"staff", true}));
    ASSERT_TRUE(database->add_subscription(s));
  }
  const auto snapshot = opened()->load();
  const Subscription* found = snapshot->find("2001");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->display_name, "Zoé");
  EXPECT_EQ(found->auth_user, "ann");
  EXPECT_EQ(found->credentials.md5, s.credentials.md5);
  EXPECT_EQ(found->credentials.sha256, s.credentials.sha256);
  EXPECT_FALSE(found->encryption_right);
  EXPECT_EQ(found->srtp_mode, SrtpMode::only);
  EXPECT_EQ(found->terminal, TerminalKind::i7xx);
  EXPECT_EQ(found->offer_style, OfferStyle::avp_crypto);
  EXPECT_EQ(found->facility_class, "staff");
  EXPECT_EQ(snapshot->find("2002"), nullptr);
}

TEST_F(DatabaseTest, NamesWhatIsWrongWithASubscription) {
  const auto database = opened();
  ASSERT_TRUE(database->add_subscription(subscription("2001")));
  EXPECT_EQ(code_of(database->add_subscription(subscription("2001"))), "subscription.exists");
  EXPECT_EQ(code_of(database->change_subscription(subscription("2002"))), "subscription.unknown");
  EXPECT_EQ(code_of(database->remove_subscription("2002")), "subscription.unknown");
  EXPECT_EQ(code_of(database->add_subscription(subscription("20 2"))), "subscription.number-invalid");
  Subscription bare;
  bare.number = "2003";
  EXPECT_EQ(code_of(database->add_subscription(bare)), "subscription.no-credentials");
  Subscription classless = subscription("2004");
  classless.facility_class = "none";
  EXPECT_EQ(code_of(database->add_subscription(classless)), "subscription.class-unknown");
  EXPECT_EQ(database->load()->subscriptions.size(), 1u);
}

TEST_F(DatabaseTest, KeepsTheStoredPasswordWhereAChangeBringsNone) {
  const auto database = opened();
  ASSERT_TRUE(database->add_subscription(subscription("2001")));
  Subscription change;
  change.number = "2001";
  change.display_name = "New";
  const auto stored = database->change_subscription(change);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->credentials.md5, subscription("2001").credentials.md5);
  EXPECT_EQ(database->load()->find("2001")->display_name, "New");
  // HA1 holds the user name, so the old one is worth nothing under a new name.
  change.auth_user = "other";
  EXPECT_EQ(code_of(database->change_subscription(change)), "subscription.no-credentials");
}

// Quotes in values are values.
TEST_F(DatabaseTest, StoresWhatLooksLikeSqlAsText) {
  const auto database = opened();
  Subscription s = subscription("2001");
  s.display_name = "'); DROP TABLE subscription; --";
  ASSERT_TRUE(database->add_subscription(s));
  EXPECT_EQ(database->load()->find("2001")->display_name, s.display_name);
}

TEST_F(DatabaseTest, HoldsOnToAClassInUse) {
  const auto database = opened();
  ASSERT_TRUE(database->put_class({"staff", true}));
  Subscription s = subscription("2001");
  s.facility_class = "staff";
  ASSERT_TRUE(database->add_subscription(s));
  EXPECT_EQ(code_of(database->remove_class("staff")), "class.in-use");
  ASSERT_TRUE(database->remove_subscription("2001"));
  EXPECT_EQ(code_of(database->remove_class("staff")), "ok");
  EXPECT_EQ(code_of(database->remove_class("staff")), "class.unknown");
  EXPECT_EQ(code_of(database->put_class({"", true})), "class.name-invalid");
}

TEST_F(DatabaseTest, ChangesSettingsButNotWhatIsNotTheirsToChange) {
  const auto database = opened();
  SystemSettings s = database->load()->settings;
  const std::string id = s.system_id;
  s.system_id = "forged";
  s.licensed = true;
  s.realm = "pbx.example.org";
  s.voice_encryption = false;
  s.inter_ipbx_encryption = true;
  s.mode = TransportMode::no_tls;
  s.tel_addresses = {"192.0.2.1", "2001:db8::1"};
  s.admin_addresses = {"192.0.2.2"};
  s.fqdns = {"b.example.org", "a.example.org"};
  ASSERT_TRUE(database->change_settings(s));
  const SystemSettings stored = database->load()->settings;
  EXPECT_EQ(stored.system_id, id);
  EXPECT_FALSE(stored.licensed);
  EXPECT_EQ(stored.realm, "pbx.example.org");
  EXPECT_FALSE(stored.voice_encryption);
  EXPECT_TRUE(stored.inter_ipbx_encryption);
  EXPECT_EQ(stored.mode, TransportMode::no_tls);
  EXPECT_EQ(stored.tel_addresses, s.tel_addresses);
  EXPECT_EQ(stored.admin_addresses, s.admin_addresses);
  EXPECT_EQ(stored.fqdns, s.fqdns);
}

TEST_F(DatabaseTest, KeepsTheRealmWhileDigestsHoldForIt) {
  const auto database = opened();
  ASSERT_TRUE(database->add_subscription(subscription("2001")));
  SystemSettings s = database->load()->settings;
  s.realm = "other";
  EXPECT_EQ(code_of(database->change_settings(s)), "settings.realm-in-use");
}

// RIGHT-1
TEST_F(DatabaseTest, UnlocksEncryptionWithTheKeyOfThisSystemOnly) {
  const auto database = opened();
  const std::string id = database->load()->settings.system_id;
  EXPECT_EQ(code_of(database->unlock(unlock_key_for(id + "x"))), "licence.key-invalid");
  EXPECT_FALSE(database->load()->settings.licensed);
  EXPECT_EQ(code_of(database->unlock(unlock_key_for(id))), "ok");
  EXPECT_TRUE(database->load()->settings.licensed);
}

TEST_F(DatabaseTest, NeverLosesItsLastAdministrator) {
  const auto database = opened();
  const PasswordHash hash = *PasswordHash::of("correct horse");
  ASSERT_TRUE(database->put_account({"root", AdminRole::administrator, hash}));
  EXPECT_EQ(code_of(database->remove_account("root")), "account.last-administrator");
  EXPECT_EQ(code_of(database->put_account({"root", AdminRole::reader, hash})), "account.last-administrator");
  ASSERT_TRUE(database->put_account({"second", AdminRole::administrator, hash}));
  EXPECT_EQ(code_of(database->remove_account("root")), "ok");
  EXPECT_EQ(code_of(database->remove_account("root")), "account.unknown");
  EXPECT_EQ(code_of(database->put_account({"", AdminRole::reader, hash})), "account.name-invalid");
  EXPECT_EQ(code_of(database->put_account({"third", AdminRole::reader, {}})), "account.no-password");
  const auto snapshot = database->load();
  ASSERT_EQ(snapshot->accounts.size(), 1u);
  EXPECT_TRUE(snapshot->accounts.at("second").password.matches("correct horse"));
}

CallRecord call(const std::string& id) {
  CallRecord c;
  c.id = id;
  c.from = "2001";
  c.to = "2002";
  c.started = base::WallTime{base::Millis{1'700'000'000'000}};
  c.answered = c.started + base::Millis{2500};
  c.ended = c.started + base::Millis{9000};
  c.cause = "bye";
  c.legs = {{"2001",
             "TLS",
             "TLSv1.3",
             "TLS_AES_256_GCM_SHA384",
             "AES_CM_128_HMAC_SHA1_80",
             "DTLS-SRTP",
             450,
             1,
             2,
             0,
             true,
             {}},
            {"2002", "UDP", "", "", "", "", 0, 0, 0, 449, false, {"policy.no-right", "policy.signalling-clear"}}};
  return c;
}

// RIGHT-9: the proof of each leg outlives the call.
TEST_F(DatabaseTest, BringsBackACallWithTheProofOfEachLeg) {
  const auto database = opened();
  ASSERT_TRUE(database->record_call(call("c1")));
  const auto found = database->find_call("c1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->from, "2001");
  EXPECT_EQ(found->to, "2002");
  EXPECT_EQ(found->answered, call("c1").answered);
  EXPECT_EQ(found->ended, call("c1").ended);
  EXPECT_EQ(found->cause, "bye");
  ASSERT_EQ(found->legs.size(), 2u);
  EXPECT_EQ(found->legs[0].tls_cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(found->legs[0].srtp_suite, "AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(found->legs[0].key_exchange, "DTLS-SRTP");
  EXPECT_EQ(found->legs[0].packets_authenticated, 450u);
  EXPECT_EQ(found->legs[0].packets_rejected, 1u);
  EXPECT_EQ(found->legs[0].packets_replayed, 2u);
  EXPECT_TRUE(found->legs[0].padlock);
  EXPECT_TRUE(found->legs[0].failing.empty());
  EXPECT_EQ(found->legs[1].packets_clear, 449u);
  EXPECT_FALSE(found->legs[1].padlock);
  EXPECT_EQ(found->legs[1].failing, (std::vector<std::string>{"policy.no-right", "policy.signalling-clear"}));
}

TEST_F(DatabaseTest, TellsUnansweredCallsFromAnsweredOnes) {
  const auto database = opened();
  CallRecord c = call("c1");
  c.answered.reset();
  ASSERT_TRUE(database->record_call(c));
  EXPECT_EQ(database->find_call("c1")->answered, std::nullopt);
  EXPECT_EQ(code_of(database->record_call(c)), "call.exists");
  EXPECT_EQ(code_of(database->find_call("c2")), "call.unknown");
}

TEST_F(DatabaseTest, KeepsNoMoreHistoryThanAskedFor) {
  const auto database = opened({3, 2});
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(database->record_call(call("c" + std::to_string(i))));
    ASSERT_TRUE(database->write_journal({0, {}, "system", "test.code", std::to_string(i), ""}));
  }
  const auto calls = database->recent_calls(100);
  ASSERT_EQ(calls->size(), 3u);
  EXPECT_EQ(calls->front().id, "c4");
  EXPECT_EQ(calls->back().id, "c2");
  EXPECT_EQ(calls->back().legs.size(), 2u);
  const auto journal = database->recent_journal(100);
  ASSERT_EQ(journal->size(), 2u);
  EXPECT_EQ(journal->front().message, "4");
  EXPECT_EQ(database->recent_calls(1)->size(), 1u);
  soci::session sql(soci::sqlite3, "dbname=\"" + file() + "\"");
  int legs = 0;
  sql << "SELECT COUNT(*) FROM call_leg", soci::into(legs);
  EXPECT_EQ(legs, 6);
}

// Old rows go in groups: see Retention.
TEST_F(DatabaseTest, LetsALongHistoryGrowByNoMoreThanASixtyFourth) {
  constexpr std::size_t kept = 128;
  const auto database = opened({kept, kept});
  std::size_t most = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    ASSERT_TRUE(database->record_call(call("c" + std::to_string(i))));
    ASSERT_TRUE(database->write_journal({0, {}, "system", "test.code", std::to_string(i), ""}));
    const auto calls = database->recent_calls(1000);
    ASSERT_EQ(calls->front().id, "c" + std::to_string(i));
    ASSERT_GE(calls->size(), std::min(kept, i + 1));
    ASSERT_EQ(database->recent_journal(1000)->size(), calls->size());
    most = std::max(most, calls->size());
  }
  EXPECT_EQ(most, kept + kept / 64);
}

/// Another connection to the database of the test, which makes SQLite refuse what a healthy disk would take.
class RefusingDatabaseTest : public DatabaseTest {
 protected:
  void execute(const std::string& statement) {
    soci::session sql(soci::sqlite3, "dbname=\"" + file() + "\"");
    sql << statement;
  }
  int rows_of(const std::string& table) {
    soci::session sql(soci::sqlite3, "dbname=\"" + file() + "\"");
    int rows = 0;
    sql << "SELECT COUNT(*) FROM " + table, soci::into(rows);
    return rows;
  }
  void refuse_second_leg() {
    execute(
        "CREATE TRIGGER refuse_leg BEFORE INSERT ON call_leg WHEN NEW.position = 1 AND NEW.party = 'refused'"
        " BEGIN SELECT RAISE(ABORT, 'no'); END");
  }
  static CallRecord refused_call() {
    CallRecord out = call("refused");
    out.legs[1].party = "refused";
    return out;
  }
};

TEST_F(RefusingDatabaseTest, LeavesNothingOfACallWhoseSecondLegIsRefused) {
  const auto database = opened();
  refuse_second_leg();
  EXPECT_EQ(code_of(database->record_call(refused_call())), "store.failed");
  EXPECT_EQ(rows_of("call"), 0);
  ASSERT_TRUE(database->begin());
  EXPECT_TRUE(database->record_call(call("before")));
  EXPECT_EQ(code_of(database->record_call(refused_call())), "store.failed");
  EXPECT_TRUE(database->record_call(call("after")));
  ASSERT_TRUE(database->commit());
  EXPECT_EQ(code_of(database->find_call("refused")), "call.unknown");
  EXPECT_EQ(rows_of("call"), 2);
  EXPECT_EQ(rows_of("call_leg"), 4);
}

TEST_F(RefusingDatabaseTest, LeavesNothingOfARowWhoseRemovalOfOlderOnesIsRefused) {
  const auto database = opened({1, 1});
  ASSERT_TRUE(database->record_call(call("first")));
  ASSERT_TRUE(database->write_journal({0, {}, "system", "test.first", "", ""}));
  execute(
      "CREATE TRIGGER keep_call BEFORE DELETE ON call WHEN OLD.id = 'first'"
      " BEGIN SELECT RAISE(ABORT, 'no'); END");
  execute(
      "CREATE TRIGGER keep_line BEFORE DELETE ON journal WHEN OLD.code = 'test.first'"
      " BEGIN SELECT RAISE(ABORT, 'no'); END");
  for (const bool together : {false, true}) {
    if (together) {
      ASSERT_TRUE(database->begin());
    }
    EXPECT_EQ(code_of(database->record_call(call("second"))), "store.failed");
    EXPECT_EQ(code_of(database->write_journal({0, {}, "system", "test.second", "", ""})), "store.failed");
    if (together) {
      ASSERT_TRUE(database->commit());
    }
    EXPECT_EQ(database->recent_calls(9)->front().id, "first");
    EXPECT_EQ(database->recent_journal(9)->front().code, "test.first");
  }
}

TEST_F(RefusingDatabaseTest, GivesUpTheTransactionWhereHalfACallCannotBeTakenBack) {
  const auto database = opened();
  refuse_second_leg();
  execute("CREATE TRIGGER keep_call BEFORE DELETE ON call BEGIN SELECT RAISE(ABORT, 'no'); END");
  ASSERT_TRUE(database->begin());
  EXPECT_TRUE(database->record_call(call("before")));
  EXPECT_EQ(code_of(database->record_call(refused_call())), "store.failed");
  EXPECT_FALSE(database->in_transaction());
  EXPECT_EQ(code_of(database->commit()), "store.failed");
  EXPECT_EQ(rows_of("call"), 0);
  EXPECT_EQ(rows_of("call_leg"), 0);
}

TEST_F(RefusingDatabaseTest, KeepsToItsRetentionThoughTheRemovalWasUndone) {
  const auto database = opened({128, 128});
  execute(
      "CREATE TRIGGER undo BEFORE INSERT ON journal WHEN NEW.code = 'test.undo'"
      " BEGIN SELECT RAISE(ROLLBACK, 'no'); END");
  for (int i = 0; i < 150; ++i) {
    ASSERT_TRUE(database->begin());
    EXPECT_TRUE(database->record_call(call("undone")));
    EXPECT_EQ(code_of(database->write_journal({0, {}, "system", "test.undo", "", ""})), "store.failed");
    EXPECT_FALSE(database->in_transaction());
    EXPECT_FALSE(database->commit());
    ASSERT_TRUE(database->record_call(call("c" + std::to_string(i))));
    ASSERT_LE(rows_of("call"), 130);
  }
}

// A refused statement quotes the values bound to it; an Error reaches logs and pages and must not.
TEST_F(DatabaseTest, LetsNoSecretIntoAnError) {
  const auto database = opened();
  {
    soci::session sql(soci::sqlite3, "dbname=\"" + file() + "\"");
    sql << "CREATE TRIGGER refuse BEFORE INSERT ON subscription BEGIN SELECT RAISE(ABORT, 'no'); END";
  }
  const Subscription s = subscription("2001");
  const auto refused = database->add_subscription(s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.failed");
  for (const Ha1& secret : {s.credentials.md5, s.credentials.sha256}) {
    EXPECT_EQ(refused.error().message.find(secret.reveal_hex()), std::string::npos);
    EXPECT_EQ(refused.error().field.find(secret.reveal_hex()), std::string::npos);
  }
  EXPECT_TRUE(database->load()->subscriptions.empty());
}

TEST_F(DatabaseTest, UndoesAWholeTransactionThatIsNotCommitted) {
  {
    const auto database = opened();
    ASSERT_TRUE(database->begin());
    ASSERT_TRUE(database->add_subscription(subscription("2001")));
    EXPECT_TRUE(database->in_transaction());
  }
  EXPECT_TRUE(opened()->load()->subscriptions.empty());
}

}  // namespace
}  // namespace cadenas::store
