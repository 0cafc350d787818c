#include "pki/identity_store.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "temporary_directory.hpp"
#include "test_ca.hpp"

namespace cadenas::pki {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;

class IdentityStoreTest : public ::testing::Test {
 protected:
  StoredIdentity open() {
    auto opened = store.open(names, options);
    if (!opened) throw std::runtime_error(opened.error().code + ": " + opened.error().message);
    return std::move(*opened);
  }
  void put(const Identity& identity) {
    fs::create_directories(store.key_file().parent_path());
    ASSERT_TRUE(identity.key().save(store.key_file()));
    std::ofstream(store.certificate_file()) << identity.leaf().to_pem();
  }
  static bool has(const Findings& findings, const std::string& code) {
    return std::any_of(findings.begin(), findings.end(), [&](const base::Error& f) { return f.code == code; });
  }
  static unsigned mode(const fs::path& file) { return static_cast<unsigned>(fs::status(file).permissions()); }
  static std::string content(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  TemporaryDirectory directory;
  base::ManualClock clock{base::SystemClock().now()};
  IdentityStore store{directory.path() / "own", clock};
  SelfSignedNames names{.tel_address = "192.0.2.10", .other_addresses = {}, .host_names = {"pbx.example"}};
  SelfSignedOptions options{.key = KeyAlgorithm::ecdsa_p256};
};

TEST_F(IdentityStoreTest, MakesACertificateWhenThereIsNone) {
  const StoredIdentity made = open();
  EXPECT_TRUE(made.replaced);
  EXPECT_TRUE(has(made.findings, "identity.created"));
  EXPECT_EQ(mode(store.key_file()), 0600U);
  EXPECT_EQ(mode(store.key_file().parent_path()), 0700U);
  EXPECT_FALSE(fs::exists(store.key_file().string() + ".new"));
}

TEST_F(IdentityStoreTest, KeepsItsCertificateOverARestart) {
  const StoredIdentity made = open();
  const StoredIdentity again = open();
  EXPECT_FALSE(again.replaced);
  EXPECT_TRUE(again.findings.empty());
  EXPECT_EQ(again.identity->leaf(), made.identity->leaf());
}

// CERT-1: renewed by itself, before the end.
TEST_F(IdentityStoreTest, RenewsFourteenDaysBeforeTheEnd) {
  const Certificate first = open().identity->leaf();
  clock.advance(days(365 - 14) - std::chrono::hours(1));
  EXPECT_FALSE(open().replaced);
  clock.advance(std::chrono::hours(2));
  const StoredIdentity renewed = open();
  EXPECT_TRUE(renewed.replaced);
  EXPECT_EQ(renewed.identity->leaf().state(clock.now()), CertificateState::valid);
  EXPECT_NE(renewed.identity->leaf().facts().serial, first.facts().serial);
  EXPECT_EQ(first.state(clock.now()), CertificateState::expiring);
}

TEST_F(IdentityStoreTest, RenewsAnExpiredCertificateAndOneFromTheFuture) {
  open();
  clock.advance(days(800));
  EXPECT_TRUE(open().replaced);
  clock.advance(-days(400));
  EXPECT_TRUE(open().replaced);
}

TEST_F(IdentityStoreTest, RenewsWhenAddressOrNameOrKindChanges) {
  open();
  names.tel_address = "192.0.2.11";
  EXPECT_TRUE(open().replaced);
  names.host_names.emplace_back("second.example");
  EXPECT_TRUE(open().replaced);
  options.hash = SignatureHash::sha1;
  EXPECT_TRUE(open().replaced);
  options.key = KeyAlgorithm::rsa_2048;
  EXPECT_TRUE(open().replaced);
  EXPECT_FALSE(open().replaced);
}

TEST_F(IdentityStoreTest, RegeneratesOnDemandWithANewKey) {
  open();
  const std::string old_key = content(store.key_file());
  EXPECT_TRUE(store.regenerate(names, options).value().replaced);
  EXPECT_NE(content(store.key_file()), old_key);
  EXPECT_FALSE(open().replaced);
}

TEST_F(IdentityStoreTest, ClosesAKeyThatOthersCouldRead) {
  open();
  fs::permissions(store.key_file(), fs::perms{0644});
  const StoredIdentity opened = open();
  EXPECT_FALSE(opened.replaced);
  EXPECT_TRUE(has(opened.findings, "identity.key-mode-fixed"));
  EXPECT_EQ(mode(store.key_file()), 0600U);
  EXPECT_TRUE(open().findings.empty());
}

TEST_F(IdentityStoreTest, RecoversFromACrashBetweenKeyAndCertificate) {
  open();
  ASSERT_TRUE(PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value().save(store.key_file()));
  EXPECT_TRUE(open().replaced);
  fs::remove(store.key_file());
  EXPECT_TRUE(open().replaced);
  fs::remove(store.certificate_file());
  EXPECT_TRUE(open().replaced);
}

TEST_F(IdentityStoreTest, ImportsInPlaceOfWhatIsThere) {  // CERT-2
  open();
  const Identity ca = issue({.common_name = "CA", .ca = true});
  const auto foreign = std::make_shared<const Identity>(issue({.common_name = "192.0.2.10"}, &ca));
  const auto stored = store.import(foreign);
  ASSERT_TRUE(stored);
  EXPECT_TRUE(has(stored->findings, "identity.imported"));
  EXPECT_EQ(open().identity->leaf(), foreign->leaf());
  EXPECT_EQ(mode(store.key_file()), 0600U);
}

// Each state that a crash within a replacement can leave: the old pair or the new one comes of it.
TEST_F(IdentityStoreTest, EndsAReplacementThatACrashCut) {
  const Identity ca = issue({.common_name = "CA", .ca = true});
  const auto before = std::make_shared<const Identity>(issue({.common_name = "192.0.2.10"}, &ca));
  const auto after = std::make_shared<const Identity>(issue({.common_name = "192.0.2.10"}, &ca));
  const fs::path own = store.key_file().parent_path();
  const auto write_next = [&](bool certificate) {
    ASSERT_TRUE(after->key().save(own / "next-key.pem"));
    if (certificate) std::ofstream(own / "next-cert.pem") << after->leaf().to_pem();
  };
  for (const int steps : {1, 2, 3, 4}) {
    ASSERT_TRUE(store.import(before));
    write_next(steps >= 2);
    if (steps >= 3) fs::rename(own / "next-key.pem", store.key_file());
    if (steps >= 4) fs::rename(own / "next-cert.pem", store.certificate_file());
    EXPECT_EQ(open().identity->leaf(), (steps >= 3 ? after : before)->leaf()) << steps;
    EXPECT_FALSE(fs::exists(own / "next-key.pem")) << steps;
    EXPECT_FALSE(fs::exists(own / "next-cert.pem")) << steps;
  }
}

// CERT-10: the root of an import outlives a restart, and never stands for another chain.
TEST_F(IdentityStoreTest, KeepsTheRootThatSignedTheChain) {
  const Identity ca = issue({.common_name = "CA", .ca = true});
  const auto import = [&](const Identity& leaf, std::optional<Certificate> root) {
    auto key = PrivateKey::from_pem(leaf.key().to_pem()->view()).value();
    const auto whole =
        std::make_shared<const Identity>(Identity::make(std::move(key), leaf.leaf(), {}, std::move(root)).value());
    ASSERT_TRUE(store.import(whole));
  };
  import(issue({.common_name = "192.0.2.10"}, &ca), ca.leaf());
  EXPECT_EQ(trust_for_phones(*open().identity), std::vector{ca.leaf()});
  const Identity other_ca = issue({.common_name = "CA", .ca = true});
  import(issue({.common_name = "192.0.2.10"}, &other_ca), std::nullopt);
  EXPECT_FALSE(open().identity->root()) << "the root of the import before";
  EXPECT_TRUE(trust_for_phones(*open().identity).empty());
}

TEST_F(IdentityStoreTest, GivesItsOwnCertificateToPhonesAsTheirCa) {
  const auto identity = open().identity;
  EXPECT_EQ(trust_for_phones(*identity), std::vector{identity->leaf()});
}

// What an administrator laid there is replaced where CERT-1 asks for it, but its key is not destroyed.
TEST_F(IdentityStoreTest, KeepsACopyOfWhatItDidNotMake) {
  const auto kept_keys = [&] {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(store.key_file().parent_path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("kept-") && name.ends_with("-key.pem")) out.push_back(content(entry.path()));
    }
    return out;
  };
  put(issue({.common_name = "an administrator's own"}));
  const std::string own_key = content(store.key_file());
  const StoredIdentity replaced = open();
  EXPECT_TRUE(replaced.replaced);
  EXPECT_TRUE(has(replaced.findings, "identity.foreign-kept"));
  EXPECT_EQ(kept_keys(), std::vector{own_key});
  clock.advance(days(400));
  EXPECT_FALSE(has(open().findings, "identity.foreign-kept")) << "a renewal of our own";
  EXPECT_EQ(kept_keys().size(), 1U);
  const Identity ca = issue({.common_name = "CA", .ca = true});
  put(issue({.common_name = "192.0.2.10"}, &ca));
  EXPECT_TRUE(has(store.regenerate(names, options)->findings, "identity.foreign-kept")) << "an imported one";
  EXPECT_EQ(kept_keys().size(), 2U);
}

TEST_F(IdentityStoreTest, LeavesUnreadableFilesAlone) {
  open();
  std::ofstream(store.certificate_file()) << "not a certificate";
  const auto refused = store.open(names, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "identity.unreadable");
  EXPECT_EQ(refused.error().field, store.certificate_file().string());
  EXPECT_EQ(content(store.certificate_file()), "not a certificate");
}

// CERT-8: a trusted certificate is warned about, never replaced.
TEST_F(IdentityStoreTest, WarnsAboutATrustedCertificateButKeepsIt) {
  const Identity ca = issue({.common_name = "CA", .ca = true});
  put(issue({.common_name = "192.0.2.99"}, &ca));
  EXPECT_TRUE(open().findings.empty());
  clock.advance(days(20));
  EXPECT_TRUE(has(open().findings, "cert.expiring"));
  clock.advance(days(20));
  const StoredIdentity expired = open();
  EXPECT_TRUE(has(expired.findings, "cert.expired"));
  EXPECT_FALSE(expired.replaced);
  EXPECT_EQ(expired.identity->leaf().facts().common_name, "192.0.2.99");
}

TEST_F(IdentityStoreTest, RefusesATrustedCertificateWithTheWrongKey) {
  const Identity ca = issue({.common_name = "CA", .ca = true});
  put(issue({.common_name = "192.0.2.99"}, &ca));
  ASSERT_TRUE(PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value().save(store.key_file()));
  const auto refused = store.open(names, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "identity.key-mismatch");
}

TEST_F(IdentityStoreTest, SaysWhenTheDirectoryCannotBeWritten) {
  std::ofstream(directory.path() / "own") << "a file where the directory should be";
  const auto refused = store.open(names, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "file.write-failed");
}

}  // namespace
}  // namespace cadenas::pki
