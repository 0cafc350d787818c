#include "pki/pkcs12.hpp"

#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"
#include "pki/pkcs12_cost.hpp"
#include "pki/pkcs12_password.hpp"

namespace cadenas::pki {
namespace {

struct Pkcs12PartFree {
  void operator()(PKCS8_PRIV_KEY_INFO* value) const noexcept { PKCS8_PRIV_KEY_INFO_free(value); }
  void operator()(STACK_OF(PKCS7) * value) const noexcept { sk_PKCS7_pop_free(value, PKCS7_free); }
  void operator()(STACK_OF(PKCS12_SAFEBAG) * value) const noexcept {
    sk_PKCS12_SAFEBAG_pop_free(value, PKCS12_SAFEBAG_free);
  }
};

using KeyInfoHandle = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Pkcs12PartFree>;
using ContentsHandle = std::unique_ptr<STACK_OF(PKCS7), Pkcs12PartFree>;
using BagsHandle = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Pkcs12PartFree>;

/// RC2 and RC4 come with the legacy provider, and loading it alone would take the default one away. In a context of
/// their own they never become available to TLS.
class LegacyLibrary {
 public:
  LegacyLibrary() : context_(OSSL_LIB_CTX_new()) {
    if (context_ == nullptr) return;
    // Without its module modern files can still be read.
    legacy_ = OSSL_PROVIDER_load(context_, "legacy");
    default_ = OSSL_PROVIDER_load(context_, "default");
    ERR_clear_error();
  }
  ~LegacyLibrary() {
    OSSL_PROVIDER_unload(legacy_);
    OSSL_PROVIDER_unload(default_);
    OSSL_LIB_CTX_free(context_);
  }
  LegacyLibrary(const LegacyLibrary&) = delete;
  LegacyLibrary& operator=(const LegacyLibrary&) = delete;

  OSSL_LIB_CTX* context() const { return context_; }

 private:
  OSSL_LIB_CTX* context_;
  OSSL_PROVIDER* legacy_ = nullptr;
  OSSL_PROVIDER* default_ = nullptr;
};

tl::unexpected<base::Error> unreadable(std::string_view what) {
  return openssl_failure("pkcs12.unreadable", what);
}

tl::unexpected<base::Error> wrong_password() {
  ERR_clear_error();
  return base::fail("pkcs12.wrong-password",
                    "The password does not open the PKCS#12 file; enter the one it was made with.", "password");
}

/// One reading with one form of the password.
class Reader {
 public:
  /// A null `password` is none at all, which is not the same as an empty one (RFC 7292 appendix B.1).
  Reader(OSSL_LIB_CTX* library, const base::SecretBytes* password)
      : library_(library),
        password_(password != nullptr ? reinterpret_cast<const char*>(password->view().data()) : nullptr),
        length_(password != nullptr ? static_cast<int>(password->size()) : 0),
        budget_(library) {
    if (password != nullptr && password->empty()) password_ = "";
  }

  base::Result<Pkcs12Contents> read(PKCS12* file) {
    if (auto verified = verify(file); !verified) return tl::unexpected(verified.error());
    const ContentsHandle contents(PKCS12_unpack_authsafes(file));
    if (!contents) return unreadable("The PKCS#12 file is damaged");
    for (int i = 0; i < sk_PKCS7_num(contents.get()); ++i) {
      if (auto taken = take_content(sk_PKCS7_value(contents.get(), i)); !taken) return tl::unexpected(taken.error());
    }
    if (!key_) {
      return base::fail("pkcs12.no-key", "The PKCS#12 file holds no private key; export certificate and key together.");
    }
    if (certificates_.empty()) {
      return base::fail("pkcs12.no-certificate",
                        "The PKCS#12 file holds a private key without any certificate; export both together.");
    }
    return Pkcs12Contents{std::move(*key_), std::move(certificates_)};
  }

 private:
  base::Result<void> verify(PKCS12* file) {
    if (PKCS12_mac_present(file) != 1) return {};
    if (auto paid = budget_.spend_mac(file); !paid) return paid;
    if (PKCS12_verify_mac(file, password_, length_) == 1) return {};
    // A MAC that only differs leaves no error behind.
    if (ERR_peek_error() == 0) return wrong_password();
    return unreadable("The integrity of the PKCS#12 file cannot be verified");
  }

  base::Result<void> take_content(PKCS7* content) {
    if (PKCS7_type_is_data(content)) {
      const BagsHandle bags(content->d.data != nullptr ? PKCS12_unpack_p7data(content) : nullptr);
      if (!bags) return unreadable("The PKCS#12 file is damaged");
      return take_bags(bags.get());
    }
    if (!PKCS7_type_is_encrypted(content) || content->d.encrypted == nullptr ||
        content->d.encrypted->enc_data == nullptr || content->d.encrypted->enc_data->enc_data == nullptr) {
      return unreadable("The PKCS#12 file is not protected by a password, as expected");
    }
    const PKCS7_ENC_CONTENT& encrypted = *content->d.encrypted->enc_data;
    if (auto paid = budget_.spend(encrypted.algorithm); !paid) return paid;
    const BagsHandle bags(static_cast<STACK_OF(PKCS12_SAFEBAG)*>(
        PKCS12_item_decrypt_d2i_ex(encrypted.algorithm, ASN1_ITEM_rptr(PKCS12_SAFEBAGS), password_, length_,
                                   encrypted.enc_data, 1, library_, nullptr)));
    // The budget has seen that every algorithm is there.
    if (!bags) return wrong_password();
    return take_bags(bags.get());
  }

  // Bags in bags end where OpenSSL's decoder stopped nesting.
  base::Result<void> take_bags(const STACK_OF(PKCS12_SAFEBAG) * bags) {
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
      if (auto taken = take_bag(sk_PKCS12_SAFEBAG_value(bags, i)); !taken) return taken;
    }
    return {};
  }

  base::Result<void> take_bag(const PKCS12_SAFEBAG* bag) {
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_keyBag:
        return take_key(PKCS12_SAFEBAG_get0_p8inf(bag));
      case NID_pkcs8ShroudedKeyBag:
        return take_encrypted_key(PKCS12_SAFEBAG_get0_pkcs8(bag));
      case NID_certBag:
        return PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate ? take_certificate(bag) : base::Result<void>{};
      case NID_safeContentsBag:
        return take_bags(PKCS12_SAFEBAG_get0_safes(bag));
      default:
        // Revocation lists and whatever else is in there are nothing this system needs.
        return {};
    }
  }

  base::Result<void> take_encrypted_key(const X509_SIG* encrypted) {
    const X509_ALGOR* scheme = nullptr;
    const ASN1_OCTET_STRING* octets = nullptr;
    if (encrypted != nullptr) X509_SIG_get0(encrypted, &scheme, &octets);
    if (octets == nullptr) return unreadable("The private key in the PKCS#12 file is damaged");
    if (auto paid = budget_.spend(scheme); !paid) return paid;
    const KeyInfoHandle key(static_cast<PKCS8_PRIV_KEY_INFO*>(PKCS12_item_decrypt_d2i_ex(
        scheme, ASN1_ITEM_rptr(PKCS8_PRIV_KEY_INFO), password_, length_, octets, 1, library_, nullptr)));
    if (!key) return wrong_password();
    return take_key(key.get());
  }

  base::Result<void> take_key(const PKCS8_PRIV_KEY_INFO* info) {
    if (key_) {
      return base::fail("pkcs12.several-keys",
                        "The PKCS#12 file holds several private keys; export the one of this system alone.");
    }
    // By way of its encoding, so that the key belongs to the default library context.
    const BioHandle pem(BIO_new(BIO_s_secmem()));
    char* data = nullptr;
    if (info == nullptr || !pem || PEM_write_bio_PKCS8_PRIV_KEY_INFO(pem.get(), info) != 1) {
      return unreadable("The private key in the PKCS#12 file is damaged");
    }
    const long length = BIO_get_mem_data(pem.get(), &data);
    auto key = PrivateKey::from_pem(base::as_bytes({data, static_cast<std::size_t>(length)}));
    if (!key)
      return base::fail("pkcs12.unreadable", "The private key in the PKCS#12 file is of a kind not known here.");
    key_ = std::move(*key);
    return {};
  }

  base::Result<void> take_certificate(const PKCS12_SAFEBAG* bag) {
    if (certificates_.size() == most_pkcs12_certificates) {
      return base::fail("pkcs12.too-large", "The PKCS#12 file holds more than " +
                                                std::to_string(most_pkcs12_certificates) +
                                                " certificates; export only those of the chain.");
    }
    const X509Handle x509(PKCS12_SAFEBAG_get1_cert(bag));
    if (!x509) return unreadable("A certificate in the PKCS#12 file is damaged");
    auto certificate = Certificate::from_x509(x509.get());
    if (!certificate) return base::fail("pkcs12.unreadable", certificate.error().message);
    certificates_.push_back(std::move(*certificate));
    return {};
  }

  OSSL_LIB_CTX* library_;
  const char* password_;
  int length_;
  DerivationBudget budget_;
  std::optional<PrivateKey> key_;
  std::vector<Certificate> certificates_;
};

base::Result<Pkcs12Contents> read_every_way(OSSL_LIB_CTX* library, PKCS12* file, const base::SecretBytes& password) {
  auto contents = Reader(library, &password).read(file);
  const auto refused = [&contents] { return !contents && contents.error().code == "pkcs12.wrong-password"; };
  if (refused() && password.empty()) contents = Reader(library, nullptr).read(file);
  for (const base::SecretBytes& form : older_forms(password.view())) {
    if (refused()) contents = Reader(library, &form).read(file);
  }
  return contents;
}

tl::unexpected<base::Error> too_large() {
  return base::fail("pkcs12.too-large",
                    "The PKCS#12 file is larger than " + std::to_string(largest_pkcs12 / 1024) + " KiB.");
}

}  // namespace

base::Result<Pkcs12Contents> read_pkcs12(base::ByteView file, const base::SecretBytes& password) {
  if (file.size() > largest_pkcs12) return too_large();
  if (password.size() > longest_pkcs12_password) return wrong_password();
  const LegacyLibrary library;
  // An object made in the context takes it along into what is decoded and verified.
  PKCS12* made = library.context() != nullptr ? PKCS12_init_ex(NID_pkcs7_data, library.context(), nullptr) : nullptr;
  if (made == nullptr) return unreadable("The PKCS#12 file cannot be read on this machine");
  const unsigned char* position = file.data();
  // On failure d2i frees what it was given.
  PKCS12* decoded = d2i_PKCS12(&made, &position, static_cast<long>(file.size()));
  const Pkcs12Handle owned(decoded);
  if (decoded == nullptr || position != file.data() + file.size()) {
    return unreadable("Expected a PKCS#12 file (.p12 or .pfx)");
  }
  auto contents = read_every_way(library.context(), decoded, password);
  ERR_clear_error();
  return contents;
}

base::Result<Pkcs12Contents> read_pkcs12_file(const std::filesystem::path& file, const base::SecretBytes& password) {
  std::error_code problem;
  if (!std::filesystem::exists(file, problem) && !problem) {
    return base::fail("pkcs12.not-found", "There is no PKCS#12 file " + file.string() + ".", file.string());
  }
  std::ifstream in;
  // Unbuffered and wiped: the key may lie in the file as it is.
  in.rdbuf()->pubsetbuf(nullptr, 0);
  in.open(file, std::ios::binary);
  base::Bytes content(largest_pkcs12 + 1);
  in.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
  const auto length = static_cast<std::size_t>(in.gcount());
  const base::SecretBytes secret(std::move(content));
  if (in.bad() || length == 0) {
    return base::fail("pkcs12.unreadable", "The PKCS#12 file " + file.string() + " is empty or cannot be read.",
                      file.string());
  }
  return read_pkcs12(secret.view().first(length), password);
}

}  // namespace cadenas::pki
