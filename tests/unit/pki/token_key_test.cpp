#include "pki/token_key.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "pki/authority.hpp"
#include "pki/token_uri.hpp"
#include "test_branch.hpp"
#include "test_pkcs12.hpp"

namespace cadenas::pki {
namespace {

constexpr const char* module = "/usr/lib/softhsm/libsofthsm2.so";

TEST(TokenUri, ReadsWhatItWrites) {
  const auto uri = TokenUri::parse(
      "pkcs11:token=The%20token;serial=12;manufacturer=M;model=X;object=a%3Bb;id=%01%ff;type=private?module-path=/a/"
      "b%20c.so");
  ASSERT_TRUE(uri) << uri.error().message;
  EXPECT_EQ(uri->token, "The token");
  EXPECT_EQ(uri->object, "a;b");
  EXPECT_EQ(uri->id, (base::Bytes{0x01, 0xff}));
  EXPECT_EQ(uri->module_path, "/a/b c.so");
  EXPECT_EQ(TokenUri::parse(uri->to_string()).value(), *uri);
}

TEST(TokenUri, RefusesWhatItWouldNotFollowAndEveryPin) {
  for (const char* bad :
       {"", "http://a", "pkcs11:", "pkcs11:object=a", "pkcs11:token=a?module-path=/m", "pkcs11:object?module-path=/m",
        "pkcs11:object=%g0?module-path=/m", "pkcs11:object=a?module-path=relative",
        "pkcs11:object=a;slot-id=1?module-path=/m", "pkcs11:object=a;type=public?module-path=/m",
        "pkcs11:object=a?module-path=/m&pin-value=4711", "pkcs11:object=a;pin-value=4711?module-path=/m",
        "pkcs11:object=a?module-path=/m&module-name=b"}) {
    const auto uri = TokenUri::parse(bad);
    ASSERT_FALSE(uri) << bad;
    EXPECT_EQ(uri.error().code, "token.uri") << bad;
    EXPECT_EQ(uri.error().message.find("4711"), std::string::npos);
  }
}

/// A SoftHSM with one token in a directory of its own.
class TokenKey : public ::testing::Test {
 protected:
  TokenKey() {
    workshop_.write("softhsm2.conf", "directories.tokendir = " + (workshop_.path() / "tokens").string() +
                                         "\nobjectstore.backend = file\nlog.level = ERROR\n");
    std::filesystem::create_directory(workshop_.path() / "tokens");
    ::setenv("SOFTHSM2_CONF", (workshop_.path() / "softhsm2.conf").c_str(), 1);
    workshop_.run("softhsm2-util --init-token --free --label cadenas --pin 471147 --so-pin 12345678");
  }
  ~TokenKey() override { ::unsetenv("SOFTHSM2_CONF"); }

  /// A key made outside and put in, as one that an administrator has already.
  void bring(const std::string& label, const std::string& id, const PrivateKey& key) const {
    workshop_.write_key("brought.pem", key);
    workshop_.run("softhsm2-util --import brought.pem --token cadenas --label " + label + " --id " + id +
                  " --pin 471147");
  }
  static TokenUri uri(const std::string& object) {
    return {.module_path = module, .token = "cadenas", .object = object};
  }
  static std::string refusal(const TokenUri& of, std::string_view pin = "471147") {
    const auto opened = open_token_key(of, secret(pin));
    return opened ? "" : opened.error().code;
  }

  Pkcs12Workshop workshop_;
  base::SystemClock clock_;
};

TEST_F(TokenKey, SignsAsTheKeyOfACaWhateverItsKind) {
  bring("ec", "01", PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value());
  bring("rsa", "02", PrivateKey::generate(KeyAlgorithm::rsa_2048).value());
  ASSERT_TRUE(generate_token_key(uri("made"), secret("471147")));
  for (const char* object : {"ec", "rsa", "made"}) {
    SCOPED_TRACE(object);
    const auto directory = workshop_.path() / object;
    const base::SecretBytes pin = secret("471147");
    {
      const PrivateKey key = open_token_key(uri(object), pin).value();
      const auto made = Authority::make(directory, {.name = "Token CA"}, uri(object), key, clock_);
      ASSERT_TRUE(made) << made.error().message;
    }
    Authority authority = Authority::open(directory, Authority::Purpose::change, clock_).value();
    EXPECT_FALSE(std::filesystem::exists(directory / "ca.key"));
    EXPECT_EQ(authority.key().error().code, "ca.pin-needed");
    const auto signer = authority.key(&pin);
    ASSERT_TRUE(signer) << signer.error().message;
    const PrivateKey phone = PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value();
    const auto leaf = authority.issue_for_phone(*signer, {.number = "101"}, phone.handle());
    ASSERT_TRUE(leaf) << leaf.error().message;
    ASSERT_TRUE(authority.revoke(leaf->facts().serial, RevocationReason::superseded));
    ASSERT_TRUE(authority.publish(*signer));
    workshop_.write("leaf.pem", leaf->to_pem());
    workshop_.run("openssl verify -x509_strict -CAfile " + std::string(object) + "/ca.pem leaf.pem");
    workshop_.run("openssl crl -in " + std::string(object) + "/ca.crl.pem -CAfile " + std::string(object) +
                  "/ca.pem -noout");
  }
}

TEST_F(TokenKey, NeverLeavesItsToken) {
  const auto key = generate_token_key(uri("made"), secret("471147"));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->to_pem().error().code, "key.unwritable");
  EXPECT_EQ(key->save(workshop_.path() / "stolen.pem").error().code, "key.unwritable");
  EXPECT_EQ(generate_token_key(uri("made"), secret("471147")).error().code, "token.key-exists");
}

TEST_F(TokenKey, NamesEachWayItCannotBeReached) {
  bring("one", "01", PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value());
  bring("one", "02", PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value());
  TokenUri elsewhere = uri("one");
  elsewhere.module_path = "/nowhere/module.so";
  EXPECT_EQ(refusal(elsewhere), "token.module-not-found");
  elsewhere.module_path = (workshop_.path() / "softhsm2.conf").string();
  EXPECT_EQ(refusal(elsewhere), "token.module-not-found");
  elsewhere = uri("one");
  elsewhere.token = "another";
  EXPECT_EQ(refusal(elsewhere), "token.not-found");
  EXPECT_EQ(refusal(uri("none")), "token.key-not-found");
  EXPECT_EQ(refusal(uri("one")), "token.key-several");
  TokenUri second = uri("one");
  second.id = {0x02};
  EXPECT_EQ(refusal(second), "");
  EXPECT_EQ(refusal(second, "471148"), "token.pin-wrong");
  EXPECT_EQ(refusal(second, ""), "token.pin-wrong");
  EXPECT_EQ(open_token_key(second, secret("471148")).error().message.find("471148"), std::string::npos);
}

}  // namespace
}  // namespace cadenas::pki
