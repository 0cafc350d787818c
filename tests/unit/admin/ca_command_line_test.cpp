#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "apps/cli/program.hpp"
#include "base/bytes.hpp"
#include "pki/pkcs12.hpp"

namespace cadenas::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// `cadenas ca` on a directory of its own; there is no iPBX anywhere.
class CaCommandLine : public ::testing::Test {
 protected:
  CaCommandLine() {
    std::string pattern = (fs::temp_directory_path() / "cadenas-ca-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~CaCommandLine() override { fs::remove_all(directory_); }

  struct Outcome {
    int status;
    std::string out;
    std::string err;
  };
  Outcome run(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.insert(arguments.begin(), "ca");
    arguments.insert(arguments.end(), {"--dir", file("ca")});
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in(input);
    const apps::cli::Surroundings surroundings{out, err, in, [](const char*) { return std::string(); }};
    const int status = apps::cli::run(std::move(arguments), surroundings);
    return {status, out.str(), err.str()};
  }
  boost::json::value json(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.emplace_back("--json");
    const Outcome done = run(std::move(arguments), input);
    EXPECT_EQ(done.status, 0) << done.err;
    return boost::json::parse(done.out);
  }
  std::string file(const std::string& name) const { return (directory_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(file(name)) << text; }

  fs::path directory_;
};

TEST_F(CaCommandLine, MakesACaAndShowsIt) {
  const auto made = run({"init", "--name", "Phones", "--crl-uri", "http://ca.example/list"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("CN=Phones"));
  const auto shown = json({"show"});
  EXPECT_EQ(shown.at("crl_uri").as_string(), "http://ca.example/list");
  EXPECT_TRUE(shown.at("certificate").at("ca").as_bool());
  EXPECT_TRUE(shown.at("token").is_null());
  const auto again = run({"init", "--name", "Phones"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("[ca.exists"));
}

// CERT-2: what it writes is what the import reads.
TEST_F(CaCommandLine, IssuesForAnIpbxAsPkcs12WithAPasswordFromTheInput) {
  ASSERT_EQ(run({"init", "--name", "Phones"}).status, 0);
  const auto issued = json({"issue", "192.0.2.1", "--address", "198.51.100.1,2001:db8::1", "--host", "pbx.example",
                            "--out", file("pbx.p12")},
                           "the password\n");
  const auto& certificate = issued.at("issued").as_array().front().at("certificate");
  EXPECT_EQ(certificate.at("ip_addresses").as_array().size(), 3U);
  const auto read = pki::read_pkcs12_file(file("pbx.p12"), base::SecretBytes::copy_of(base::as_bytes("the password")));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->certificates.size(), 2U);
  EXPECT_EQ(fs::status(file("pbx.p12")).permissions(), fs::perms::owner_read | fs::perms::owner_write);

  const auto empty = run({"issue", "192.0.2.1", "--out", file("pbx.p12")}, "\n");
  EXPECT_THAT(empty.err, HasSubstr("[client.password"));
  const auto wrong = run({"issue", "pbx.example", "--out", file("pbx.p12")}, "the password\n");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("[ca.names-invalid, pbx.example]"));
  EXPECT_EQ(json({"list"}).at("certificates").as_array().size(), 1U);
}

// TMA-10.
TEST_F(CaCommandLine, IssuesForPhonesOfAList) {
  ASSERT_EQ(run({"init", "--name", "Phones"}).status, 0);
  write("list", "102, 08:00:0f:00:00:02\r\n\n103\n");
  const auto issued = run({"issue-phones", "101", "--from", file("list"), "--key", "ecdsa_p256", "--out", file("out")});
  ASSERT_EQ(issued.status, 0) << issued.err;
  for (const char* name : {"101.crt", "102.key", "103.pem", "ca.pem"})
    EXPECT_TRUE(fs::exists(file("out") + "/" + name));
  EXPECT_THAT(run({"list"}).out, HasSubstr("102"));
  EXPECT_THAT(run({"issue-phones", "ca", "--key", "ecdsa_p256", "--out", file("out")}).err,
              HasSubstr("[ca.names-invalid"));
  EXPECT_THAT(run({"issue-phones", "--out", file("out")}).err, HasSubstr("[client.phones"));
}

TEST_F(CaCommandLine, RevokesByNameWhereThatSaysWhichAndPublishes) {
  ASSERT_EQ(run({"init", "--name", "Phones"}).status, 0);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(run({"issue-phones", "101", "102", "--key", "ecdsa_p256", "--out", file("out")}).status, 0);
  }
  const auto unclear = run({"revoke", "101"});
  EXPECT_EQ(unclear.status, 1);
  EXPECT_THAT(unclear.err, HasSubstr("[ca.several-certificates"));
  const auto certificates = json({"list"}).at("certificates");
  const std::string oldest(certificates.as_array().front().at("serial").as_string());
  EXPECT_EQ(run({"revoke", oldest, "--reason", "superseded"}).status, 0);
  EXPECT_EQ(run({"revoke", "101", "--reason", "keyCompromise"}).status, 0) << "one is left of this name";
  EXPECT_EQ(run({"revoke", "102", "--all"}).status, 0);
  EXPECT_THAT(run({"revoke", "102"}).err, HasSubstr("[ca.unknown-certificate"));
  const auto published = json({"publish", "--days", "7", "--to", file("served.crl")});
  EXPECT_EQ(published.at("entries").as_int64(), 4);
  EXPECT_FALSE(published.at("loaded").as_bool());
  EXPECT_TRUE(fs::exists(file("served.crl")));
  EXPECT_TRUE(fs::exists(file("ca/ca.crl.pem")));
}

TEST_F(CaCommandLine, NeverRepeatsAPin) {
  const std::string token = "pkcs11:object=a?module-path=/nowhere.so";
  const auto unreachable = run({"init", "--name", "Phones", "--token", token, "--pin-file", "-"}, "471147\n");
  EXPECT_EQ(unreachable.status, 1);
  EXPECT_THAT(unreachable.err, HasSubstr("[token.module-not-found"));
  EXPECT_THAT(unreachable.err, Not(HasSubstr("471147")));
  const auto shown =
      run({"init", "--name", "Phones", "--token", token + "&pin-value=471147", "--pin-file", "-"}, "x\n");
  EXPECT_THAT(shown.err, HasSubstr("[token.uri"));
  EXPECT_THAT(shown.err, Not(HasSubstr("471147")));
  EXPECT_FALSE(fs::exists(file("ca/ca.pem")));
}

}  // namespace
}  // namespace cadenas::test
