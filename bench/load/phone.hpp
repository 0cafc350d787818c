#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "load/wire.hpp"
#include "sip/auth_header.hpp"
#include "sip/message.hpp"

namespace cadenas::bench {

/// One emulated phone's identity and digest state; writes its requests.
class Phone {
 public:
  Phone(std::string number, std::string password, std::string server)
      : number_(std::move(number)), password_(std::move(password)), server_(std::move(server)) {}

  const std::string& number() const { return number_; }
  std::string aor() const { return "sip:" + number_ + "@" + server_; }

  /// The next REGISTER on `wire`; with credentials once a challenge was taken.
  std::string register_request(const Wire& wire);
  /// Takes the challenge of a 401 or 407; false if there is none it can answer.
  bool take_challenge(const sip::MessageView& response);
  /// "Authorization: …" or "Proxy-Authorization: …" with its line end, empty before the first challenge.
  std::string authorization(std::string_view method, std::string_view uri);
  std::string contact(const Wire& wire) const;
  /// "SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK…" with a fresh branch.
  static std::string via(const Wire& wire);

 private:
  std::string number_, password_, server_;
  std::optional<sip::DigestChallenge> challenge_;
  bool by_proxy_ = false;
  std::uint32_t nonce_count_ = 0;
  std::uint32_t cseq_ = 0;
  std::string call_id_;
};

}  // namespace cadenas::bench
