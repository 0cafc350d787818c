#pragma once

#include <string>

#include "base/bytes.hpp"

namespace cadenas::media {

/// What signalling agreed for ICE on a leg, where our end is a lite agent (RFC 8445 §2.5): it has one host candidate,
/// its RTP port, answers checks and makes none. The same value again goes on with what checks have found; another
/// fragment or password is an ICE restart (§9). Needs `LegMedia::rtcp_mux`. The password is wiped when it goes.
struct IceParams {
  std::string own_ufrag;           ///< 4…256 of RFC 8839 §5.4's ice-char
  base::SecretBytes own_password;  ///< 22…256 ice-chars: the key of MESSAGE-INTEGRITY in checks and their answers
  std::string peer_ufrag;          ///< what follows our own in the USERNAME of a check

  IceParams clone() const { return {own_ufrag, own_password.clone(), peer_ufrag}; }
  /// Whether they are the same credentials; of the password in constant time.
  friend bool operator==(const IceParams& x, const IceParams& y) {
    return x.own_ufrag == y.own_ufrag && x.peer_ufrag == y.peer_ufrag &&
           base::equal_constant_time(x.own_password.view(), y.own_password.view());
  }
};

}  // namespace cadenas::media
