// Offers and answers between a Conference and the leg of each member (RFC 3264). No leg hears of another's.
#include <utility>

#include "base/log.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/conference_media.hpp"

namespace cadenas::pbx {

namespace {

base::Error clear_refused(const Party& party) {
  const std::string why = failing_sentences(party.decision);
  return {"conference.clear-refused", "This conference takes encrypted voice only." + (why.empty() ? why : " " + why),
          ""};
}

}  // namespace

base::Result<ConferenceAudio> Conference::take_offer(const MemberPtr& member, const sip::Sdp& sdp) {
  Party& party = member->party;
  const auto described = read_description(sdp);
  if (!described) return tl::unexpected(described.error());
  party.decision = judge(*services_.snapshot(), party, party, services_.certificate(), described->seen);
  const auto offered = party.media->take_offer(sdp, party.decision, srtp_mode_of(party.who));
  if (!offered) return tl::unexpected(offered.error());
  auto audio = choose_conference_audio(*offered);
  const bool is_clear = !party.slot && !party.media->answers_encrypted();
  if (audio && is_clear && encrypted_ && !may_be_clear(*member)) {
    audio = tl::unexpected(clear_refused(party));
  }
  if (!audio) party.media->drop_offer();
  return audio;
}

base::Result<void> Conference::configure(const MemberPtr& member) {
  if (member->party.slot) return {};
  return services_.conferences->configure(member->id, member->party.media->board_leg(), member->audio->board);
}

policy::OfferPlan Conference::plan_for(const MemberPtr& member, policy::OfferMoment moment) {
  Party& party = member->party;
  party.decision = judge(*services_.snapshot(), party, party, services_.certificate(), policy::MediaSeen::none);
  const auto plan = policy::plan_offer(party.decision, srtp_mode_of(party.who), offer_style_of(party), moment);
  return plan.value_or(policy::OfferPlan{});
}

base::Result<void> Conference::answer_invite(const MemberPtr& member) {
  Party& party = member->party;
  SharedSdp sdp;
  if (const SharedSdp& offered = party.leg->offered()) {
    auto audio = take_offer(member, *offered);
    if (!audio) return tl::unexpected(audio.error());
    member->audio = std::move(*audio);
    sdp = std::make_shared<const sip::Sdp>(party.media->make_answer(member->audio->said));
    if (auto done = configure(member); !done) return done;
    member->able = member->is_encrypted();
  } else {
    const auto plan = plan_for(member, policy::OfferMoment::in_response);
    if (party.decision.voice == policy::VoiceTreatment::refuse) {
      return base::fail("call.policy", std::string(party.decision.refusal.reason));
    }
    if (plan.form == policy::MediaForm::avp_plain && !may_be_clear(*member)) {
      return tl::unexpected(clear_refused(party));
    }
    sdp = std::make_shared<const sip::Sdp>(party.media->make_offer(default_audio(), plan.form));
    member->able = plan.form != policy::MediaForm::avp_plain;
  }
  party.established = true;
  party.confirmed = true;
  party.leg->run([sdp](Leg& leg) { leg.accept(sdp, {}); });
  return {};
}

void Conference::offer(const MemberPtr& member, policy::MediaForm form) {
  PartyMedia& media = *member->party.media;
  auto sdp = std::make_shared<const sip::Sdp>(media.make_offer(media.local_audio(), form));
  member->party.leg->run([sdp = std::move(sdp)](Leg& leg) { leg.offer(sdp, true); });
}

void Conference::on_offered(const MemberPtr& member, const SharedSdp& sdp) {
  Party& party = member->party;
  const auto refuse_offer = [&party](int status, const std::string& why) {
    party.leg->run([status, why](Leg& leg) { leg.refuse_offer(status, why); });
  };
  if (party.media->state() != PartyMedia::State::stable || !party.media->agreed()) return refuse_offer(491, {});
  if (!sdp) {
    const auto plan = plan_for(member, policy::OfferMoment::in_response);
    if (party.decision.voice == policy::VoiceTreatment::refuse) {
      return refuse_offer(488, std::string(party.decision.refusal.reason));
    }
    auto ours = std::make_shared<const sip::Sdp>(
        party.media->make_offer(party.media->local_audio(), party.media->form_in_dialog(plan.form)));
    return party.leg->run([ours](Leg& leg) { leg.answer(ours); });
  }
  auto audio = take_offer(member, *sdp);
  if (!audio) return refuse_offer(488, audio.error().message);
  member->audio = std::move(*audio);
  auto answer = std::make_shared<const sip::Sdp>(party.media->make_answer(member->audio->said));
  if (const auto done = configure(member); !done) {
    base::log::error("conference.media", {{"room", room_->number}, {"code", done.error().code}});
  }
  party.leg->run([answer](Leg& leg) { leg.answer(answer); });
  // A clear offer says nothing of what it could while the room is clear: it refreshes what we asked for.
  if (party.media->encrypted() || encrypted_) member->able = member->is_encrypted();
  whole_->level();
  align(member);
  if (intrusion_) give_back();
}

void Conference::on_offer_answered(const MemberPtr& member, const SharedSdp& sdp) {
  Party& party = member->party;
  base::Result<ConferenceAudio> audio = base::fail("call.answer-without-sdp", "The answer holds no description.");
  if (sdp) {
    audio = party.media->take_answer(*sdp).and_then(
        [](const AudioDescription& answered) { return choose_conference_audio(answered); });
  }
  base::Result<void> done{};
  if (audio) {
    member->audio = std::move(*audio);
    done = configure(member);
  } else {
    done = tl::unexpected(audio.error());
  }
  if (!done) {
    // The answer stands at the phone, and it cannot be honoured (RFC 3264 §8, no silent downgrade).
    base::log::warning("conference.answer-refused", {{"room", room_->number}, {"code", done.error().code}});
    return dismiss(member, done.error().code);
  }
  if (member->is_encrypted()) {
    member->able = true;
  } else if (member->moving && !encrypted_) {
    member->able = false;
  } else if (encrypted_) {
    if (!may_be_clear(*member)) return dismiss(member, "clear voice refused");
    member->able = false;
    party.clear_reason = "The phone did not agree on a key.";
  }
  whole_->level();
  if (member->align_due) align(member);
  if (intrusion_) return on_party_in(member);
  if (std::exchange(member->moving, false)) ask_pin_or_admit(member);
}

void Conference::on_offer_refused(const MemberPtr& member, int status) {
  member->party.media->drop_offer();
  member->align_due = false;
  if (intrusion_ && refused_by_intrusion(member)) return;
  // His voice would still go to the call that he has left.
  if (member->moving) return dismiss(member, "refused the conference");
  if (!encrypted_ || member->is_encrypted()) return;
  if (!may_be_clear(*member)) return dismiss(member, "clear voice refused");
  member->able = false;
  member->party.clear_reason = "The phone refused the encrypted offer (" + std::to_string(status) + ").";
  whole_->level();
}

}  // namespace cadenas::pbx
