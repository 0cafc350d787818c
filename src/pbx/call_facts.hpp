#pragma once

#include "pbx/correspondent.hpp"
#include "policy/facts.hpp"
#include "policy/media_form.hpp"
#include "sip/flow.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// Gathers what the decision for one leg depends on (RIGHT-1…8, ENC-8): the system, the leg's subscription or trunk,
/// its flow, and the terminal at the other end. `offer` is what the leg's party said, none where we offer. Both parties
/// are declared on this system: a trunk is no link to another iPBX, so that RIGHT-4 does not apply to it.
policy::Facts gather_facts(const store::Snapshot& model, const Correspondent& party, const Correspondent& other_party,
                           sip::Transport transport, policy::CertificateState certificate, policy::MediaSeen offer);

policy::SrtpMode srtp_mode_of(const Correspondent& who);
policy::OfferStyle offer_style_of(const Correspondent& who);

}  // namespace cadenas::pbx
