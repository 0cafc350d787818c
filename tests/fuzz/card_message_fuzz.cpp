// What a line card may send, read as the bus reads it. What is understood is written and read again, and must be the
// same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "media/tdm/card_message.hpp"
#include "require.hpp"

using namespace cadenas;
using namespace cadenas::media;

namespace {

bool is_same(const tdm::CardMessage& a, const tdm::CardMessage& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&b](const auto& one) {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, tdm::Block>) {
          const auto& other = std::get<tdm::Block>(b);
          return one.line == other.line && one.sequence == other.sequence &&
                 std::ranges::equal(one.octets, other.octets);
        } else {
          return one == std::get<Kind>(b);
        }
      },
      a);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Result<tdm::CardMessage> message = tdm::parse_card_message({data, size});
  if (!message) {
    require(!message.error().code.empty());
    return 0;
  }
  if (const auto* block = std::get_if<tdm::Block>(&*message)) (void)tdm::is_aligned(block->octets);
  const base::Bytes written = tdm::write_card_message(*message);
  const base::Result<tdm::CardMessage> again = tdm::parse_card_message(written);
  require(again.has_value());
  require(is_same(*message, *again));
  return 0;
}
