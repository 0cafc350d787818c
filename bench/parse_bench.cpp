// What parsing costs: the aim is 1 µs for a typical INVITE, fully validated (docs/performance.md).
#include <cstring>
#include <string>

#include <benchmark/benchmark.h>

#include "sip/digest.hpp"
#include "sip/framer.hpp"
#include "sip/message.hpp"
#include "sip/message_writer.hpp"
#include "sip/sdp.hpp"
#include "sip/uri.hpp"

namespace {

using namespace cadenas::sip;

const std::string body =
    "v=0\r\no=- 3830000000 3830000000 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
    "m=audio 49170 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

// 894 octets: the size measured with other parsers.
const std::string invite =
    "INVITE sip:1002@pbx.example.com;transport=tls SIP/2.0\r\n"
    "Via: SIP/2.0/TLS 192.0.2.10:5061;branch=z9hG4bK776asdhds;rport;alias\r\n"
    "Max-Forwards: 70\r\n"
    "From: \"Alice Example\" <sip:1001@pbx.example.com>;tag=1928301774\r\n"
    "To: <sip:1002@pbx.example.com>\r\n"
    "Call-ID: a84b4c76e66710@192.0.2.10\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:1001@192.0.2.10:5061;transport=tls>;+sip.instance=\"<urn:uuid:0001>\"\r\n"
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, UPDATE\r\n"
    "Supported: replaces, timer, outbound\r\n"
    "Session-Expires: 1800;refresher=uac\r\n"
    "Accept: application/sdp\r\n"
    "Privacy: none\r\n"
    "User-Agent: Example-Phone/6.1.2.4711.1\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: " +
    std::to_string(body.size()) + "\r\n\r\n" + body;

void parse_message(benchmark::State& state) {
  std::string octets = invite;
  for (auto _ : state) {
    auto view = MessageView::parse(octets);
    if (!view) state.SkipWithError("refused");
    benchmark::DoNotOptimize(view);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * octets.size()));
  state.SetLabel(std::to_string(octets.size()) + " octets");
}
BENCHMARK(parse_message);

void copy_and_parse_message(benchmark::State& state) {
  for (auto _ : state) {
    auto message = Message::parse(invite);
    benchmark::DoNotOptimize(message);
  }
}
BENCHMARK(copy_and_parse_message);

void frame_and_parse_message(benchmark::State& state) {
  Framer framer;
  for (auto _ : state) {
    const auto room = framer.prepare(4096);
    std::memcpy(room.data(), invite.data(), invite.size());
    framer.commit(invite.size());
    auto event = framer.next();
    auto view = MessageView::parse(event->octets);
    benchmark::DoNotOptimize(view);
  }
}
BENCHMARK(frame_and_parse_message);

void write_response(benchmark::State& state) {
  const auto request = Message::parse(invite);
  for (auto _ : state) {
    std::string text = MessageWriter::response(**request, 200, "314159").finish();
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(write_response);

void parse_uri(benchmark::State& state) {
  for (auto _ : state) {
    auto uri = Uri::parse("sip:1001@192.0.2.10:5061;transport=tls");
    benchmark::DoNotOptimize(uri);
  }
}
BENCHMARK(parse_uri);

void parse_sdp(benchmark::State& state) {
  for (auto _ : state) {
    auto sdp = Sdp::parse(body);
    benchmark::DoNotOptimize(sdp);
  }
}
BENCHMARK(parse_sdp);

void verify_digest(benchmark::State& state) {
  const auto algorithm = static_cast<DigestAlgorithm>(state.range(0));
  DigestChallenge challenge;
  challenge.realm = "pbx.example.com";
  challenge.nonce = "0123456789abcdef0123456789abcdef";
  challenge.qop_auth = challenge.has_qop = true;
  challenge.algorithm = algorithm;
  const auto answer = digest_answer(challenge, "1001", "secret", "REGISTER", "sip:pbx.example.com");
  const auto ha1 = digest_ha1(algorithm, "1001", challenge.realm, "secret");
  for (auto _ : state) {
    const auto credentials = DigestCredentials::parse(*answer);
    if (!digest_verify(*credentials, ha1, "REGISTER")) state.SkipWithError("refused");
  }
  state.SetLabel(std::string(to_string(algorithm)));
}
BENCHMARK(verify_digest)->Arg(0)->Arg(1);

}  // namespace
