#include "apps/tdm/wav_file.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "media/audio/g711.hpp"
#include "media/audio/resampler.hpp"

namespace cadenas::apps::tdm {
namespace {

using media::SampleRate;

constexpr std::size_t kChunkHeader = 8;
constexpr std::size_t kFormatOctets = 16;
constexpr std::size_t kHeaderOctets = 44;
enum : unsigned { kLinear = 1, kALaw = 6, kMuLaw = 7 };

std::uint32_t little(base::ByteView octets, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = value << 8 | octets[at + i - 1];
  return value;
}

void put_little(base::Bytes& out, std::uint32_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// The content of the first chunk with this name; nothing if there is none. One that the file ends in is cut.
std::optional<base::ByteView> chunk(base::ByteView file, std::string_view name) {
  std::size_t at = 12;
  while (at + kChunkHeader <= file.size()) {
    const std::size_t octets = std::min<std::size_t>(little(file, at + 4, 4), file.size() - at - kChunkHeader);
    if (base::as_text(file.subspan(at, 4)) == name) return file.subspan(at + kChunkHeader, octets);
    at += kChunkHeader + octets + octets % 2;
  }
  return std::nullopt;
}

std::optional<SampleRate> rate_of(std::uint32_t hertz) {
  for (const SampleRate rate : {SampleRate::narrow, SampleRate::wide, SampleRate::full}) {
    if (media::hertz(rate) == hertz) return rate;
  }
  return std::nullopt;
}

std::vector<std::int16_t> to_narrow(std::vector<std::int16_t> audio, SampleRate rate) {
  if (rate == SampleRate::narrow) return audio;
  const std::size_t ms = media::samples_in(rate, 1);
  audio.resize((audio.size() + ms - 1) / ms * ms);
  media::Resampler resampler(rate, SampleRate::narrow);
  std::vector<std::int16_t> narrow(resampler.samples_for(audio.size()));
  resampler.convert(audio, narrow);
  return narrow;
}

}  // namespace

base::Result<std::vector<std::int16_t>> parse_wav(base::ByteView file) {
  const auto wrong = [](std::string what) { return base::fail("wav.format", std::move(what), "file"); };
  if (file.size() < 12 || base::as_text(file.first(4)) != "RIFF" || base::as_text(file.subspan(8, 4)) != "WAVE") {
    return wrong("The file is no RIFF/WAVE.");
  }
  const std::optional<base::ByteView> format = chunk(file, "fmt ");
  const std::optional<base::ByteView> data = chunk(file, "data");
  if (!format || format->size() < kFormatOctets || !data) return wrong("The WAV file has no format or no data.");
  const std::uint32_t kind = little(*format, 0, 2);
  const std::uint32_t channels = little(*format, 2, 2);
  const std::optional<SampleRate> rate = rate_of(little(*format, 4, 4));
  const std::uint32_t bits = little(*format, 14, 2);
  if (channels != 1) return wrong("The WAV file has more than one channel.");
  if (!rate) return wrong("The WAV file has a sample rate other than 8, 16 or 48 kHz.");
  std::vector<std::int16_t> audio;
  if (kind == kLinear && bits == 16) {
    for (std::size_t i = 0; i + 1 < data->size(); i += 2) {
      audio.push_back(static_cast<std::int16_t>(little(*data, i, 2)));
    }
  } else if ((kind == kALaw || kind == kMuLaw) && bits == 8) {
    const media::G711Law law = kind == kALaw ? media::G711Law::a : media::G711Law::mu;
    for (const std::uint8_t octet : *data) audio.push_back(media::g711_decode(law, octet));
  } else {
    return wrong("The WAV file is neither 16-bit linear nor A-law or mu-law.");
  }
  return to_narrow(std::move(audio), *rate);
}

base::Result<std::vector<std::int16_t>> read_wav(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::fail("wav.read", "Cannot read " + path + ".", "file");
  const base::Bytes octets{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return parse_wav(octets);
}

WavWriter::WavWriter(std::string path) : path_(std::move(path)), file_(path_, std::ios::binary) {}

base::Result<WavWriter> WavWriter::create(const std::string& path) {
  WavWriter writer(path);
  if (!writer.file_) return base::fail("wav.write", "Cannot write " + path + ".", "file");
  writer.write_header();
  return writer;
}

void WavWriter::write_header() {
  const auto octets = static_cast<std::uint32_t>(2 * samples_);
  const std::uint32_t hertz = media::hertz(SampleRate::narrow);
  base::Bytes header;
  const auto text = [&header](std::string_view name) { header.insert(header.end(), name.begin(), name.end()); };
  text("RIFF");
  put_little(header, octets + kHeaderOctets - kChunkHeader, 4);
  text("WAVEfmt ");
  put_little(header, kFormatOctets, 4);
  put_little(header, kLinear, 2);
  put_little(header, 1, 2);
  put_little(header, hertz, 4);
  put_little(header, 2 * hertz, 4);
  put_little(header, 2, 2);
  put_little(header, 16, 2);
  text("data");
  put_little(header, octets, 4);
  file_.write(reinterpret_cast<const char*>(header.data()), static_cast<std::streamsize>(header.size()));
}

void WavWriter::write(media::Samples audio) {
  base::Bytes octets;
  for (const std::int16_t sample : audio) put_little(octets, static_cast<std::uint16_t>(sample), 2);
  file_.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  samples_ += audio.size();
}

void WavWriter::finish() {
  file_.seekp(0);
  write_header();
  file_.close();
}

}  // namespace cadenas::apps::tdm
