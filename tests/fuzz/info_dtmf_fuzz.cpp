// SIP INFO with digits: a content type in the first line, the body behind it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "sip/info_dtmf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const auto digit = cadenas::sip::digit_of_info(text.substr(0, line), text.substr(std::min(line + 1, text.size())));
  if (digit) require(std::string_view("0123456789*#ABCD").find(*digit) != std::string_view::npos);
  return 0;
}
