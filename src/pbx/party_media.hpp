#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/leg_media.hpp"
#include "pbx/dtls_agreement.hpp"
#include "pbx/ice_agreement.hpp"
#include "pbx/local_media.hpp"
#include "pbx/media_description.hpp"
#include "pbx/sdes.hpp"
#include "policy/decision.hpp"
#include "policy/media_form.hpp"
#include "sip/sdp.hpp"

namespace cadenas::pbx {

/// The offer/answer state of one leg (RFC 3264) with its keys (RFC 4568), or its DTLS association (RFC 5763) and ICE
/// session (RFC 8839): what was said, what is agreed. Knows neither SIP nor the other leg. Not thread-safe: it belongs
/// to the call.
///
///   state        | event        | action                                  | next
///   stable       | take_offer   | the decision is the caller's, before     | offered
///   stable       | make_offer   | keys made, o= version raised             | offering
///   offered      | make_answer  | one crypto, the other line refused       | stable
///   offered      | drop_offer   | what was agreed before stays             | stable
///   offering     | take_answer  | judged: encrypt, clear, or an error      | stable
///   offering     | drop_offer   | what was agreed before stays             | stable
class PartyMedia {
 public:
  PartyMedia(LocalMedia local, SdesSuites suites);

  enum class State : std::uint8_t { stable, offered, offering };
  State state() const { return state_; }

  /// The party's offer, after `policy::decide` was asked about it. Errors: "call.no-audio", "call.policy" (the decision
  /// refuses), "call.offer-crypto" (SRTP is needed and no key is acceptable), "call.offer-state", and those of
  /// DtlsAgreement::check_offer and IceAgreement::check.
  base::Result<AudioDescription> take_offer(const sip::Sdp& offer, const policy::Decision& decision,
                                            policy::SrtpMode mode);
  /// The answer to it with the other party's codecs and direction. `shared` is the key we send with when both legs
  /// share keys, else null.
  sip::Sdp make_answer(const AudioDescription& answered, const SharedKey& shared = nullptr);

  /// The offer that was taken will be answered with keys.
  bool answers_encrypted() const { return state_ == State::offered && offered_encrypted_; }

  /// Whether `make_offer` can write the form: DTLS needs an end that can shake hands.
  bool can_offer(policy::MediaForm form) const { return !policy::is_dtls(form) || dtls_.available(); }
  /// Our offer in the form that was planned; RTP/AVP without keys where `plan` says so. `relayed` are the other party's
  /// own keys to hand on (pass-through), empty for keys of our own.
  sip::Sdp make_offer(const AudioDescription& described, policy::MediaForm form,
                      const std::vector<OwnCrypto>& relayed = {});
  /// Errors: "call.no-audio", "call.answer-without-crypto", "call.answer-crypto", "call.answer-form",
  /// "call.offer-state", and those of DtlsAgreement::take_answer and IceAgreement::check. Not `final`: the answer stood
  /// in a provisional response that may be lost (RFC 3261 §13.2.1), the final one says it again or lets it stand
  /// (`drop_offer`).
  base::Result<AudioDescription> take_answer(const sip::Sdp& answer, bool final = true);
  /// The offer under way, whosever it is, comes to nothing.
  void drop_offer();

  /// The form an offer in this dialog keeps, given what the plan for a fresh one would be: a line that was RTP/AVP or
  /// RTP/SAVP stays so, with ICE or without, and what the party refused to encrypt is not asked again.
  policy::MediaForm form_in_dialog(policy::MediaForm planned) const;

  bool agreed() const { return agreed_line_.has_value(); }  ///< an answer was given or taken
  /// Keys both ways are agreed, or the handshake that gives them.
  bool encrypted() const { return crypto_ || uses_dtls(); }
  bool uses_dtls() const { return dtls_.agreed().has_value(); }  ///< the keys come from a DTLS handshake
  bool uses_ice() const { return ice_.agreed().has_value(); }    ///< checks show where the party is
  /// It has agreed on clear voice.
  bool is_clear() const;
  std::optional<media::Suite> suite() const;  ///< agreed in SDP; nothing with DTLS, where the handshake chooses
  /// What the party last said of itself, and is in force.
  const AudioDescription& remote_audio() const { return remote_audio_; }
  /// What we last told the party.
  const AudioDescription& local_audio() const { return local_audio_; }
  /// What we last offered, agreed or not.
  const AudioDescription& offered_audio() const { return own_described_; }
  /// What the party's offer, being answered, proposes in keys for pass-through: lines of suites we would offer
  /// ourselves, with their own tags.
  std::vector<OwnCrypto> relayable_keys() const;
  const SharedKey& peer_key() const;
  std::uint32_t agreed_tag() const { return crypto_ ? crypto_->own.tag : 0; }
  /// Keys go only where both sides wrote them; what the board is to do.
  media::LegMedia board_leg() const;
  const LocalMedia& local() const { return local_; }
  /// The leg joins another media session. Our keys are left behind: the new session counts from zero, and a key used
  /// twice from there would repeat its keystream. So is a DTLS association, which has two fixed ends, and an ICE
  /// session.
  void move_to(LocalMedia local);

 private:
  base::Result<void> check_keys(const sip::Sdp& offer, std::size_t line, bool dtls) const;
  sip::Sdp start_description();
  bool is_dtls_line() const;
  std::string dtls_proto(policy::MediaForm form) const;
  void add_ice_answer(const sip::Sdp& offer, sip::Sdp& answer);
  void add_ice_offer(std::size_t line, sip::Sdp& offer);
  void end_ice();
  void add_our_line(sip::Sdp& sdp, const std::string& proto, const AudioDescription& audio) const;

  LocalMedia local_;
  SdesSuites suites_;
  std::uint64_t session_id_;
  std::uint64_t version_;
  State state_ = State::stable;

  // In force.
  std::vector<LineShape> lines_;
  std::optional<std::size_t> agreed_line_;
  std::optional<AgreedCrypto> crypto_;
  DtlsAgreement dtls_;
  IceAgreement ice_;
  std::vector<std::string> mids_;  ///< names of the lines (RFC 5888), where the line in force has ICE
  bool bundled_ = false;           ///< that line stands in a=group:BUNDLE
  SharedKey own_key_;              ///< that of crypto_; null where a fresh one is due
  AudioDescription remote_audio_;
  AudioDescription local_audio_;
  MediaAddress remote_address_;
  bool settled_plain_ = false;  ///< the party turned an encrypted offer down

  // Under way.
  std::optional<sip::Sdp> offer_;  ///< the party's
  std::size_t offered_line_ = 0;
  bool offered_encrypted_ = false;
  bool offered_dtls_ = false;
  bool offered_ice_ = false;
  PartyDescription offered_description_;
  std::vector<OwnCrypto> own_offer_;  ///< ours
  policy::MediaForm own_form_ = policy::MediaForm::avp_plain;
  AudioDescription own_described_;
};

}  // namespace cadenas::pbx
