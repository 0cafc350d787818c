#include "pki/token_key.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libp11.h>

#include "pki/openssl_error.hpp"

namespace cadenas::pki {
namespace {

constexpr unsigned generated_bits = 3072;

// Of PKCS #11 3.0 §6.3; libp11 hands them on as reasons of its errors.
constexpr int ckr_pin_incorrect = 0xa0;
constexpr int ckr_pin_invalid = 0xa1;
constexpr int ckr_pin_len_range = 0xa2;
constexpr int ckr_pin_locked = 0xa4;

tl::unexpected<base::Error> refused(const std::string& what) {
  return openssl_failure("token.refused", what);
}

/// A module with its slots, open and logged in as long as this lives.
class Token {
 public:
  Token() : context_(PKCS11_CTX_new()) {}
  ~Token() {
    if (slots_ != nullptr) PKCS11_release_all_slots(context_, slots_, count_);
    if (loaded_) PKCS11_CTX_unload(context_);
    PKCS11_CTX_free(context_);
    ERR_clear_error();
  }
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;

  base::Result<void> open(const TokenUri& uri, const base::SecretBytes& pin, bool writing) {
    loaded_ = context_ != nullptr && PKCS11_CTX_load(context_, uri.module_path.c_str()) == 0;
    if (!loaded_) {
      return openssl_failure("token.module-not-found",
                             "The PKCS#11 module " + uri.module_path + " cannot be loaded; give its absolute path",
                             uri.module_path);
    }
    if (PKCS11_enumerate_slots(context_, &slots_, &count_) != 0) return refused("The tokens cannot be listed");
    return choose(uri).and_then([&] { return log_in(pin, writing); });
  }

  /// All private keys that `uri` names.
  base::Result<std::vector<PKCS11_KEY*>> keys(const TokenUri& uri) {
    PKCS11_KEY* first = nullptr;
    unsigned count = 0;
    if (PKCS11_enumerate_keys(slot_->token, &first, &count) != 0)
      return refused("The keys of the token cannot be listed");
    std::vector<PKCS11_KEY*> found;
    for (PKCS11_KEY& key : std::span(first, count)) {
      const bool label = uri.object.empty() || (key.label != nullptr && uri.object == key.label);
      const bool id = uri.id.empty() || std::equal(uri.id.begin(), uri.id.end(), key.id, key.id + key.id_len);
      if (label && id) found.push_back(&key);
    }
    return found;
  }

  base::Result<void> generate(const TokenUri& uri) {
    base::Bytes id = uri.id.empty() ? base::Bytes(8) : uri.id;
    if (uri.id.empty()) base::fill_random(id);
    std::string label = uri.object;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // libp11 0.5 has PKCS11_keygen in its place, 0.4 not yet
    const int made =
        PKCS11_generate_key(slot_->token, EVP_PKEY_RSA, generated_bits, label.data(), id.data(), id.size());
#pragma GCC diagnostic pop
    if (made == 0) return {};
    return refused("The token makes no RSA key");
  }

 private:
  base::Result<void> choose(const TokenUri& uri) {
    const auto fits = [](const std::string& wanted, const char* found) {
      return wanted.empty() || (found != nullptr && wanted == found);
    };
    for (PKCS11_SLOT& slot : std::span(slots_, count_)) {
      const PKCS11_TOKEN* token = slot.token;
      if (token == nullptr || token->initialized == 0 || !fits(uri.token, token->label) ||
          !fits(uri.serial, token->serialnr) || !fits(uri.manufacturer, token->manufacturer) ||
          !fits(uri.model, token->model)) {
        continue;
      }
      if (slot_ != nullptr) {
        return base::fail("token.several", "Several tokens are as the URI says; name one by its serial.", "token");
      }
      slot_ = &slot;
    }
    if (slot_ != nullptr) return {};
    return base::fail("token.not-found", "The PKCS#11 module has no token as the URI says; is it plugged in?", "token");
  }

  base::Result<void> log_in(const base::SecretBytes& pin, bool writing) {
    if (PKCS11_open_session(slot_, writing ? 1 : 0) != 0) return refused("The token opens no session");
    base::Bytes copy(pin.size() + 1);
    std::copy(pin.view().begin(), pin.view().end(), copy.begin());
    const base::SecretBytes ended(std::move(copy));
    ERR_clear_error();
    if (PKCS11_login(slot_, 0, reinterpret_cast<const char*>(ended.view().data())) == 0) return {};
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    if (reason == ckr_pin_incorrect || reason == ckr_pin_invalid || reason == ckr_pin_len_range) {
      ERR_clear_error();
      return base::fail("token.pin-wrong", "The token does not take the PIN; after a few more it will lock itself.",
                        "pin");
    }
    if (reason == ckr_pin_locked) {
      ERR_clear_error();
      return base::fail("token.pin-locked", "The token has locked itself after too many wrong PINs.", "pin");
    }
    return refused("The token lets nobody log in");
  }

  PKCS11_CTX* context_;
  PKCS11_SLOT* slots_ = nullptr;
  unsigned count_ = 0;
  PKCS11_SLOT* slot_ = nullptr;
  bool loaded_ = false;
};

base::Result<PrivateKey> only_key(std::shared_ptr<Token> token, const TokenUri& uri) {
  const auto found = token->keys(uri);
  if (!found) return tl::unexpected(found.error());
  if (found->empty()) {
    return base::fail("token.key-not-found", "The token has no private key as the URI says.", "token");
  }
  if (found->size() > 1) {
    return base::fail("token.key-several", "The token has several keys as the URI says; name one by its id.", "token");
  }
  KeyHandle key(PKCS11_get_private_key(found->front()));
  if (!key) return refused("The key in the token cannot be used");
  return PrivateKey::held_by(std::move(token), std::move(key));
}

}  // namespace

base::Result<PrivateKey> open_token_key(const TokenUri& uri, const base::SecretBytes& pin) {
  auto token = std::make_shared<Token>();
  if (auto opened = token->open(uri, pin, false); !opened) return tl::unexpected(opened.error());
  return only_key(std::move(token), uri);
}

base::Result<PrivateKey> generate_token_key(const TokenUri& uri, const base::SecretBytes& pin) {
  if (uri.object.empty()) {
    return base::fail("token.uri", "Expected an object in the URI: the label for the new key.", "token");
  }
  auto token = std::make_shared<Token>();
  if (auto opened = token->open(uri, pin, true); !opened) return tl::unexpected(opened.error());
  const auto before = token->keys(uri);
  if (!before) return tl::unexpected(before.error());
  if (!before->empty()) {
    return base::fail("token.key-exists", "The token has a key of this name already; use it, or give another name.",
                      "token");
  }
  if (auto made = token->generate(uri); !made) return tl::unexpected(made.error());
  return only_key(std::move(token), uri);
}

}  // namespace cadenas::pki
