#pragma once

#include <cstdint>

#include "media/audio/tone.hpp"

namespace cadenas::media {

/// What a bridge tells its parties by a short signal that no one has to understand in words.
enum class Announcement : std::uint8_t {
  joined,     ///< two notes up
  left,       ///< two notes down
  encrypted,  ///< three short notes up: the bridge is encrypted from end to end of the media board
  intrusion,  ///< a high note, three times: somebody breaks into the call
  clear,      ///< one low note, twice, with two frequencies that do not agree: somebody hears this in clear
};

/// The signal, under half a second; play it with `ToneGenerator` into the frames of those who are to hear it.
Tone announcement(Announcement announcement);

}  // namespace cadenas::media
