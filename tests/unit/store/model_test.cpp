#include "store/model.hpp"

#include <gtest/gtest.h>

#include "store/input_rules.hpp"

namespace cadenas::store {
namespace {

TEST(Words, ComeBackAsTheValuesTheyStandFor) {
  for (const auto v : {SrtpMode::off, SrtpMode::preferred, SrtpMode::only}) {
    EXPECT_EQ(parse_srtp_mode(to_string(v)), v);
  }
  for (const auto v : {TerminalKind::sip, TerminalKind::mitel6000, TerminalKind::mivoice5300, TerminalKind::i7xx,
                       TerminalKind::dect, TerminalKind::gateway}) {
    EXPECT_EQ(parse_terminal_kind(to_string(v)), v);
  }
  for (const auto v : {OfferStyle::savp, OfferStyle::avp_crypto, OfferStyle::dtls}) {
    EXPECT_EQ(parse_offer_style(to_string(v)), v);
  }
  for (const auto v : {TransportMode::no_tls, TransportMode::pbx_cert, TransportMode::bothway}) {
    EXPECT_EQ(parse_transport_mode(to_string(v)), v);
  }
  for (const auto v : {AdminRole::administrator, AdminRole::reader}) EXPECT_EQ(parse_admin_role(to_string(v)), v);
  EXPECT_EQ(parse_srtp_mode("Off"), std::nullopt);
  EXPECT_EQ(parse_admin_role(""), std::nullopt);
}

// RIGHT-2
TEST(Snapshot, TakesTheClassRightFromTheClassAndGrantsItWithoutOne) {
  Snapshot snapshot;
  snapshot.classes["open"] = {"open", true};
  snapshot.classes["shut"] = {"shut", false};
  Subscription s;
  EXPECT_TRUE(snapshot.class_right(s));
  s.facility_class = "open";
  EXPECT_TRUE(snapshot.class_right(s));
  s.facility_class = "shut";
  EXPECT_FALSE(snapshot.class_right(s));
  s.facility_class = "gone";
  EXPECT_FALSE(snapshot.class_right(s));
}

struct Refused {
  const char* what;
  Subscription value;
  const char* code;
};

Subscription with(void (*change)(Subscription&)) {
  Subscription s;
  s.number = "2001";
  change(s);
  return s;
}

TEST(InputRules, RefuseEachBadSubscriptionByItsOwnCode) {
  const Refused refused[] = {
      {"no number", with([](Subscription& s) { s.number = ""; }), "subscription.number-invalid"},
      {"long number", with([](Subscription& s) { s.number.assign(33, '1'); }), "subscription.number-invalid"},
      {"at sign", with([](Subscription& s) { s.number = "20@1"; }), "subscription.number-invalid"},
      {"space", with([](Subscription& s) { s.number = "20 1"; }), "subscription.number-invalid"},
      {"zero octet", with([](Subscription& s) { s.number = std::string("2\0001", 3); }), "subscription.number-invalid"},
      {"line end", with([](Subscription& s) { s.display_name = "a\r\nVia: x"; }), "subscription.display-name-invalid"},
      {"long name", with([](Subscription& s) { s.display_name.assign(129, 'a'); }),
       "subscription.display-name-invalid"},
      {"overlong", with([](Subscription& s) { s.display_name = "\xc0\xaf"; }), "subscription.display-name-invalid"},
      {"surrogate", with([](Subscription& s) { s.display_name = "\xed\xa0\x80"; }),
       "subscription.display-name-invalid"},
      {"too high", with([](Subscription& s) { s.display_name = "\xf4\x90\x80\x80"; }),
       "subscription.display-name-invalid"},
      {"cut short", with([](Subscription& s) { s.display_name = "\xe2\x82"; }), "subscription.display-name-invalid"},
      {"C1", with([](Subscription& s) { s.display_name = "\xc2\x85"; }), "subscription.display-name-invalid"},
      {"colon", with([](Subscription& s) { s.auth_user = "a:b"; }), "subscription.auth-user-invalid"},
      {"quote", with([](Subscription& s) { s.auth_user = "a\"b"; }), "subscription.auth-user-invalid"},
  };
  for (const Refused& r : refused) {
    const auto result = check(r.value);
    ASSERT_FALSE(result) << r.what;
    EXPECT_EQ(result.error().code, r.code) << r.what;
  }
}

TEST(InputRules, AcceptWhatPeopleAndPhonesUse) {
  EXPECT_TRUE(check(with([](Subscription& s) { s.number = "*21#"; })));
  EXPECT_TRUE(check(with([](Subscription& s) { s.number = "+33123456789"; })));
  EXPECT_TRUE(check(with([](Subscription& s) { s.number = "alice.m-2_x"; })));
  EXPECT_TRUE(check(with([](Subscription& s) { s.display_name = "Zoé 電話 \xf0\x9f\x93\x9e"; })));
}

TEST(InputRules, RefuseEachBadSettingByItsOwnCode) {
  SystemSettings s;
  s.realm = "cadenas";
  EXPECT_TRUE(check(s));
  s.realm = "a:b";
  EXPECT_EQ(check(s).error().code, "settings.realm-invalid");
  s.realm = "cadenas";
  s.tel_addresses = {"192.0.2.1", "2001:db8::1"};
  EXPECT_TRUE(check(s));
  s.admin_addresses = {"192.0.2.256"};
  EXPECT_EQ(check(s).error().code, "settings.address-invalid");
  EXPECT_EQ(check(s).error().field, "admin_addresses");
  s.admin_addresses.clear();
  s.fqdns = {"pbx.example.org"};
  EXPECT_TRUE(check(s));
  for (const char* bad : {"", "a..b", "-a.b", "a-.b", "a b", "a.b."}) {
    s.fqdns = {bad};
    EXPECT_EQ(check(s).error().code, "settings.fqdn-invalid") << bad;
  }
}

}  // namespace
}  // namespace cadenas::store
