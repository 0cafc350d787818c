// RFC 4475 section 3.1.2: invalid messages are refused by the parser, or by the check of RFC 3261 section 8.2, with the
// status the RFC asks for; a refused request can still be answered.
#include <gtest/gtest.h>

#include "sip/message_writer.hpp"
#include "sip/request_check.hpp"
#include "torture_rfc4475_messages.hpp"

namespace cadenas::sip {
namespace {

constexpr Method served_methods[] = {Method::invite, Method::options, Method::register_};
constexpr RequestAbilities served{{}, served_methods, "INVITE, OPTIONS, REGISTER", ""};

struct Refusal {
  const char* name;
  const std::string* octets;
  const char* code;
  const char* field;
  int status;  // 0: a response, to be dropped
};

class TortureInvalid : public ::testing::TestWithParam<Refusal> {};

TEST_P(TortureInvalid, IsRefusedByTheParserAndAnsweredAsTheRfcAsks) {
  const Refusal& expected = GetParam();
  std::string octets = *expected.octets;
  std::optional<MessageView> partial;
  const auto view = MessageView::parse(octets, {}, &partial);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, expected.code) << view.error().message;
  EXPECT_EQ(view.error().field, expected.field);
  ASSERT_EQ(partial.has_value(), expected.status != 0);
  if (!partial) return;
  EXPECT_EQ(status_for(view.error()), expected.status);
  const std::string answer = MessageWriter::response(*partial, expected.status, "tag").finish();
  EXPECT_EQ(answer.substr(0, 12), "SIP/2.0 " + std::to_string(expected.status) + " ");
  EXPECT_NE(answer.find("\r\nVia: "), std::string::npos);
  EXPECT_NE(answer.find("\r\nCall-ID: "), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Rfc4475, TortureInvalid,
                         ::testing::Values(Refusal{"badinv01", &torture::badinv01, "sip.params", "Via", 400},
                                           Refusal{"clerr", &torture::clerr, "sip.content-length", "Content-Length",
                                                   400},
                                           Refusal{"ncl", &torture::ncl, "sip.content-length", "Content-Length", 400},
                                           Refusal{"scalar02", &torture::scalar02, "sip.cseq", "CSeq", 400},
                                           Refusal{"scalarlg", &torture::scalarlg, "sip.cseq", "CSeq", 0},
                                           Refusal{"quotbal", &torture::quotbal, "sip.name-addr", "To", 400},
                                           Refusal{"ltgtruri", &torture::ltgtruri, "uri.scheme", "Request-URI", 400},
                                           Refusal{"lwsruri", &torture::lwsruri, "sip.start-line", "", 400},
                                           Refusal{"lwsstart", &torture::lwsstart, "sip.start-line", "", 400},
                                           Refusal{"trws", &torture::trws, "sip.start-line", "", 400},
                                           Refusal{"badaspec", &torture::badaspec, "uri.scheme", "To", 400},
                                           Refusal{"baddn", &torture::baddn, "uri.scheme", "From", 400},
                                           Refusal{"badvers", &torture::badvers, "sip.version", "", 505},
                                           Refusal{"mismatch01", &torture::mismatch01, "sip.cseq-method", "CSeq", 400},
                                           Refusal{"mismatch02", &torture::mismatch02, "sip.cseq-method", "CSeq", 400},
                                           Refusal{"bigcode", &torture::bigcode, "sip.start-line", "", 0}),
                         [](const auto& p) { return p.param.name; });

struct Problem {
  const char* name;
  const std::string* octets;
  const char* reason;
};

class TortureInvalidForTheCore : public ::testing::TestWithParam<Problem> {};

TEST_P(TortureInvalidForTheCore, ParsesAndIsRefusedWith400) {
  const auto message = Message::parse(*GetParam().octets);
  ASSERT_TRUE(message) << message.error().message;
  const auto problem = request_problem(message->view(), served);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->status, 400);
  EXPECT_EQ(problem->reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(Rfc4475, TortureInvalidForTheCore,
                         ::testing::Values(Problem{"escruri", &torture::escruri, "Headers In Request-URI"},
                                           Problem{"baddate", &torture::baddate, "Malformed Date"},
                                           Problem{"regbadct", &torture::regbadct, "Malformed Contact"}),
                         [](const auto& p) { return p.param.name; });

}  // namespace
}  // namespace cadenas::sip
