#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "media/audio/frame.hpp"

namespace cadenas::apps::tdm {

/// Reads RIFF/WAVE of one channel: 16-bit linear, A-law or µ-law; any sample rate of media::SampleRate. What it gives
/// is linear at 8 kHz. Errors: "wav.read" (no such file), "wav.format" (anything else; the message says what).
base::Result<std::vector<std::int16_t>> read_wav(const std::string& path);
/// The same from octets.
base::Result<std::vector<std::int16_t>> parse_wav(base::ByteView octets);

/// Writes 16-bit linear at 8 kHz, as it comes.
class WavWriter {
 public:
  /// Error: "wav.write".
  static base::Result<WavWriter> create(const std::string& path);
  WavWriter(WavWriter&&) = default;
  WavWriter& operator=(WavWriter&&) = default;

  void write(media::Samples audio);
  /// Writes the length into the header; last.
  void finish();
  std::size_t samples() const { return samples_; }
  const std::string& path() const { return path_; }

 private:
  explicit WavWriter(std::string path);
  void write_header();

  std::string path_;
  std::ofstream file_;
  std::size_t samples_ = 0;
};

}  // namespace cadenas::apps::tdm
