#include "apps/tdm/wav_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "media/audio/g711.hpp"
#include "media/audio/level.hpp"

namespace cadenas::apps::tdm {
namespace {

using Audio = std::vector<std::int16_t>;

base::Bytes wav(std::uint16_t kind, std::uint32_t hertz, std::uint16_t bits, const base::Bytes& data,
                std::uint16_t channels = 1) {
  base::Bytes out;
  const auto put = [&out](std::uint32_t value, int octets) {
    for (int i = 0; i < octets; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  const auto text = [&out](std::string_view name) { std::ranges::copy(name, std::back_inserter(out)); };
  text("RIFF");
  put(0, 4);
  text("WAVELIST");
  put(3, 4);
  text("odd ");  // of odd length, and so filled
  text("fmt ");
  put(16, 4);
  put(kind, 2);
  put(channels, 2);
  put(hertz, 4);
  put(hertz * bits / 8, 4);
  put(bits / 8u, 2);
  put(bits, 2);
  text("data");
  put(static_cast<std::uint32_t>(data.size()), 4);
  std::ranges::copy(data, std::back_inserter(out));
  return out;
}

TEST(WavFile, IsReadAsItWasWritten) {
  std::string folder = (std::filesystem::temp_directory_path() / "cadenas-wav-XXXXXX").string();
  ASSERT_TRUE(::mkdtemp(folder.data()));
  const std::string path = folder + "/voice.wav";
  const Audio said{0, 1, -1, 32'767, -32'768, 1'234};
  {
    WavWriter writer = WavWriter::create(path).value();
    writer.write(said);
    writer.write(said);
    EXPECT_EQ(writer.samples(), 12u);
    writer.finish();
  }
  Audio twice = said;
  std::ranges::copy(said, std::back_inserter(twice));
  EXPECT_EQ(read_wav(path).value(), twice);
  EXPECT_EQ(WavWriter::create(folder).error().code, "wav.write");
  std::filesystem::remove_all(folder);
  EXPECT_EQ(read_wav(path).error().code, "wav.read");
}

TEST(WavFile, MayHoldG711AndOtherRatesAndChunks) {
  EXPECT_EQ(parse_wav(wav(1, 8'000, 16, {0x34, 0x12, 0xff, 0xff})).value(), (Audio{0x1234, -1}));
  EXPECT_EQ(parse_wav(wav(6, 8'000, 8, {0xd5, 0x2a})).value(), (Audio{8, media::g711_decode(media::G711Law::a, 0x2a)}));
  EXPECT_EQ(parse_wav(wav(7, 8'000, 8, {0xff})).value(), (Audio{0}));
  base::Bytes tone;
  for (int i = 0; i < 16'000; ++i) {
    const auto sample = static_cast<std::uint16_t>(std::lround(6'000 * std::sin(i * 0.2)));
    tone.push_back(static_cast<std::uint8_t>(sample));
    tone.push_back(static_cast<std::uint8_t>(sample >> 8));
  }
  const Audio narrow = parse_wav(wav(1, 16'000, 16, tone)).value();
  EXPECT_EQ(narrow.size(), 8'000u);
  EXPECT_NEAR(media::level_dbov(media::Samples(narrow).last(4'000)), 20 * std::log10(6'000 / 32'768.0) - 3, 0.3);
}

TEST(WavFile, IsRefusedWithWhatIsWrongOfIt) {
  for (const base::Bytes& wrong : {base::Bytes{}, base::Bytes(100), wav(1, 8'000, 16, {0, 0}, 2),
                                   wav(1, 44'100, 16, {0, 0}), wav(1, 8'000, 8, {0}), wav(3, 8'000, 16, {0, 0})}) {
    EXPECT_EQ(parse_wav(wrong).error().code, "wav.format");
  }
  base::Bytes cut = wav(1, 8'000, 16, {1, 0, 2, 0});
  cut.resize(cut.size() - 2);
  EXPECT_EQ(parse_wav(cut).value(), (Audio{1})) << "what is there of a file that was cut";
}

}  // namespace
}  // namespace cadenas::apps::tdm
