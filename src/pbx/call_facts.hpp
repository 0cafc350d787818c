#pragma once

#include "pbx/correspondent.hpp"
#include "policy/decision.hpp"
#include "policy/facts.hpp"
#include "policy/media_form.hpp"
#include "sip/flow.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

struct Party;

/// The decision for the leg of `party` (RIGHT-1…8, ENC-8): of the system, its subscription or trunk, its flow, and the
/// terminal at the other end. `offer` is what the leg's party said, none where we offer. Both parties are declared on
/// this system: a trunk is no link to another iPBX, so that RIGHT-4 does not apply to it.
policy::Decision judge(const store::Snapshot& model, const Party& party, const Party& other,
                       policy::CertificateState certificate, policy::MediaSeen offer);

policy::SrtpMode srtp_mode_of(const Correspondent& who);
/// Reached by SIP over WebSockets (RFC 7118): taken for a browser, whatever is declared for its number.
bool is_browser(const sip::Flow& flow);
policy::OfferStyle offer_style_of(const Party& party);
/// Whether an encrypted offer to it is one of DTLS-SRTP, as far as it is declared: it may yet answer by a browser.
bool wants_dtls(const Correspondent& who);
/// Whether clear voice may be offered to it at all: not where it is set to SRTP only, and not where it is a browser,
/// unless it has agreed on clear voice itself.
bool takes_clear(const Party& party);

}  // namespace cadenas::pbx
