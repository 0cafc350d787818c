// Somebody breaks into a call of two others (CONF-5, CONF-6): the call lends its parties, who stay connected to each
// other through the bridge, hear a warning, and then the newcomer. When he leaves they go back to their call.
//
//   step               | what happens                                        | where it fails
//   newcomer calls     | his offer is looked at, the call is asked for       | refused with the reason, nothing changed
//   the call lends     | he is answered; both parties are offered the bridge | –
//   both have answered | the tone                                            | one refuses: they go back
//   a second later     | he is let in, when his leg is what it must be       | he leaves: they go back
//   he leaves          | both are offered each other again, as decided       | –
//   one of them leaves | the call has ended for all three                    | –
//
// This is the only place where voice of a call is heard by a third. It is shown in the view of the call and of the
// conference, and the journal has its beginning and its end.
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/board.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/conference_media.hpp"
#include "pbx/find_on_loops.hpp"

namespace cadenas::pbx {

namespace {

// The tone is heard by the two alone.
constexpr base::Millis warning_time{1'000};

int refusal_status(const base::Error& error) {
  return error.code == "intrusion.no-call" ? 480 : 403;
}

}  // namespace

void Conference::begin_intrusion(const MemberPtr& newcomer, const IntrusionDialled& dialled, bool right) {
  const auto self = shared_from_this();
  intrusion_ = Intrusion{dialled.kind, dialled.number, newcomer, {}, {}};
  newcomer->conference = self;
  newcomer->call_id = base::random_hex(8);
  members_.push_back(newcomer);
  Party& party = newcomer->party;
  const auto here = join_board(newcomer);
  if (!here) return refuse(newcomer, 503, "No media port is free.");
  services_.conferences->seat(newcomer->id, media::Seat::waits);
  party.media.emplace(*here, services_.settings.suites);
  const SharedSdp offered = party.leg->offered();
  if (!offered) return refuse(newcomer, 488, "Breaking into a call wants a description in the INVITE.");
  // Taken as it comes: what it means is judged with the sets of the call.
  encrypted_ = false;
  auto audio = take_offer(newcomer, *offered);
  if (!audio) return refuse(newcomer, 488, audio.error().message);
  newcomer->audio = std::move(*audio);

  policy::IntrusionFacts facts;
  facts.kind = dialled.kind;
  facts.right = right;
  facts.newcomer.number = party.who.number;
  facts.newcomer.takes_clear = takes_clear(party);
  facts.newcomer.encrypted = party.media->answers_encrypted();
  encrypted_ = dialled.kind != policy::Intrusion::intrude && facts.newcomer.encrypted;
  for (MemberPtr& lent : intrusion_->parties) {
    lent = std::make_shared<ConferenceMember>(services_.active_calls, loop_.clock().now());
    lent->conference = self;
    lent->id = services_.last_session_id.fetch_add(1) + 1;
  }
  const auto look = [number = dialled.number](Calls& calls) { return calls.call_of(number); };
  find_on_loops<std::shared_ptr<Call>>(services_, loop_, look, [self, facts](const std::shared_ptr<Call>& call) {
    if (!call) {
      return self->on_lent(facts, base::fail("intrusion.no-call", self->intrusion_->number + " is in no call."));
    }
    call->loop().post([self, facts, call] {
      call->lend(facts, self->intrusion_->parties, self->loop_, self->id_,
                 [self, facts](const base::Result<void>& lent) { self->on_lent(facts, lent); });
    });
  });
}

void Conference::on_lent(const policy::IntrusionFacts& facts, const base::Result<void>& lent) {
  const MemberPtr newcomer = intrusion_->newcomer;
  const bool is_here = member_of(newcomer->id) != nullptr;
  if (!lent) {
    tell_of_intrusion("-refused",
                      facts.newcomer.number + " was refused: " + lent.error().code + ": " + lent.error().message);
    intrusion_->parties = {};
    if (is_here) refuse(newcomer, refusal_status(lent.error()), lent.error().message);
    return;
  }
  members_.insert(members_.end(), intrusion_->parties.begin(), intrusion_->parties.end());
  // He may have gone in the meantime.
  intrusion_->gives_back = !is_here;
  for (const MemberPtr& party : intrusion_->parties) {
    if (intrusion_->gives_back) break;
    party->admitted = true;
    if (const auto in = take_in(party); !in) return refuse(newcomer, 503, in.error().message);
  }
  if (intrusion_->gives_back) return give_back();
  Party& party = newcomer->party;
  auto answer = std::make_shared<const sip::Sdp>(party.media->make_answer(newcomer->audio->said));
  if (const auto done = configure(newcomer); !done) return refuse(newcomer, 488, done.error().message);
  newcomer->able = party.media->encrypted();
  newcomer->answered = loop_.clock().now();
  party.established = party.confirmed = true;
  party.leg->run([answer](Leg& leg) { leg.accept(answer, {}); });
}

base::Result<void> Conference::take_in(const MemberPtr& member) {
  Party& party = member->party;
  member->moving = true;
  member->able = member->is_encrypted();
  const auto here = join_board(member);
  if (!here) return tl::unexpected(here.error());
  party.media->move_to(*here);
  const auto planned = plan_for(member, policy::OfferMoment::in_request).form;
  if (party.decision.voice == policy::VoiceTreatment::refuse) {
    return base::fail("call.policy", std::string(party.decision.refusal.reason));
  }
  const auto form = is_never_encrypted() ? policy::MediaForm::avp_plain : party.media->form_in_dialog(planned);
  // Codecs that the bridge can mix, whatever the two spoke with each other.
  auto sdp = std::make_shared<const sip::Sdp>(party.media->make_offer(default_audio(), form));
  party.leg->run([sdp = std::move(sdp)](Leg& leg) { leg.offer(sdp, true); });
  return {};
}

void Conference::on_party_in(const MemberPtr& party) {
  if (std::exchange(party->moving, false)) {
    const auto& [a, b] = intrusion_->parties;
    if (!intrusion_->gives_back && !a->moving && !b->moving && member_of(intrusion_->newcomer->id)) {
      const std::string who = intrusion_->newcomer->party.who.number;
      const bool clear = is_never_encrypted();
      tell_of_intrusion("",
                        who + " is in the call of " + a->party.who.number + " and " + b->party.who.number +
                            (clear ? ", whose voice is clear until he leaves." : ", whose encryption is as before."));
      if (clear || services_.settings.listen_tone) {
        services_.conferences->announce(board_room_, media::Announcement::intrusion);
      }
      intrusion_->newcomer->admitted = true;
      align(intrusion_->newcomer);
      loop_.after(warning_time, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->intrusion_->is_over) return;
        self->intrusion_->has_warned = true;
        self->let_in_if_ready();
      });
    }
  }
  give_back();
  let_in_if_ready();
}

void Conference::let_in_if_ready() {
  const MemberPtr newcomer = intrusion_->newcomer;
  if (!intrusion_->has_warned || intrusion_->gives_back || !member_of(newcomer->id)) return;
  if (is_never_encrypted() && newcomer->party.media->encrypted()) return;
  intrusion_->has_warned = false;  // once
  newcomer->muted = intrusion_->kind == policy::Intrusion::listen_in;
  services_.conferences->seat(newcomer->id, newcomer->muted ? media::Seat::listens : media::Seat::talks);
}

bool Conference::refused_by_intrusion(const MemberPtr& member) {
  const bool is_newcomer = member == intrusion_->newcomer;
  if (!member->moving && !(is_newcomer && is_never_encrypted() && member->party.media->encrypted())) return false;
  member->moving = false;
  dismiss(intrusion_->newcomer, member->party.who.number + " refused the conference");
  return true;
}

void Conference::on_intrusion_left(const MemberPtr& member, const std::string& cause) {
  if (intrusion_->is_over) return;
  if (member == intrusion_->newcomer) {
    intrusion_->gives_back = true;
    give_back();
  } else if (member->is_lent()) {
    end_call(cause);
  }
}

void Conference::give_back() {
  if (!intrusion_->gives_back || intrusion_->is_over) return;
  // Not lent yet, or refused.
  const auto& [a, b] = intrusion_->parties;
  if (!a || !a->is_lent() || !member_of(a->id)) return;
  for (const MemberPtr& party : intrusion_->parties) {
    // What is being negotiated comes to its end first.
    if (party->party.media->state() != PartyMedia::State::stable) return;
  }
  intrusion_->is_over = true;
  tell_of_intrusion("-ended", intrusion_->newcomer->party.who.number + " has left the call of " + a->party.who.number +
                                  " and " + b->party.who.number + ".");
  for (const MemberPtr& party : intrusion_->parties) {
    std::erase(members_, party);
    const auto stats = services_.conferences->leave(party->id);
    intrusion_->views.push_back(view_of(party->party, stats ? &stats->leg : nullptr));
    party->given_back = true;
  }
  a->lender_loop->post([call = a->lender, views = intrusion_->views] {
    if (const auto lender = call.lock()) lender->take_back(views);
  });
  changed_();
}

void Conference::end_call(const std::string& cause) {
  if (std::exchange(intrusion_->is_over, true)) return;
  const MemberPtr lent = intrusion_->parties[0];
  const bool was_lent = lent && lent->is_lent();
  if (was_lent) tell_of_intrusion("-ended", "The call has ended: " + cause + ".");
  for (const MemberPtr& member : std::vector<MemberPtr>(members_)) dismiss(member, cause);
  if (!was_lent) return;
  lent->lender_loop->post([call = lent->lender, views = intrusion_->views, cause] {
    if (const auto lender = call.lock()) lender->lent_for_good(views, cause);
  });
}

void Conference::tell_of_muting() {
  const MemberPtr newcomer = intrusion_->newcomer;
  tell_of_intrusion(newcomer->muted ? "-muted" : "-heard",
                    newcomer->party.who.number + (newcomer->muted ? " is not heard any more." : " is heard now."));
}

void Conference::tell_of_intrusion(const std::string& suffix, const std::string& message) const {
  store::JournalEntry entry;
  entry.at = loop_.clock().now();
  entry.actor = "system";
  entry.code = "conference." + word_of(intrusion_->kind) + suffix;
  entry.message = message;
  entry.subject = intrusion_->number;
  base::log::info(entry.code, {{"number", intrusion_->number}, {"by", intrusion_->newcomer->party.who.number}});
  if (services_.journal) services_.journal(std::move(entry));
}

}  // namespace cadenas::pbx
