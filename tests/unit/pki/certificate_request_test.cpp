#include "pki/certificate_request.hpp"

#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "test_pkcs12.hpp"

namespace cadenas::pki {
namespace {

class Request : public ::testing::Test {
 protected:
  /// A request made by `openssl req` with these options, DER if asked for.
  base::Bytes made_by_openssl(const std::string& options, const std::string& form = "PEM") const {
    workshop_.run("openssl req -new -nodes -keyout key.pem -outform " + form + " -out made " + options);
    return workshop_.read("made");
  }
  static std::string refusal(const base::Bytes& octets) { return CertificateRequest::parse(octets).error().code; }

  Pkcs12Workshop workshop_;
};

const std::string ec = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=192.0.2.1 ";

TEST_F(Request, SaysKeyAndNames) {
  for (const char* form : {"PEM", "DER"}) {
    const auto request = CertificateRequest::parse(made_by_openssl(
        ec + "-addext subjectAltName=IP:192.0.2.1,IP:2001:db8::1,DNS:pbx.example,email:a@b.example", form));
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->common_name(), "192.0.2.1");
    EXPECT_EQ(request->ip_addresses(), (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
    EXPECT_EQ(request->dns_names(), (std::vector<std::string>{"pbx.example"}));
    const PrivateKey key = PrivateKey::load(workshop_.path() / "key.pem").value();
    EXPECT_EQ(EVP_PKEY_eq(key.handle(), request->public_key()), 1);
  }
}

TEST_F(Request, AsksForNothingWithoutExtensions) {
  const auto request = CertificateRequest::parse(made_by_openssl(ec)).value();
  EXPECT_TRUE(request.ip_addresses().empty() && request.dns_names().empty());
}

TEST_F(Request, RefusesASenderWhoDoesNotOwnTheKey) {
  base::Bytes der = made_by_openssl(ec, "DER");
  der.back() ^= 1;  // in the signature's last number
  EXPECT_EQ(refusal(der), "request.bad-signature");
}

TEST_F(Request, RefusesWeakAndUnknownKeys) {
  EXPECT_EQ(refusal(made_by_openssl("-newkey rsa:1024 -subj /CN=a")), "request.weak-key");
  EXPECT_EQ(refusal(made_by_openssl("-newkey ec -pkeyopt ec_paramgen_curve:P-192 -subj /CN=a")), "request.weak-key");
  EXPECT_EQ(refusal(made_by_openssl("-newkey ed25519 -subj /CN=a")), "request.weak-key");
  EXPECT_TRUE(CertificateRequest::parse(made_by_openssl("-newkey rsa:2048 -subj /CN=a")));
}

TEST_F(Request, RefusesWhatIsNone) {
  base::Bytes der = made_by_openssl(ec, "DER");
  EXPECT_EQ(refusal({}), "request.unreadable");
  EXPECT_EQ(refusal(base::Bytes(der.begin(), der.end() - 1)), "request.unreadable");
  der.push_back(0);
  EXPECT_EQ(refusal(der), "request.unreadable");
  EXPECT_EQ(refusal(workshop_.read("key.pem")), "request.unreadable");
  EXPECT_EQ(refusal(base::Bytes(largest_request + 1)), "request.unreadable");
}

}  // namespace
}  // namespace cadenas::pki
