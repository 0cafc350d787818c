#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "pbx/registration_view.hpp"
#include "pki/phone_trust.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// A phone that BOTHWAY would cut off, and why.
struct DarkPhone {
  std::string number;
  std::string display_name;
  std::string
      contact_uri;  ///< of the registration it is about; empty where the phone is known by its subscription only
  std::string user_agent;
  std::string
      code;  ///< "bothway.terminal", "bothway.transport", "bothway.not-asked", "register.certificate", "tls.client-…"
  std::string message;  ///< one sentence: why, and what would help
};

/// What switching BOTHWAY on would do, found without switching it (MODE-8).
struct BothwayRehearsal {
  std::vector<base::Error> obstacles;  ///< why it cannot be switched on at all
  std::vector<DarkPhone> dark;         ///< by number
  std::size_t safe = 0;                ///< registrations that would stay
  std::size_t unknown = 0;             ///< subscriptions that are not registered, of which nothing can be said
};

/// Pure.
BothwayRehearsal rehearse_bothway(const store::Snapshot& model, const std::vector<RegistrationView>& registrations,
                                  const pki::PhoneAuthorities& authorities);

}  // namespace cadenas::pbx
