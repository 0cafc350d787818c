#include "pki/pkcs12.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "test_ca.hpp"
#include "test_pkcs12.hpp"

namespace cadenas::pki {
namespace {

std::string code_of(const base::Result<Pkcs12Contents>& result) {
  return result ? "none" : result.error().code;
}

/// CERT-2.
class Pkcs12 : public ::testing::Test {
 protected:
  void expect_opens(const base::Bytes& file, std::string_view password = "secret") {
    const auto contents = read_pkcs12(file, secret(password));
    ASSERT_TRUE(contents) << contents.error().code << ": " << contents.error().message;
    EXPECT_EQ(EVP_PKEY_eq(contents->key.handle(), leaf_.key().handle()), 1);
    ASSERT_EQ(contents->certificates.size(), 2U);
    for (const Certificate& wanted : {leaf_.leaf(), ca_.leaf()}) {
      EXPECT_TRUE(wanted == contents->certificates[0] || wanted == contents->certificates[1]);
    }
    // The key signs in the default library context, whose provider made none of it.
    EXPECT_TRUE(Identity::make(PrivateKey::from_pem(contents->key.to_pem().value().view()).value(), leaf_.leaf()));
    EXPECT_EQ(ERR_peek_error(), 0U);
  }

  /// Certificates and key encrypted alike and no MAC, which the command never writes.
  base::Bytes export_without_mac(int iterations) {
    const X509StackHandle others(sk_X509_new_null());
    X509_up_ref(ca_.leaf().handle());
    sk_X509_push(others.get(), ca_.leaf().handle());
    PKCS12* made = PKCS12_create("secret", nullptr, leaf_.key().handle(), leaf_.leaf().handle(), others.get(), 0, 0,
                                 iterations, -1, 0);
    unsigned char* der = nullptr;
    const int length = i2d_PKCS12(made, &der);
    PKCS12_free(made);
    base::Bytes file(der, der + length);
    OPENSSL_free(der);
    return file;
  }

  Identity ca_ = issue({.common_name = "CA", .ca = true});
  Identity leaf_ = issue({.common_name = "192.0.2.1"}, &ca_);
  Pkcs12Workshop workshop_;
};

TEST_F(Pkcs12, OpensWhatOpensslWritesToday) {
  expect_opens(workshop_.export_by_openssl(leaf_, {ca_.leaf()}));
}

TEST_F(Pkcs12, OpensOldAndNewAlgorithmsAlike) {
  for (const char* options : {"-legacy", "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
                              "-legacy -keypbe PBE-SHA1-RC2-40 -certpbe PBE-SHA1-RC2-128 -macalg md5",
                              "-legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-40",
                              "-keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha512 -iter 20000",
                              "-keypbe NONE -certpbe NONE", "-keypbe AES-256-CBC -certpbe NONE -nomac"}) {
    SCOPED_TRACE(options);
    expect_opens(workshop_.export_by_openssl(leaf_, {ca_.leaf()}, options));
  }
}

TEST_F(Pkcs12, OpensWhatGnutlsWrites) {
  workshop_.write_key("key.pem", leaf_.key());
  workshop_.write("chain.pem", to_pem({leaf_.leaf(), ca_.leaf()}));
  for (const char* cipher : {"aes-256", "3des-pkcs12", "rc2-40", "arcfour"}) {
    SCOPED_TRACE(cipher);
    workshop_.run(
        "certtool --to-p12 --load-privkey key.pem --load-certificate chain.pem --p12-name pbx --password secret "
        "--pkcs-cipher " +
        std::string(cipher) + " --outder --outfile gnutls.p12");
    expect_opens(workshop_.read("gnutls.p12"));
  }
}

TEST_F(Pkcs12, LeavesTheDefaultContextWithoutTheOldAlgorithms) {
  expect_opens(workshop_.export_by_openssl(leaf_, {ca_.leaf()}, "-legacy"));
  EXPECT_EQ(EVP_CIPHER_fetch(nullptr, "RC2-40-CBC", nullptr), nullptr);
  ERR_clear_error();
}

TEST_F(Pkcs12, OpensRsaKeysToo) {
  const Identity rsa = issue({.common_name = "192.0.2.1", .key = KeyAlgorithm::rsa_2048}, &ca_);
  const auto contents = read_pkcs12(workshop_.export_by_openssl(rsa, {}, "-legacy"), secret("secret"));
  ASSERT_TRUE(contents);
  EXPECT_TRUE(Identity::make(PrivateKey::from_pem(contents->key.to_pem().value().view()).value(), rsa.leaf()));
}

TEST_F(Pkcs12, TellsAWrongPasswordWithAndWithoutAMac) {
  for (const base::Bytes& file :
       {workshop_.export_by_openssl(leaf_, {ca_.leaf()}), workshop_.export_by_openssl(leaf_, {ca_.leaf()}, "-legacy"),
        workshop_.export_by_openssl(leaf_, {ca_.leaf()}, "-nomac"), export_without_mac(2)}) {
    for (const char* wrong : {"", "Secret", "secret ",
                              "s\xc3\xa9"
                              "cret"}) {
      EXPECT_EQ(code_of(read_pkcs12(file, secret(wrong))), "pkcs12.wrong-password") << wrong;
    }
    EXPECT_EQ(code_of(read_pkcs12(file, secret(std::string(5000, 'x')))), "pkcs12.wrong-password");
  }
  expect_opens(export_without_mac(2));
}

// RFC 7292 appendix B.1 and what older tools made of it.
TEST_F(Pkcs12, UnderstandsPasswordsBeyondAsciiHoweverTheyWereEncoded) {
  const std::string utf8 =
      "cl\xc3\xa9 priv\xc3\xa9"
      "e";
  const std::string latin1 =
      "cl\xe9 priv\xe9"
      "e";
  const std::string twice =
      "cl\xc3\x83\xc2\xa9 priv\xc3\x83\xc2\xa9"
      "e";
  for (const char* options : {"", "-legacy"}) {
    for (const std::string& written : {utf8, latin1, twice}) {
      SCOPED_TRACE(options + written);
      expect_opens(workshop_.export_by_openssl(leaf_, {ca_.leaf()}, options, written), utf8);
    }
  }
  expect_opens(workshop_.export_by_openssl(leaf_, {ca_.leaf()}, "", "\xe5\xaf\x86\xe7\xa0\x81"),
               "\xe5\xaf\x86\xe7\xa0\x81");
}

TEST_F(Pkcs12, OpensFilesWithAnEmptyPassword) {
  expect_opens(workshop_.export_by_openssl(leaf_, {ca_.leaf()}, "", ""), "");
  // No password at all is another thing than an empty one; some tools write it.
  workshop_.write_key("key.pem", leaf_.key());
  workshop_.write("chain.pem", to_pem({leaf_.leaf(), ca_.leaf()}));
  workshop_.run(
      "certtool --to-p12 --load-privkey key.pem --load-certificate chain.pem --p12-name pbx --null-password "
      "--pkcs-cipher 3des-pkcs12 --outder --outfile gnutls.p12");
  expect_opens(workshop_.read("gnutls.p12"), "");
}

TEST_F(Pkcs12, TellsWhatIsMissingOrTooMuch) {
  workshop_.write_key("key.pem", leaf_.key());
  workshop_.write_key("other.pem", ca_.key());
  workshop_.write("leaf.pem", leaf_.leaf().to_pem());
  workshop_.run("openssl pkcs12 -export -nokeys -in leaf.pem -passout pass:secret -out certificates.p12");
  EXPECT_EQ(code_of(read_pkcs12(workshop_.read("certificates.p12"), secret("secret"))), "pkcs12.no-key");
  workshop_.run("openssl pkcs12 -export -nocerts -inkey key.pem -passout pass:secret -out key.p12");
  EXPECT_EQ(code_of(read_pkcs12(workshop_.read("key.p12"), secret("secret"))), "pkcs12.no-certificate");
  workshop_.run(
      "cat key.pem other.pem > keys.pem && certtool --to-p12 --load-privkey keys.pem --load-certificate leaf.pem"
      " --p12-name pbx --password secret --outder --outfile keys.p12");
  EXPECT_EQ(code_of(read_pkcs12(
                workshop_.export_by_openssl(leaf_, std::vector<Certificate>(most_pkcs12_certificates, ca_.leaf())),
                secret("secret"))),
            "pkcs12.too-large");
}

TEST_F(Pkcs12, RefusesWhatIsNoPkcs12File) {
  const base::Bytes good = workshop_.export_by_openssl(leaf_, {ca_.leaf()});
  base::Bytes longer = good;
  longer.push_back(0);
  const base::Bytes shorter(good.begin(), good.end() - 1);
  for (const base::Bytes& file : {base::Bytes{}, base::Bytes{0x30, 0x00}, leaf_.leaf().to_der(), longer, shorter}) {
    EXPECT_EQ(code_of(read_pkcs12(file, secret("secret"))), "pkcs12.unreadable");
  }
  EXPECT_EQ(code_of(read_pkcs12(base::Bytes(largest_pkcs12 + 1), secret("secret"))), "pkcs12.too-large");
}

TEST_F(Pkcs12, NeverOpensADamagedFileNorFallsOverIt) {
  const base::Bytes good = workshop_.export_by_openssl(leaf_, {ca_.leaf()}, "-iter 1 -maciter");
  const base::SecretBytes password = secret("secret");
  for (std::size_t i = 0; i < good.size(); i += 7) {
    base::Bytes damaged = good;
    damaged[i] ^= 0x15;
    const auto contents = read_pkcs12(damaged, password);
    // What the MAC does not cover (its own parameters, unused attributes) may change without harm.
    if (contents) {
      EXPECT_EQ(EVP_PKEY_eq(contents->key.handle(), leaf_.key().handle()), 1);
    } else {
      EXPECT_TRUE(contents.error().code.starts_with("pkcs12.")) << contents.error().code;
    }
  }
}

// A file of few octets must not keep the machine busy: were these computed, the test would take minutes.
TEST_F(Pkcs12, RefusesToComputeWhatAHostileFileAsksFor) {
  const base::Bytes modest{0x02, 0x03, 0x01, 0x00, 0x00};     // 65,536
  const base::Bytes excessive{0x02, 0x03, 0x7f, 0xff, 0xff};  // 8,388,607
  const auto excessive_places = [&](const base::Bytes& good) {
    int refused = 0;
    for (auto at = good.begin(); (at = std::search(at, good.end(), modest.begin(), modest.end())) != good.end(); ++at) {
      base::Bytes hostile = good;
      std::copy(excessive.begin(), excessive.end(), hostile.begin() + (at - good.begin()));
      if (code_of(read_pkcs12(hostile, secret("secret"))) == "pkcs12.too-costly") ++refused;
    }
    return refused;
  };
  EXPECT_EQ(excessive_places(export_without_mac(65536)), 2);  // the certificates and the key
  // The MAC alone: it is verified first, and fails where another count was changed.
  EXPECT_EQ(excessive_places(workshop_.export_by_openssl(leaf_, {ca_.leaf()}, "-iter 65536")), 1);
}

// CERT-12.
TEST_F(Pkcs12, TellsAMissingFileFromOneItCannotRead) {
  EXPECT_EQ(code_of(read_pkcs12_file(workshop_.path() / "none.p12", secret("x"))), "pkcs12.not-found");
  EXPECT_EQ(code_of(read_pkcs12_file(workshop_.path(), secret("x"))), "pkcs12.unreadable");
  workshop_.export_by_openssl(leaf_, {ca_.leaf()});
  EXPECT_EQ(code_of(read_pkcs12_file(workshop_.path() / "made.p12", secret("secret"))), "none");
  workshop_.write("huge.p12", std::string(largest_pkcs12 + 1, 'x'));
  EXPECT_EQ(code_of(read_pkcs12_file(workshop_.path() / "huge.p12", secret("x"))), "pkcs12.too-large");
}

}  // namespace
}  // namespace cadenas::pki
