#include "store/migrations.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class Migrations : public TemporaryDatabase {
 protected:
  std::unique_ptr<soci::session> raw() const {
    return std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + file() + "\"");
  }
  static int schema_of(soci::session& sql) {
    int version = -1;
    sql << "PRAGMA user_version", soci::into(version);
    return version;
  }
  /// Every table and index as SQLite keeps it.
  static std::string shape_of(soci::session& sql) {
    std::string shape;
    sql << "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)",
        soci::into(shape);
    return shape;
  }
};

TEST_F(Migrations, TakeAnEmptyFileToTheNewestSchema) {
  opened();
  EXPECT_EQ(schema_of(*raw()), newest_schema());
}

TEST_F(Migrations, TakeEachOlderSchemaToTheSameShapeAndKeepItsRows) {
  opened();
  const std::string shape = shape_of(*raw());
  for (int older = 0; older < newest_schema(); ++older) {
    std::filesystem::remove(file());
    {
      const auto sql = raw();
      ASSERT_TRUE(migrate(*sql, older));
      ASSERT_EQ(schema_of(*sql), older);
      if (older >= 1) {
        *sql << "INSERT INTO system (id, system_id, realm) VALUES (1, 'abcd', 'old.example')";
        *sql << "INSERT INTO facility_class VALUES ('staff', 0)";
        *sql << "INSERT INTO subscription (number, display_name, auth_user, ha1_md5, ha1_sha256, encryption_right,"
                " facility_class, srtp_mode, terminal, offer_style) VALUES ('2001', 'Ann', 'ann', '" +
                    std::string(32, 'a') + "', '" + std::string(64, 'b') +
                    "', 1, 'staff', 'only', 'mitel6000', 'savp')";
      }
    }
    const auto snapshot = opened()->load();
    ASSERT_TRUE(snapshot) << older;
    EXPECT_EQ(shape_of(*raw()), shape) << older;
    EXPECT_EQ(snapshot->find("2001") != nullptr, older >= 1);
    if (older >= 1) {
      EXPECT_EQ(snapshot->settings.realm, "old.example");
      EXPECT_EQ(snapshot->find("2001")->srtp_mode, SrtpMode::only);
      EXPECT_FALSE(snapshot->class_right(*snapshot->find("2001")));
    }
  }
}

TEST_F(Migrations, RefuseANewerSchemaAndLeaveItAlone) {
  opened();
  *raw() << "PRAGMA user_version = " + std::to_string(newest_schema() + 1);
  const auto refused = Database::open(file());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.newer-schema");
  EXPECT_EQ(schema_of(*raw()), newest_schema() + 1);
}

TEST_F(Migrations, LeaveTheOldSchemaWhereAStepFails) {
  {
    const auto sql = raw();
    ASSERT_TRUE(migrate(*sql, 1));
    // Step 3 will find its table there already, after step 2 has made its own.
    *sql << "CREATE TABLE journal (x)";
  }
  EXPECT_EQ(code_of(Database::open(file())), "store.failed");
  const auto sql = raw();
  EXPECT_EQ(schema_of(*sql), 1);
  EXPECT_EQ(shape_of(*sql).find("call_leg"), std::string::npos);
}

}  // namespace
}  // namespace cadenas::store
