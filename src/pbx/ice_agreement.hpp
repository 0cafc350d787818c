#pragma once

#include <cstddef>
#include <optional>

#include "base/error.hpp"
#include "media/ice_params.hpp"
#include "pbx/local_media.hpp"
#include "sip/sdp.hpp"
#include "sip/sdp_ice.hpp"

namespace cadenas::pbx {

/// The ICE session of one leg, as offers and answers agree on it (RFC 8839 §4). Our end is a lite agent (RFC 8445
/// §2.5): an iPBX has a fixed address that the party reaches, so it names that one and lets the party make the checks.
/// Whatever candidates the party names, or names later (trickle ICE), it is found by the checks it makes; none of them
/// is used.
///
/// Credentials are one leg's own. Ours change where the party's do (an ICE restart, RFC 8839 §4.4) or our end moves,
/// and at no other time. Not thread-safe: it belongs to the call.
class IceAgreement {
 public:
  IceAgreement();

  /// Whether the section can be answered, or taken as an answer. Errors "call.ice-missing" (it speaks of none),
  /// "call.ice-credentials" (a=ice-ufrag or a=ice-pwd is missing or malformed), "call.ice-rtcp-mux" (RTCP would need a
  /// component of its own, and there is one port).
  static base::Result<void> check(const sip::Sdp& said, std::size_t line);

  /// Agrees on an offer that passed `check`, and writes our words into the description that answers it: a=ice-lite into
  /// its session, the rest into the section of that line, which is there. We are at `here`.
  void answer(const sip::Sdp& offered, std::size_t line, const LocalMedia& here, sip::Sdp& into);
  /// Writes our words into a description that offers ICE on that line.
  void offer(const LocalMedia& here, sip::Sdp& into, std::size_t line) const;
  /// The answer to that, which passed `check`.
  void take_answer(const sip::Sdp& answer, std::size_t line);

  /// The line has no ICE any more.
  void end();
  /// Our end is at another place from now on: the next exchange restarts ICE.
  void move();

  /// The line has ICE, be it that our end has moved and the party does not know yet.
  bool in_use() const { return in_use_; }
  /// What the board is told; nothing while nothing is agreed.
  const std::optional<media::IceParams>& agreed() const { return agreed_; }

 private:
  void agree(sip::IceCredentials peer);

  sip::IceCredentials own_;
  sip::IceCredentials peer_;  // of agreed_
  std::optional<media::IceParams> agreed_;
  bool in_use_ = false;
};

}  // namespace cadenas::pbx
