#include "voice/call_plan.hpp"

#include <sstream>

#include "base/bytes.hpp"

namespace cadenas::bench {

namespace {

bool read_key(const std::string& text, std::optional<media::SrtpParams>& key) {
  if (text == "-") return true;
  const auto colon = text.find(':');
  if (colon == std::string::npos) return false;
  const auto suite = media::suite_from_sdp(text.substr(0, colon));
  auto keying = base::from_base64(std::string_view(text).substr(colon + 1));
  if (!suite || !keying || keying->size() != media::facts(*suite).keying()) return false;
  key = media::SrtpParams{*suite, base::SecretBytes(*std::move(keying))};
  return true;
}

bool read_leg(std::istream& in, PlannedLeg& leg) {
  std::string send, receive;
  return static_cast<bool>(in >> leg.port >> send >> receive) && read_key(send, leg.send) &&
         read_key(receive, leg.receive);
}

}  // namespace

std::vector<PlannedCall> read_plan(std::istream& in) {
  std::vector<PlannedCall> calls;
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    PlannedCall call;
    if (!read_leg(fields, call.a) || !read_leg(fields, call.b)) return {};
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace cadenas::bench
