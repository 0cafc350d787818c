#include "pki/crl.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "temporary_directory.hpp"
#include "test_ca.hpp"
#include "test_crl.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::days;

const Identity& authority() {
  static const Identity ca = issue({.common_name = "CA", .ca = true});
  return ca;
}

std::string refusal(const base::Bytes& octets) {
  const auto lists = UnverifiedCrl::parse(octets);
  return lists ? "read" : lists.error().code;
}

std::string refusal(const TestList& wanted) {
  return refusal(der_of(sign_list(wanted, authority())));
}

std::string pem_of(const CrlHandle& list) {
  const BioHandle sink(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(sink.get(), list.get());
  char* data = nullptr;
  const long length = BIO_get_mem_data(sink.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

base::Bytes octets_of(const std::string& text) {
  return {text.begin(), text.end()};
}

SerialNumber serial(const std::string& hex) {
  return SerialNumber::of(integer_of(hex).get());
}

/// An extension with nothing but NULL in it.
void add_extension(X509_CRL* list, const char* oid, bool critical) {
  const std::unique_ptr<ASN1_OBJECT, decltype(&ASN1_OBJECT_free)> object(OBJ_txt2obj(oid, 1), ASN1_OBJECT_free);
  const std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> value(ASN1_OCTET_STRING_new(),
                                                                                    ASN1_OCTET_STRING_free);
  const unsigned char null[] = {5, 0};
  ASN1_OCTET_STRING_set(value.get(), null, sizeof null);
  const X509ExtensionHandle extension(
      X509_EXTENSION_create_by_OBJ(nullptr, object.get(), critical ? 1 : 0, value.get()));
  X509_CRL_add_ext(list, extension.get(), -1);
}

TEST(Crl, SaysWhatItsListSays) {
  const std::time_t now = 1'700'000'000;
  const Crl list = make_list({.entries = {{"0a", 1}, {"ff00"}}, .number = 7}, authority(), now);
  EXPECT_EQ(list.facts().issuer, "CN=CA");
  EXPECT_EQ(list.facts().number, serial("07"));
  EXPECT_EQ(list.facts().entries, 2U);
  EXPECT_EQ(list.facts().this_update, base::WallTime(std::chrono::seconds(now)) - days(1));
  EXPECT_EQ(list.facts().next_update, base::WallTime(std::chrono::seconds(now)) + days(30));
  EXPECT_EQ(list.issuer(), IssuerId::of(authority().leaf().handle()));
  const RevokedEntry* entry = list.find(serial("0a"));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->reason, 1);
  EXPECT_EQ(entry->time(), list.facts().this_update);
  EXPECT_NE(list.find(serial("ff00")), nullptr);
  EXPECT_EQ(list.find(serial("ff")), nullptr);
}

TEST(Crl, FindsSerialsOfEveryForm) {
  const std::vector<std::string> forms = {
      "00", "01", "7f", "80", "ffffffffffffffffffffffffffffffffffffff", "7fffffffffffffffffffffffffffffffffffffff",
      // What RFC 5280 §4.1.2.2 forbids and CAs have issued.
      "-01", "-80", "ffffffffffffffffffffffffffffffffffffffff", "010000000000000000000000000000000000000000000000"};
  std::vector<TestEntry> entries;
  for (const auto& form : forms) entries.push_back({form});
  const Crl all = make_list({.entries = entries}, authority());
  EXPECT_EQ(all.facts().entries, forms.size());
  for (std::size_t i = 0; i < forms.size(); ++i) {
    EXPECT_NE(all.find(serial(forms[i])), nullptr) << forms[i];
    const Crl one = make_list({.entries = {entries[i]}}, authority());
    for (std::size_t j = 0; j < forms.size(); ++j) {
      EXPECT_EQ(one.find(serial(forms[j])) != nullptr, i == j) << forms[i] << " " << forms[j];
    }
  }
  EXPECT_EQ(serial("00").to_hex(), "00");
  EXPECT_EQ(serial("0a0b").to_hex(), "0a0b");
  EXPECT_LT(serial("ff"), serial("0100"));
}

TEST(Crl, ReadsDerPemAndSeveralListsOfOneFile) {
  const auto first = sign_list({.number = 1}, authority());
  const auto second = sign_list({.number = 2}, authority());
  EXPECT_EQ(UnverifiedCrl::parse(der_of(first))->size(), 1U);
  const auto both = UnverifiedCrl::parse(octets_of("Some text.\n" + pem_of(first) + pem_of(second)));
  ASSERT_TRUE(both) << both.error().message;
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ(both->back().facts().number, serial("02"));
}

TEST(Crl, RefusesWhatIsNoList) {
  EXPECT_EQ(refusal(base::Bytes{}), "crl.unreadable");
  EXPECT_EQ(refusal(octets_of("hello")), "crl.unreadable");
  EXPECT_EQ(refusal(authority().leaf().to_der()), "crl.unreadable");
  EXPECT_EQ(refusal(octets_of(authority().leaf().to_pem())), "crl.unreadable");
  EXPECT_EQ(refusal(base::Bytes(largest_crl + 1)), "crl.unreadable");
  base::Bytes list = der_of(sign_list({.entries = {{"01"}}}, authority()));
  EXPECT_EQ(refusal(list), "read");
  list.push_back(0);
  EXPECT_EQ(refusal(list), "crl.unreadable") << "octets behind it";
  list.pop_back();
  list.pop_back();
  EXPECT_EQ(refusal(list), "crl.unreadable") << "cut short";
}

TEST(Crl, RefusesAPemFileWhoseSecondListBreaksOff) {
  const std::string pem = pem_of(sign_list({.number = 1}, authority()));
  EXPECT_EQ(refusal(octets_of(pem + pem.substr(0, pem.size() / 2))), "crl.unreadable");
}

TEST(Crl, RefusesListsThatCoverMoreOrLessThanOneCa) {
  EXPECT_EQ(refusal({.change =
                         [](X509_CRL* list) {
                           const Asn1IntegerHandle base_number(ASN1_INTEGER_new());
                           X509_CRL_add1_ext_i2d(list, NID_delta_crl, base_number.get(), 1, 0);
                         }}),
            "crl.unsupported");
  // Not critical, as the RFC forbids, it still says that the list is not complete.
  for (const int critical : {0, 1}) {
    for (const bool indirect : {false, true}) {
      const auto add_point = [=](X509_CRL* list) {
        const std::unique_ptr<ISSUING_DIST_POINT, decltype(&ISSUING_DIST_POINT_free)> point(ISSUING_DIST_POINT_new(),
                                                                                            ISSUING_DIST_POINT_free);
        (indirect ? point->indirectCRL : point->onlyuser) = 0xff;
        X509_CRL_add1_ext_i2d(list, NID_issuing_distribution_point, point.get(), critical, 0);
      };
      EXPECT_EQ(refusal({.change = add_point}), "crl.unsupported");
    }
  }
}

TEST(Crl, RefusesCriticalExtensionsItDoesNotKnow) {
  const auto with_extension = [](bool critical) {
    return TestList{.change = [critical](X509_CRL* list) { add_extension(list, "1.3.6.1.4.1.99999.1", critical); }};
  };
  EXPECT_EQ(refusal(with_extension(true)), "crl.unsupported");
  EXPECT_EQ(refusal(with_extension(false)), "read");
}

TEST(Crl, RefusesCriticalExtensionsOfEntriesItDoesNotKnow) {
  const auto with_extension = [](int nid, bool critical) {
    return TestList{.entries = {{"01"}}, .change = [=](X509_CRL* list) {
                      X509_REVOKED* entry = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), 0);
                      const std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> value(
                          ASN1_OCTET_STRING_new(), ASN1_OCTET_STRING_free);
                      const X509ExtensionHandle extension(
                          X509_EXTENSION_create_by_NID(nullptr, nid, critical ? 1 : 0, value.get()));
                      X509_REVOKED_add_ext(entry, extension.get(), -1);
                    }};
  };
  EXPECT_EQ(refusal(with_extension(NID_hold_instruction_code, true)), "crl.unsupported");
  EXPECT_EQ(refusal(with_extension(NID_hold_instruction_code, false)), "read");
  // The entry of an indirect list speaks of another CA's certificate.
  EXPECT_EQ(refusal(with_extension(NID_certificate_issuer, false)), "crl.unsupported");
}

// RFC 5280 §5.3.1: 6 certificateHold, 8 removeFromCRL.
TEST(Crl, LeavesOutEntriesThatWereTakenBack) {
  const Crl list = make_list({.entries = {{"01", 6}, {"02", 8}, {"03"}}}, authority());
  EXPECT_EQ(list.facts().entries, 2U);
  EXPECT_NE(list.find(serial("01")), nullptr);
  EXPECT_EQ(list.find(serial("02")), nullptr);
}

TEST(Crl, JudgesItsDates) {
  const std::time_t now = 1'700'000'000;
  const base::WallTime today{std::chrono::seconds(now)};
  const Crl list = make_list({.from = days(0), .until = days(7)}, authority(), now);
  EXPECT_TRUE(list.check_dates(today));
  EXPECT_TRUE(list.check_dates(today + days(7)));
  EXPECT_EQ(list.check_dates(today - base::Millis(1)).error().code, "crl.not-yet-valid");
  EXPECT_EQ(list.check_dates(today + days(7) + base::Millis(1)).error().code, "crl.stale");
  const Crl endless = make_list({.until = std::nullopt}, authority(), now);
  EXPECT_TRUE(endless.check_dates(today + days(40'000)));
}

TEST(Crl, IsVerifiedWithTheKeyOfItsIssuer) {
  const Identity namesake = issue({.common_name = "CA", .ca = true});
  const Identity stranger = issue({.common_name = "other", .ca = true});
  const auto list = UnverifiedCrl::parse(der_of(sign_list({}, authority()))).value().front();
  const auto outcome = [&list](std::vector<Certificate> issuers) {
    const auto crl = list.verify(issuers);
    return crl ? "verified" : crl.error().code;
  };
  EXPECT_EQ(outcome({}), "crl.unknown-issuer");
  EXPECT_EQ(outcome({stranger.leaf()}), "crl.unknown-issuer");
  EXPECT_EQ(outcome({namesake.leaf()}), "crl.bad-signature");
  EXPECT_EQ(outcome({namesake.leaf(), stranger.leaf(), authority().leaf()}), "verified");
}

TEST(Crl, RefusesAListChangedAfterItWasSigned) {
  base::Bytes octets = der_of(sign_list({.entries = {{"aabbccdd"}}}, authority()));
  const base::Bytes serial_octets = {0xaa, 0xbb, 0xcc, 0xdd};
  const auto at = std::search(octets.begin(), octets.end(), serial_octets.begin(), serial_octets.end());
  ASSERT_NE(at, octets.end());
  *at ^= 1;
  const auto crl = UnverifiedCrl::parse(octets).value().front().verify(std::span(&authority().leaf(), 1));
  ASSERT_FALSE(crl);
  EXPECT_EQ(crl.error().code, "crl.bad-signature");
}

// A phone's certificate, or any that may not sign lists, must not revoke others (RFC 5280 §4.2.1.3).
TEST(Crl, RefusesAnIssuerWhoseKeyUsageIsNotToSignLists) {
  X509* x509 = X509_dup(authority().leaf().handle());
  const X509Handle owned(x509);
  X509_EXTENSION_free(X509_delete_ext(x509, X509_get_ext_by_NID(x509, NID_key_usage, -1)));
  const X509ExtensionHandle usage(X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, "critical,keyCertSign"));
  X509_add_ext(x509, usage.get(), -1);
  ASSERT_GT(X509_sign(x509, authority().key().handle(), EVP_sha256()), 0);
  const Certificate only_signs_certificates = Certificate::from_x509(X509Handle(X509_dup(x509)).get()).value();
  const auto crl = UnverifiedCrl::parse(der_of(sign_list({}, authority())))
                       .value()
                       .front()
                       .verify(std::span(&only_signs_certificates, 1));
  ASSERT_FALSE(crl);
  EXPECT_EQ(crl.error().code, "crl.bad-signature");
  EXPECT_NE(crl.error().message.find("key usage"), std::string::npos) << crl.error().message;
}

TEST(Crl, IsNewerByNumberThenByDate) {
  const std::time_t now = 1'700'000'000;
  const auto list = [](std::optional<long> number, days from) {
    return make_list({.number = number, .from = from}, authority(), now);
  };
  EXPECT_TRUE(list(2, days(-5)).newer_than(list(1, days(-1))));
  EXPECT_FALSE(list(1, days(-1)).newer_than(list(2, days(-5))));
  EXPECT_TRUE(list(256, days(-1)).newer_than(list(255, days(-1))));
  EXPECT_TRUE(list(2, days(-1)).newer_than(list(2, days(-2))));
  EXPECT_FALSE(list(2, days(-1)).newer_than(list(2, days(-1))));
  EXPECT_TRUE(list(0, days(-5)).newer_than(list(std::nullopt, days(-1))));
  EXPECT_TRUE(list(std::nullopt, days(-1)).newer_than(list(std::nullopt, days(-2))));
}

TEST(Crl, HoldsAHundredThousandSerialsInThreeMegabytes) {
  std::vector<TestEntry> entries;
  for (int i = 0; i < 100'000; ++i) {
    std::uint8_t octets[] = {1,
                             static_cast<std::uint8_t>(i >> 16),
                             static_cast<std::uint8_t>(i >> 8),
                             static_cast<std::uint8_t>(i),
                             1,
                             2,
                             3,
                             4,
                             5,
                             6,
                             7,
                             8,
                             9,
                             10,
                             11,
                             12};
    entries.push_back({base::to_hex(octets)});
  }
  const Crl list = make_list({.entries = entries}, authority());
  EXPECT_EQ(list.facts().entries, 100'000U);
  EXPECT_LE(list.memory(), 3'000'000U);
  EXPECT_NE(list.find(serial(entries[77'777].serial)), nullptr);
}

/// A CA in files, for programs that nobody here wrote.
class ForeignTools : public testing::Test {
 protected:
  ForeignTools() {
    write("ca.pem", ca_.leaf().to_pem());
    write("ca.key", std::string(base::as_text(ca_.key().to_pem()->view())));
    write("phone.pem", phone_.leaf().to_pem());
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.path() / name, std::ios::binary) << text;
  }
  bool run(const std::string& command) {
    return std::system(("cd '" + directory_.path().string() + "' && " + command + " >out.txt 2>&1").c_str()) == 0;
  }
  std::string read(const std::string& name) {
    std::ifstream in(directory_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void expect_list(const std::string& name, const Certificate& issuer) {
    const auto lists = UnverifiedCrl::parse(octets_of(read(name)));
    ASSERT_TRUE(lists) << lists.error().message;
    const auto crl = lists->front().verify(std::span(&issuer, 1));
    ASSERT_TRUE(crl) << crl.error().message;
    EXPECT_NE(crl->find(SerialNumber::of(X509_get0_serialNumber(phone_.leaf().handle()))), nullptr);
    EXPECT_EQ(crl->facts().entries, 1U);
    EXPECT_TRUE(crl->facts().number);
    EXPECT_TRUE(crl->check_dates(base::SystemClock().now() + std::chrono::hours(1)));
  }

  TemporaryDirectory directory_;
  Identity ca_ = issue({.common_name = "CA", .ca = true});
  Identity phone_ = issue({.common_name = "phone"}, &ca_);
};

TEST_F(ForeignTools, OpensslMakesAListThatIsRead) {
  write("ca.cnf",
        "[req]\ndistinguished_name=n\nx509_extensions=x\n[n]\n[x]\nbasicConstraints=critical,CA:TRUE\n"
        "keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n[ca]\ndefault_ca=d\n[d]\ndatabase=index."
        "txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7\n"
        "crl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n");
  write("index.txt", "");
  write("number", "1000\n");
  const std::string ca = "openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key ";
  const std::string make_ca =
      "openssl req -config ca.cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=CA -days 9 ";
  ASSERT_TRUE(run(make_ca + "-keyout ca.key -out ca.pem")) << read("out.txt");
  ASSERT_TRUE(run(make_ca + "-keyout other.key -out other.pem")) << read("out.txt");
  ASSERT_TRUE(run(ca + "-revoke phone.pem -crl_reason keyCompromise")) << read("out.txt");
  ASSERT_TRUE(run(ca + "-gencrl -out list.pem")) << read("out.txt");
  ASSERT_TRUE(run("openssl crl -in list.pem -outform DER -out list.der")) << read("out.txt");
  const Certificate issuer = Certificate::from_pem(read("ca.pem")).value();
  expect_list("list.pem", issuer);
  expect_list("list.der", issuer);
  // Of two CAs of one name the key id tells whose list it is.
  const Certificate namesake = Certificate::from_pem(read("other.pem")).value();
  const auto list = UnverifiedCrl::parse(octets_of(read("list.der"))).value().front();
  EXPECT_EQ(list.verify(std::span(&namesake, 1)).error().code, "crl.unknown-issuer");
}

TEST_F(ForeignTools, CerttoolMakesAListThatIsRead) {
  write("template", "crl_next_update = 7\ncrl_number = 12\n");
  ASSERT_TRUE(
      run("certtool --generate-crl --load-ca-privkey ca.key --load-ca-certificate ca.pem "
          "--load-certificate phone.pem --template template --outfile list.pem"))
      << read("out.txt");
  expect_list("list.pem", ca_.leaf());
}

}  // namespace
}  // namespace cadenas::pki
