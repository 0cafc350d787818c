#include "pbx/party_media.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"
#include "sip/sdp_bundle.hpp"

namespace cadenas::pbx {

namespace {

using policy::MediaForm;
using policy::MediaSeen;

std::uint64_t random_session_id() {
  std::array<std::uint8_t, 8> octets{};
  base::fill_random(octets);
  std::uint64_t id = 0;
  // 62 bits: o= numbers are read as signed by some peers.
  for (const std::uint8_t octet : octets) id = (id << 8 | octet) & 0x3fff'ffff'ffff'ffffULL;
  return id;
}

bool sends(sip::Direction direction) {
  return direction == sip::Direction::sendrecv || direction == sip::Direction::sendonly;
}

bool receives(sip::Direction direction) {
  return direction == sip::Direction::sendrecv || direction == sip::Direction::recvonly;
}

// Each end may only send what the other is willing to receive (RFC 3264 §6.1).
media::Direction board_direction(sip::Direction ours, sip::Direction theirs) {
  const bool out = sends(ours) && receives(theirs);
  const bool in = receives(ours) && sends(theirs);
  if (out && in) return media::Direction::send_receive;
  if (out) return media::Direction::send_only;
  return in ? media::Direction::receive_only : media::Direction::inactive;
}

// Who begins the handshake where the party leaves it to us. With ICE it does: we are a lite agent, which does not know
// where to send before the party has checked the way, and by then the party's own flight is the sooner one. Without ICE
// we do, which the offerer is prepared for before our answer is there (RFC 5763 §5).
media::DtlsRole free_choice(bool ice) {
  return ice ? media::DtlsRole::passive : media::DtlsRole::active;
}

media::SrtpParams srtp_params(const SharedKey& key) {
  return {key->suite, key->key_salt.clone(), key->mki};
}

}  // namespace

PartyMedia::PartyMedia(LocalMedia local, SdesSuites suites)
    : local_(std::move(local)),
      suites_(std::move(suites)),
      session_id_(random_session_id()),
      version_(session_id_),
      dtls_(local_.dtls, suites_.accepted) {}

base::Result<AudioDescription> PartyMedia::take_offer(const sip::Sdp& offer, const policy::Decision& decision,
                                                      policy::SrtpMode mode) {
  if (state_ != State::stable) return base::fail("call.offer-state", "Another offer is under way on this leg.");
  auto description = read_description(offer);
  if (!description) return tl::unexpected(description.error());
  auto plan = policy::plan_answer(decision, description->seen);
  if (!plan) return base::fail("call.policy", std::string(decision.refusal.reason));
  bool secure = plan->form != MediaForm::avp_plain;
  bool dtls = plan->form == MediaForm::dtls;
  std::size_t line = dtls                            ? *description->dtls_line
                     : plan->form == MediaForm::savp ? *description->secure_line
                                                     : *description->plain_line;
  if (secure) {
    if (const auto usable = check_keys(offer, line, dtls); !usable) {
      // The plain line or plain RTP/AVP is still an honest answer unless only SRTP was asked for.
      if (mode == policy::SrtpMode::only || !description->plain_line) return tl::unexpected(usable.error());
      secure = dtls = false;
      line = *description->plain_line;
    }
  }
  state_ = State::offered;
  offer_ = offer.clone();
  offered_line_ = line;
  offered_encrypted_ = secure;
  offered_dtls_ = dtls;
  offered_ice_ = dtls && is_ice_line(offer, line);
  offered_description_ = std::move(*description);
  return PartyDescription::audio_of(offer, line);
}

base::Result<void> PartyMedia::check_keys(const sip::Sdp& offer, std::size_t line, bool dtls) const {
  if (dtls) {
    if (const auto usable = dtls_.check_offer(offer, line); !usable) return usable;
    return is_ice_line(offer, line) ? IceAgreement::check(offer, line) : base::Result<void>{};
  }
  if (answer_cryptos(offer.media[line], suites_.accepted)) return {};
  return base::fail("call.offer-crypto", "The offer holds no key this system can use.", "crypto");
}

sip::Sdp PartyMedia::start_description() {
  return sip::Sdp::create(local_.address, session_id_, ++version_);
}

void PartyMedia::add_our_line(sip::Sdp& sdp, const std::string& proto, const AudioDescription& audio) const {
  sip::SdpMedia media;
  media.media = "audio";
  media.port = local_.rtp_port;
  media.proto = proto;
  media.formats = audio.formats;
  for (const auto& [name, value] : audio.attributes) media.add_attribute(name, value);
  media.set_direction(audio.direction);
  sdp.media.push_back(std::move(media));
}

sip::Sdp PartyMedia::make_answer(const AudioDescription& answered, const SharedKey& shared) {
  sip::Sdp answer = start_description();
  const sip::Sdp& offer = *offer_;
  crypto_.reset();
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const sip::SdpMedia& asked = offer.media[i];
    if (i != offered_line_) {
      sip::SdpMedia refused;
      refused.media = asked.media;
      refused.proto = asked.proto;
      refused.formats = asked.formats;
      answer.media.push_back(std::move(refused));
      continue;
    }
    add_our_line(answer, asked.proto, answered);
    if (asked.rtcp_mux()) answer.media.back().add_attribute("rtcp-mux");
    if (offered_dtls_) dtls_.answer(offer, i, free_choice(offered_ice_), answer.media.back());
    if (!offered_encrypted_ || offered_dtls_) continue;
    const SharedKey keep = shared ? shared : own_key_;
    crypto_ = answer_cryptos(asked, suites_.accepted, keep);
    if (crypto_) answer.media.back().add_crypto(to_attribute(crypto_->own));
  }
  if (!offered_dtls_) dtls_.end();
  if (offered_ice_) {
    add_ice_answer(offer, answer);
  } else {
    end_ice();
  }
  // While voice is clear the board forgets the key's counters: it must not come back (RFC 3711 §9.1).
  own_key_ = crypto_ ? crypto_->own.key : nullptr;
  lines_ = offered_description_.lines;
  agreed_line_ = offered_line_;
  remote_audio_ = PartyDescription::audio_of(offer, offered_line_);
  remote_address_ = address_of(offer, offered_line_);
  local_audio_ = answered;
  offer_.reset();
  state_ = State::stable;
  return answer;
}

void PartyMedia::add_ice_answer(const sip::Sdp& offer, sip::Sdp& answer) {
  ice_.answer(offer, offered_line_, local_, answer);
  mids_.clear();
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    mids_.push_back(sip::mid_of(offer.media[i]));
    if (!mids_[i].empty()) answer.media[i].add_attribute("mid", mids_[i]);
  }
  // The address of a group is that of its first line (RFC 9143); where that is not ours, ours stands alone.
  const auto group = sip::bundle_of(offer, mids_[offered_line_]);
  bundled_ = !group.empty() && group.front() == mids_[offered_line_];
  if (bundled_) sip::add_bundle(answer, mids_[offered_line_]);
}

void PartyMedia::add_ice_offer(std::size_t line, sip::Sdp& offer) {
  ice_.offer(local_, offer, line);
  const bool is_first = lines_.empty();
  if (is_first) mids_ = {"0"};
  mids_.resize(offer.media.size());
  for (std::size_t i = 0; i < mids_.size(); ++i) {
    if (!mids_[i].empty()) offer.media[i].add_attribute("mid", mids_[i]);
  }
  if (is_first || bundled_) sip::add_bundle(offer, mids_[line]);
}

void PartyMedia::end_ice() {
  ice_.end();
  mids_.clear();
  bundled_ = false;
}

sip::Sdp PartyMedia::make_offer(const AudioDescription& described, MediaForm form,
                                const std::vector<OwnCrypto>& relayed) {
  state_ = State::offering;
  own_form_ = form;
  own_described_ = described;
  own_offer_.clear();
  if (form != MediaForm::avp_plain && !policy::is_dtls(form)) {
    if (!relayed.empty()) {
      own_offer_ = relayed;
    } else if (crypto_ && own_key_) {
      // The suite in use with the same key, so that its rollover counter goes on.
      own_offer_.push_back({1, std::string(media::facts(own_key_->suite).sdp_name), own_key_});
    } else {
      own_offer_ = make_offered_cryptos(suites_.offered);
    }
  }
  sip::Sdp offer = start_description();
  const std::string proto = policy::is_dtls(form) ? dtls_proto(form) : form == MediaForm::savp ? "RTP/SAVP" : "RTP/AVP";
  const std::size_t active = agreed_line_.value_or(0);
  const std::size_t count = std::max<std::size_t>(lines_.size(), 1);
  for (std::size_t i = 0; i < count; ++i) {
    if (i == active) {
      add_our_line(offer, proto, described);
      for (const OwnCrypto& crypto : own_offer_) offer.media.back().add_crypto(to_attribute(crypto));
      if (policy::is_dtls(form)) {
        // RTCP on a port of its own would need a handshake of its own (RFC 5764 §4).
        offer.media.back().add_attribute("rtcp-mux");
        dtls_.offer(offer.media.back());
      }
      continue;
    }
    sip::SdpMedia unused;
    unused.media = lines_[i].media;
    unused.proto = lines_[i].proto;
    unused.formats = {lines_[i].first_format};
    offer.media.push_back(std::move(unused));
  }
  if (form == MediaForm::webrtc) add_ice_offer(active, offer);
  return offer;
}

base::Result<AudioDescription> PartyMedia::take_answer(const sip::Sdp& answer, bool final) {
  if (state_ != State::offering) return base::fail("call.offer-state", "An answer came to no offer.");
  auto description = read_description(answer);
  if (!description) return tl::unexpected(description.error());
  const auto treatment = policy::judge_answer(own_form_, description->seen);
  const bool dtls = policy::is_dtls(own_form_);
  const bool ice = own_form_ == MediaForm::webrtc;
  const std::size_t line = dtls && description->dtls_line ? *description->dtls_line
                           : description->secure_line     ? *description->secure_line
                           : description->plain_line      ? *description->plain_line
                                                          : *description->dtls_line;
  std::optional<AgreedCrypto> crypto;
  switch (treatment) {
    case policy::VoiceTreatment::encrypt: {
      if (dtls) {
        // First of all: what was agreed before stays where either is refused.
        if (ice) {
          if (const auto usable = IceAgreement::check(answer, line); !usable) return tl::unexpected(usable.error());
        }
        if (const auto taken = dtls_.take_answer(answer, line); !taken) return tl::unexpected(taken.error());
        break;
      }
      auto matched = match_answered_crypto(answer.media[line], own_offer_);
      if (!matched) return tl::unexpected(matched.error());
      crypto = std::move(*matched);
      break;
    }
    case policy::VoiceTreatment::clear:
      break;
    case policy::VoiceTreatment::refuse:
      if (description->seen == MediaSeen::savp_without_crypto) {
        return base::fail("call.answer-without-crypto", "The answer is RTP/SAVP without a key.", "crypto");
      }
      return base::fail("call.answer-form", "The answer drops the encryption that the offer asked for.", "m");
  }
  crypto_ = std::move(crypto);
  own_key_ = crypto_ ? crypto_->own.key : nullptr;
  if (!dtls) dtls_.end();
  if (ice) {
    ice_.take_answer(answer, line);
    bundled_ = line < mids_.size() && !sip::bundle_of(answer, mids_[line]).empty();
  } else {
    end_ice();
  }
  settled_plain_ = !encrypted();
  lines_ = description->lines;
  agreed_line_ = line;
  remote_audio_ = PartyDescription::audio_of(answer, line);
  remote_address_ = address_of(answer, line);
  remote_address_.rtcp_mux = remote_address_.rtcp_mux && dtls;  // where we do not offer it
  local_audio_ = own_described_;
  if (final) drop_offer();
  return remote_audio_;
}

void PartyMedia::drop_offer() {
  offer_.reset();
  own_offer_.clear();
  state_ = State::stable;
}

void PartyMedia::move_to(LocalMedia local) {
  local_ = std::move(local);
  dtls_.move_to(local_.dtls, ice_.in_use() ? DtlsAgreement::Sign::fingerprint : DtlsAgreement::Sign::place);
  ice_.move();
  own_key_ = nullptr;
}

bool PartyMedia::is_dtls_line() const {
  return agreed_line_ && (lines_[*agreed_line_].proto.starts_with("UDP/TLS/") || uses_dtls());
}

MediaForm PartyMedia::form_in_dialog(MediaForm planned) const {
  if (planned == MediaForm::avp_plain || !agreed_line_) return planned;
  if (settled_plain_ && !crypto_) return MediaForm::avp_plain;
  if (is_dtls_line()) return ice_.in_use() ? MediaForm::webrtc : MediaForm::dtls;
  return lines_[*agreed_line_].proto.starts_with("RTP/SAVP") ? MediaForm::savp : MediaForm::avp_crypto;
}

std::string PartyMedia::dtls_proto(MediaForm form) const {
  if (is_dtls_line()) return lines_[*agreed_line_].proto;
  return form == MediaForm::webrtc ? "UDP/TLS/RTP/SAVPF" : "UDP/TLS/RTP/SAVP";
}

bool PartyMedia::is_clear() const {
  return agreed_line_ && !crypto_ && lines_[*agreed_line_].proto.starts_with("RTP/AVP");
}

std::optional<media::Suite> PartyMedia::suite() const {
  if (!crypto_) return std::nullopt;
  return crypto_->own.key->suite;
}

const SharedKey& PartyMedia::peer_key() const {
  static const SharedKey none;
  return crypto_ ? crypto_->peer : none;
}

std::vector<OwnCrypto> PartyMedia::relayable_keys() const {
  std::vector<OwnCrypto> out;
  if (state_ != State::offered || !offered_encrypted_) return out;
  for (const media::Suite suite : suites_.offered) {
    const std::array<media::Suite, 1> only{suite};
    if (auto agreed = answer_cryptos(offer_->media[offered_line_], only)) {
      out.push_back({agreed->own.tag, agreed->own.spelling, agreed->peer});
    }
  }
  return out;
}

media::LegMedia PartyMedia::board_leg() const {
  media::LegMedia leg;
  leg.remote_rtp = remote_address_.rtp;
  leg.remote_rtcp = remote_address_.rtcp;
  leg.rtcp_mux = remote_address_.rtcp_mux;
  if (crypto_) {
    leg.receive = srtp_params(crypto_->peer);
    leg.send = srtp_params(crypto_->own.key);
    leg.srtp_only = true;
  }
  leg.dtls = dtls_.agreed();
  if (ice_.agreed()) leg.ice = ice_.agreed()->clone();
  leg.direction = board_direction(local_audio_.direction, remote_audio_.direction);
  return leg;
}

}  // namespace cadenas::pbx
