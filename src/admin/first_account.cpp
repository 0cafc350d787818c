#include "admin/first_account.hpp"

#include <future>

#include "base/atomic_file.hpp"
#include "base/bytes.hpp"

namespace cadenas::admin {

namespace {
constexpr std::size_t password_octets = 16;
constexpr mode_t owner_only = 0600;
}  // namespace

base::Result<bool> ensure_first_account(store::Store& store, const std::filesystem::path& file) {
  if (!store.snapshot()->accounts.empty()) return false;
  std::string password = base::random_hex(password_octets);
  auto hash = store::PasswordHash::of(password);
  if (!hash) return tl::unexpected<base::Error>(hash.error());
  // The file first: an account whose password nobody knows would lock everyone out.
  auto written = base::replace_file(file, base::as_bytes(password + "\n"), owner_only);
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(password.data()), password.size()});
  if (!written) return tl::unexpected<base::Error>(written.error());
  std::promise<base::Result<void>> stored;
  store.put_account({first_account_name, store::AdminRole::administrator, std::move(*hash)},
                    [&stored](const base::Result<void>& done) { stored.set_value(done); });
  auto done = stored.get_future().get();
  if (!done) return tl::unexpected<base::Error>(done.error());
  return true;
}

}  // namespace cadenas::admin
