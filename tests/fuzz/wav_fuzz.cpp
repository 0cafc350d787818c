// A WAV file that the emulated TDM shelf is told to play.
#include <cstddef>
#include <cstdint>

#include "apps/tdm/wav_file.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto audio = cadenas::apps::tdm::parse_wav({data, size});
  // 8 kHz is the lowest rate, and a sample has an octet at least; a conversion may add a millisecond.
  require(audio ? audio->size() <= size + 8 : !audio.error().code.empty());
  return 0;
}
