#include "pbx/call_facts.hpp"

namespace cadenas::pbx {

namespace {

policy::LegTransport leg_transport(sip::Transport transport) {
  switch (transport) {
    case sip::Transport::tls:
      return policy::LegTransport::tls;
    case sip::Transport::tcp:
      return policy::LegTransport::tcp;
    case sip::Transport::udp:
      break;
  }
  return policy::LegTransport::udp;
}

}  // namespace

policy::SrtpMode srtp_mode_of(const store::Subscription& subscription) {
  return static_cast<policy::SrtpMode>(subscription.srtp_mode);
}

policy::OfferStyle offer_style_of(const store::Subscription& subscription) {
  return subscription.offer_style == store::OfferStyle::savp ? policy::OfferStyle::savp
                                                             : policy::OfferStyle::avp_crypto;
}

policy::Facts gather_facts(const store::Snapshot& model, const store::Subscription& party,
                           const store::Subscription& other_party, sip::Transport transport,
                           policy::CertificateState certificate, policy::MediaSeen offer) {
  policy::Facts facts;
  facts.licensed = model.settings.licensed;
  facts.subscription_right = party.encryption_right;
  facts.class_right = model.class_right(party);
  facts.voice_encryption = model.settings.voice_encryption;
  facts.peer = policy::PeerPlacement::same_system;
  facts.inter_ipbx_local = model.settings.inter_ipbx_encryption;
  facts.certificate = certificate;
  facts.transport = leg_transport(transport);
  facts.srtp_mode = srtp_mode_of(party);
  facts.terminal_can_srtp = party.terminal != store::TerminalKind::i7xx;
  facts.peer_is_i7xx = other_party.terminal == store::TerminalKind::i7xx;
  facts.offer = offer;
  return facts;
}

}  // namespace cadenas::pbx
