#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "media/leg_media.hpp"

namespace cadenas::bench {

/// One relayed call as the generator needs it. Keys are from the phone's side.
struct PlannedLeg {
  std::uint16_t port = 0;                    ///< where the relay listens for this leg
  std::optional<media::SrtpParams> send;     ///< what the phone encrypts with; none: clear
  std::optional<media::SrtpParams> receive;  ///< what the phone decrypts with
};
struct PlannedCall {
  PlannedLeg a, b;
};

/// Reads lines of "A-PORT A-SEND A-RECEIVE B-PORT B-SEND B-RECEIVE"; a key is SUITE:BASE64 in the words of SDP, "-" for
/// clear. Whoever set the calls up writes them: our board's host, or the ng client for rtpengine. Empty on any error.
std::vector<PlannedCall> read_plan(std::istream& in);

}  // namespace cadenas::bench
