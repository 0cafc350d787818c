#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/audio/format.hpp"
#include "pbx/media_description.hpp"

namespace cadenas::pbx {

/// A format of a description that the board knows.
struct KnownFormat {
  std::string format;  ///< as the m= line has it
  media::PayloadFormat payload;
  std::uint32_t clock = 0;  ///< of its a=rtpmap, Hz

  bool is_voice() const { return media::facts(payload.codec).is_voice; }
  bool is_events() const { return payload.codec == media::Codec::telephone_event; }
};

/// Those of a description, in its order.
std::vector<KnownFormat> known_formats(const AudioDescription& audio);
/// Events on the clock of the voice, else the first there are (RFC 4733 §2.1); null for none.
const KnownFormat* events_for(const std::vector<KnownFormat>& formats, const KnownFormat& voice);
/// Adds a format to what is said, with the attributes the party gave it.
void say_format(AudioDescription& said, const AudioDescription& party, const std::string& format);

}  // namespace cadenas::pbx
