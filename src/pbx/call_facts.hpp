#pragma once

#include "policy/facts.hpp"
#include "policy/media_form.hpp"
#include "sip/flow.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// Gathers what the decision for one leg depends on (RIGHT-1…8, ENC-8): the system, the leg's subscription and flow,
/// and the terminal at the other end. `offer` is what the leg's party said, none where we offer. Both parties are
/// declared on this system.
policy::Facts gather_facts(const store::Snapshot& model, const store::Subscription& party,
                           const store::Subscription& other_party, sip::Transport transport,
                           policy::CertificateState certificate, policy::MediaSeen offer);

policy::SrtpMode srtp_mode_of(const store::Subscription& subscription);
policy::OfferStyle offer_style_of(const store::Subscription& subscription);

}  // namespace cadenas::pbx
