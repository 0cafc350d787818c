#include "media/key_derivation.hpp"

#include <algorithm>
#include <stdexcept>

#include "media/aes_counter.hpp"

namespace cadenas::media {

base::SecretBytes derive_key(base::ByteView master_key, base::ByteView master_salt, KeyLabel label,
                             std::size_t octets) {
  AesCounter::Counter x{};
  if (master_salt.size() != 14 && master_salt.size() != 12) {
    throw std::logic_error("an SRTP master salt has 14 or 12 octets");
  }
  std::copy(master_salt.begin(), master_salt.end(), x.begin());
  // key_id is label || r with r = 0 in 48 bits, aligned with the right end of the salt: the label meets octet 7.
  x[7] ^= static_cast<std::uint8_t>(label);
  base::Bytes out(octets, 0);
  if (!AesCounter(master_key).apply(x, out)) throw std::logic_error("AES-CM failed on a fresh context");
  base::secure_wipe(x);
  return base::SecretBytes(std::move(out));
}

}  // namespace cadenas::media
