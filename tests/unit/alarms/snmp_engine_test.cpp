#include "alarms/snmp_engine.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

namespace cadenas::alarms {
namespace {

class SnmpEngineFile : public testing::Test {
 protected:
  SnmpEngineFile() {
    std::string name = (std::filesystem::temp_directory_path() / "cadenas-engine-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~SnmpEngineFile() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  std::filesystem::path file() const { return folder_ / "snmp-engine"; }

  std::filesystem::path folder_;
};

// RFC 3411 §5, RFC 3414 §2.2
TEST_F(SnmpEngineFile, KeepsTheIdAndCountsEachStart) {
  const auto first = start_engine(file());
  const auto second = start_engine(file());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(base::to_hex(first->id).substr(0, 10), "80001f8805");
  EXPECT_EQ(first->id.size(), 13U);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(first->boots, 1U);
  EXPECT_EQ(second->boots, 2U);
  struct stat facts {};
  ASSERT_EQ(::stat(file().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(SnmpEngineFile, IsAnotherOneForAnotherSystem) {
  EXPECT_NE(start_engine(file())->id, start_engine(folder_ / "other")->id);
}

TEST_F(SnmpEngineFile, StaysAtTheGreatestCount) {
  write("80001f88050102030405060708 2147483647\n");
  EXPECT_EQ(start_engine(file())->boots, 2'147'483'647U);
}

TEST_F(SnmpEngineFile, IsNotReplacedWhereItCannotBeUnderstood) {
  for (const char* damaged : {"", "80001f88050102030405060708", "80001f88050102030405060708 \n", "80 1\n", "xx 1\n",
                              "80001f88050102030405060708 2147483648\n", "80001f88050102030405060708 1 \n"}) {
    write(damaged);
    const auto refused = start_engine(file());
    ASSERT_FALSE(refused) << damaged;
    EXPECT_EQ(refused.error().code, "snmp.engine-damaged");
    std::ifstream in(file());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), damaged);
  }
}

TEST_F(SnmpEngineFile, IsNotUsedWhereTheCountCannotBeKept) {
  EXPECT_FALSE(start_engine(folder_ / "nowhere" / "snmp-engine"));
}

}  // namespace
}  // namespace cadenas::alarms
