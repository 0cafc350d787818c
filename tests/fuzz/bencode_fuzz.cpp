#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "rtpengine/bencode.hpp"
#include "rtpengine/session_commands.hpp"

using namespace cadenas::rtpengine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto value = decode({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const std::string written = encode(*value);
  const auto again = decode(written);
  require(again.has_value() && encode(*again) == written);
  (void)local_address(*value);
  (void)stats_of(*value);
  value->wipe();
  require(encode(*value).size() == written.size());
  return 0;
}
