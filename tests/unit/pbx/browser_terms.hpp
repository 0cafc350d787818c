#pragma once

#include <string>

#include "dtls_terms.hpp"

namespace cadenas::pbx::test {

/// What Chromium writes of an audio call before it has gathered a candidate, all of it. Names, keys and identities are
/// made up.
struct Browser {
  std::string ufrag = "Oyef";  ///< with `password`: others restart ICE
  std::string password = "7uHC8RnVzYJ1c3uQyVqZ1xkM";
  std::string setup = "actpass";
  std::uint8_t certificate = 0x11;
  std::string direction = "sendrecv";
  std::string mid = "0";
  unsigned version = 2;
  std::string formats = "111 63 9 0 8 13 110 126";
  std::string lines_behind{};  ///< further m= sections

  std::string session(const std::string& bundle) const {
    return "v=0\r\no=- 4611731400430051336 " + std::to_string(version) + " IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" +
           (bundle.empty() ? "" : "a=group:BUNDLE " + bundle + "\r\n") +
           "a=extmap-allow-mixed\r\na=msid-semantic: WMS 61317484-2ed4-49d7-9eb7-1414322a7aae\r\n";
  }
  std::string transport() const {
    return "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
           "a=ice-ufrag:" +
           ufrag + "\r\na=ice-pwd:" + password + "\r\na=ice-options:trickle\r\n" + fingerprint(certificate) +
           "\r\na=setup:" + setup + "\r\na=mid:" + mid + "\r\n";
  }
  std::string offer(const std::string& bundle = "0") const {
    return session(bundle) + "m=audio 9 UDP/TLS/RTP/SAVPF " + formats + "\r\n" + transport() +
           "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
           "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
           "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
           "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
           "a=" +
           direction +
           "\r\n"
           "a=msid:61317484-2ed4-49d7-9eb7-1414322a7aae f30bdb4a-5db8-49b5-bcdc-e0c9a23172e0\r\n"
           "a=rtcp-mux\r\na=rtcp-rsize\r\n"
           "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
           "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
           "a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n"
           "a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n"
           "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n"
           "a=ssrc:3570614608 msid:61317484-2ed4-49d7-9eb7-1414322a7aae f30bdb4a-5db8-49b5-bcdc-e0c9a23172e0\r\n" +
           lines_behind;
  }
  /// Its answer to an offer of phones: PCMA, PCMU and telephone events, as it writes them.
  std::string answer(const std::string& bundle = "0") const {
    Browser answering = *this;
    if (answering.setup == "actpass") answering.setup = "active";
    return answering.session(bundle) + "m=audio 9 UDP/TLS/RTP/SAVPF 8 0 101\r\n" + answering.transport() +
           "a=" + direction +
           "\r\na=msid:- f30bdb4a-5db8-49b5-bcdc-e0c9a23172e0\r\na=rtcp-mux\r\n"
           "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
           "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n";
  }
};

inline std::string without(std::string text, const std::string& part) {
  const auto at = text.find(part);
  if (at == std::string::npos) throw std::runtime_error("no " + part);
  return text.erase(at, text.find("\r\n", at) + 2 - at);
}

}  // namespace cadenas::pbx::test
