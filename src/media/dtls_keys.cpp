#include "media/dtls_keys.hpp"

#include <utility>

namespace cadenas::media {

DtlsKeys split_exported(Suite suite, base::ByteView exported, DtlsRole own) {
  const SuiteFacts& lengths = facts(suite);
  const auto params = [&](std::size_t end) {
    const base::ByteView key = exported.subspan(end * lengths.key, lengths.key);
    const base::ByteView salt = exported.subspan(2 * lengths.key + end * lengths.salt, lengths.salt);
    base::Bytes keying;
    keying.reserve(lengths.keying());
    keying.insert(keying.end(), key.begin(), key.end());
    keying.insert(keying.end(), salt.begin(), salt.end());
    return SrtpParams{suite, base::SecretBytes(std::move(keying))};
  };
  SrtpParams client = params(0);
  SrtpParams server = params(1);
  if (own == DtlsRole::active) return {std::move(server), std::move(client)};
  return {std::move(client), std::move(server)};
}

}  // namespace cadenas::media
