#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "require.hpp"
#include "sip/framer.hpp"

using namespace cadenas::sip;

namespace {

// Everything a framer reports of a stream that is read `step` octets at a time.
std::string report(std::string_view stream, std::size_t step, Framer::Side side) {
  Framer framer({.message_octets = 2000, .body_octets = 500}, side);
  std::string out;
  bool failed = false;
  while (!stream.empty() && !failed) {
    const std::size_t size = std::min(step, stream.size());
    const auto room = framer.prepare(size);
    require(room.size() >= size);
    std::memcpy(room.data(), stream.data(), size);
    framer.commit(size);
    stream.remove_prefix(size);
    while (auto event = framer.next()) {
      failed = event->kind == Framer::Kind::error;
      out += std::to_string(static_cast<int>(event->kind));
      if (!failed) out.append(event->octets.data(), event->octets.size());
    }
    require(framer.pending() <= 2000 + step);
    framer.release_if_idle();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  for (const auto side : {Framer::Side::accepted, Framer::Side::opened})
    require(report(stream, 1, side) == report(stream, 7, side));
  return 0;
}
