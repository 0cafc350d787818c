#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/tdm/line_echo.hpp"
#include "apps/tdm/report.hpp"
#include "apps/tdm/wav_file.hpp"
#include "media/audio/digit_player.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/tdm/call_control.hpp"
#include "media/tdm/port.hpp"
#include "media/tdm/slot_queue.hpp"

namespace cadenas::apps::tdm {

/// The voice of one emulated port: what it plays into its slot, and what it hears there. It reports, under the port's
/// name: "played" (all files were played), "digit-heard", "tone" (a steady tone began: "hz", "level_dbov") and
/// "recorded". One thread.
class EmulatedPort {
 public:
  EmulatedPort(std::string name, media::tdm::PortDescription description, std::optional<LineEcho> echo,
               media::G711Law law, Report report);

  const std::string& name() const { return name_; }
  const media::tdm::PortDescription& description() const { return description_; }

  /// Plays after what it plays; linear at 8 kHz.
  void play(const std::vector<std::int16_t>& audio);
  /// Plays digits as tones, over what it plays; others than digits are left out.
  void dial(std::string_view digits);
  /// Stops playing, without "played".
  void stop();
  /// Records what it hears from now on. Error: "wav.write".
  base::Result<void> record(const std::string& path);
  void stop_recording();

  void hear(const media::tdm::SlotFrame& frame);
  void say(media::tdm::SlotFrame& frame);

 private:
  void tell(boost::json::object what) const;
  void look_for_tone(media::Samples audio);

  std::string name_;
  media::tdm::PortDescription description_;
  media::G711Law law_;
  Report report_;
  std::deque<std::int16_t> to_play_;
  std::optional<EchoPath> echo_path_;
  std::array<std::int16_t, media::tdm::kFrameOctets> echo_{};  // of what it has heard last
  media::DigitPlayer dialling_{media::SampleRate::narrow};
  std::optional<WavWriter> recording_;
  media::DtmfDetector detector_;
  std::vector<std::int16_t> window_;  // of what it hears, for tones
  double last_hz_ = 0;                // of the window before; 0: no tone
  double told_hz_ = 0;
};

}  // namespace cadenas::apps::tdm
