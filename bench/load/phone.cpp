#include "load/phone.hpp"

#include "base/bytes.hpp"
#include "sip/digest.hpp"

namespace cadenas::bench {

namespace {

std::uint64_t next_branch() {
  static std::uint64_t last = 0;
  return ++last;
}

}  // namespace

std::string Phone::via(const Wire& wire) {
  static const std::string run = base::random_hex(4);
  return "SIP/2.0/" + std::string(sip::to_string(wire.transport())) + " " + wire.local().to_string() +
         ";rport;branch=z9hG4bK" + run + std::to_string(next_branch());
}

std::string Phone::contact(const Wire& wire) const {
  std::string transport;
  if (wire.transport() == sip::Transport::tcp) transport = ";transport=tcp";
  if (wire.transport() == sip::Transport::tls) transport = ";transport=tls";
  return "<sip:" + number_ + "@" + wire.local().to_string() + transport + ">";
}

std::string Phone::register_request(const Wire& wire) {
  if (call_id_.empty()) call_id_ = base::random_hex(8);
  const std::string uri = "sip:" + server_;
  return "REGISTER " + uri + " SIP/2.0\r\nVia: " + via(wire) + "\r\nMax-Forwards: 70\r\nFrom: <" + aor() +
         ">;tag=" + call_id_ + "\r\nTo: <" + aor() + ">\r\nCall-ID: " + call_id_ +
         "\r\nCSeq: " + std::to_string(++cseq_) + " REGISTER\r\nContact: " + contact(wire) + ";expires=3600\r\n" +
         authorization("REGISTER", uri) + "User-Agent: cadenas-load\r\nContent-Length: 0\r\n\r\n";
}

bool Phone::take_challenge(const sip::MessageView& response) {
  by_proxy_ = response.status() == 407;
  const auto wanted = by_proxy_ ? sip::HeaderId::proxy_authenticate : sip::HeaderId::www_authenticate;
  // Every server is asked with the same algorithm, so that the rows compare the servers and not MD5 with SHA-256.
  for (const auto& header : response.headers()) {
    if (header.id != wanted) continue;
    auto challenge = sip::DigestChallenge::parse(header.value);
    if (!challenge || challenge->algorithm != sip::DigestAlgorithm::md5) continue;
    challenge_ = *std::move(challenge);
    nonce_count_ = 0;
    return true;
  }
  return false;
}

std::string Phone::authorization(std::string_view method, std::string_view uri) {
  if (!challenge_) return {};
  const auto answer = sip::digest_answer(*challenge_, number_, password_, method, uri, ++nonce_count_);
  if (!answer) return {};
  return (by_proxy_ ? "Proxy-Authorization: " : "Authorization: ") + *answer + "\r\n";
}

}  // namespace cadenas::bench
