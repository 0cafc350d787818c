#include "pbx/call_facts.hpp"

#include "pbx/party.hpp"

namespace cadenas::pbx {

namespace {

policy::LegTransport leg_transport(sip::Transport transport) {
  switch (transport) {
    case sip::Transport::tls:
    case sip::Transport::wss:
      return policy::LegTransport::tls;
    case sip::Transport::tcp:
      return policy::LegTransport::tcp;
    case sip::Transport::udp:
      break;
  }
  return policy::LegTransport::udp;
}

policy::Facts gather_facts(const store::Snapshot& model, const Party& of, const Party& other,
                           policy::CertificateState certificate, policy::MediaSeen offer) {
  const Correspondent& party = of.who;
  policy::Facts facts;
  facts.licensed = model.settings.licensed;
  facts.trunk = party.trunk != nullptr;
  if (party.subscription) {
    facts.subscription_right = party.subscription->encryption_right;
    facts.class_right = model.class_right(*party.subscription);
    facts.terminal_can_srtp = !party.is_i7xx();
  }
  facts.voice_encryption = model.settings.voice_encryption;
  facts.peer = policy::PeerPlacement::same_system;
  facts.inter_ipbx_local = model.settings.inter_ipbx_encryption;
  facts.certificate = certificate;
  facts.transport = leg_transport(of.leg->flow()->transport);
  facts.srtp_mode = srtp_mode_of(party);
  facts.takes_clear = takes_clear(of);
  facts.peer_is_i7xx = other.who.is_i7xx();
  facts.offer = offer;
  return facts;
}

policy::OfferStyle declared_style(const Correspondent& who) {
  if (!who.trunk && !who.subscription) return policy::OfferStyle::savp;
  switch (who.trunk ? who.trunk->offer_style : who.subscription->offer_style) {
    case store::OfferStyle::avp_crypto:
      return policy::OfferStyle::avp_crypto;
    case store::OfferStyle::dtls:
      return policy::OfferStyle::dtls;
    case store::OfferStyle::savp:
      break;
  }
  return policy::OfferStyle::savp;
}

}  // namespace

policy::SrtpMode srtp_mode_of(const Correspondent& who) {
  if (who.port) return policy::SrtpMode::off;
  return static_cast<policy::SrtpMode>(who.trunk ? who.trunk->srtp_mode : who.subscription->srtp_mode);
}

bool is_browser(const sip::Flow& flow) {
  return flow.transport == sip::Transport::wss;
}

policy::OfferStyle offer_style_of(const Party& party) {
  const sip::Flow* flow = party.leg->flow();
  return flow && is_browser(*flow) ? policy::OfferStyle::webrtc : declared_style(party.who);
}

bool wants_dtls(const Correspondent& who) {
  return declared_style(who) == policy::OfferStyle::dtls && srtp_mode_of(who) != policy::SrtpMode::off;
}

bool takes_clear(const Party& party) {
  if (srtp_mode_of(party.who) == policy::SrtpMode::only) return false;
  const sip::Flow* flow = party.leg->flow();
  return !flow || !is_browser(*flow) || (party.media && party.media->is_clear());
}

policy::Decision judge(const store::Snapshot& model, const Party& party, const Party& other,
                       policy::CertificateState certificate, policy::MediaSeen offer) {
  if (!party.leg->flow()) return policy::of_time_slot();
  return policy::decide(gather_facts(model, party, other, certificate, offer));
}

}  // namespace cadenas::pbx
