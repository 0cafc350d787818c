// The encryption of a Conference as a whole: all or none (CONF-1, CONF-4).
#include <utility>

#include "base/log.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/conference_media.hpp"
#include "policy/room_encryption.hpp"

namespace cadenas::pbx {

Conference::Census Conference::census(const ConferenceMember* without) const {
  Census out;
  for (const MemberPtr& member : members_) {
    if (!member->admitted || member.get() == without) continue;
    ++out.members;
    if (member->able) ++out.able;
  }
  return out;
}

bool Conference::may_be_clear(const ConferenceMember& member) const {
  const Census others = census(&member);
  const auto policy = room_->clear_members == store::ClearMembers::fall_back ? policy::ClearNewcomer::fall_back
                                                                             : policy::ClearNewcomer::refuse;
  return policy::judge_join(others.members, others.able, false, policy).admitted;
}

void Conference::level() {
  const Census in = census();
  const bool wanted = policy::room_encrypts(in.members, in.able);
  if (std::exchange(encrypted_, wanted) == wanted) return;
  services_.conferences->announce(board_room_, wanted ? media::Announcement::encrypted : media::Announcement::clear);
  journal_change();
  for (const MemberPtr& member : std::vector<MemberPtr>(members_)) align(member);
}

void Conference::align(const MemberPtr& member) {
  PartyMedia& media = *member->party.media;
  member->align_due = false;
  if (!member->admitted || member->party.gone) return;
  if (media.state() != PartyMedia::State::stable || !media.agreed()) {
    member->align_due = true;
    return;
  }
  if (media.encrypted() == encrypted_) return;
  if (!encrypted_) {
    member->party.clear_reason = "The conference is clear. " + who_is_clear();
    return offer(member, policy::MediaForm::avp_plain);
  }
  const policy::MediaForm form = plan_for(member, policy::OfferMoment::in_request).form;
  if (form != policy::MediaForm::avp_plain) return offer(member, form);
  // It could once, and what it rests on has changed: the decision says what.
  member->able = false;
  level();
}

std::string Conference::who_is_clear() const {
  std::string out;
  for (const MemberPtr& member : members_) {
    if (!member->admitted || member->able) continue;
    if (!out.empty()) out += " ";
    out += member->party.who.number + " cannot encrypt";
    const std::string why = failing_sentences(member->party.decision);
    out += why.empty() ? "." : ": " + why;
  }
  return out;
}

void Conference::journal_change() const {
  store::JournalEntry entry;
  entry.at = loop_.clock().now();
  entry.actor = "system";
  entry.code = encrypted_ ? "conference.encrypted" : "conference.clear";
  entry.message = encrypted_ ? "All members of the conference can encrypt: voice goes encrypted again."
                             : "Voice of the conference falls back to clear. " + who_is_clear();
  entry.subject = room_->number;
  base::log::info(entry.code, {{"room", room_->number}, {"members", census().members}});
  if (services_.journal) services_.journal(std::move(entry));
}

}  // namespace cadenas::pbx
