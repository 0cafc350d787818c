// The encryption of a Conference as a whole: all or none (CONF-1, CONF-4).
#include <utility>

#include "base/log.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/conference_media.hpp"

namespace cadenas::pbx {

void Conference::turn(bool encrypted) {
  if (std::exchange(encrypted_, encrypted) == encrypted) return;
  if (members_.empty() || whole_->census().members == 0) return;
  services_.conferences->announce(board_room_, encrypted ? media::Announcement::encrypted : media::Announcement::clear);
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
  if (member->party.slot || media.encrypted() == encrypted_) return;
  if (!encrypted_) {
    // It would refuse, and keep its leg.
    if (!takes_clear(member->party)) return;
    member->party.clear_reason = "The conference is clear. " + why_clear();
    return offer(member, policy::MediaForm::avp_plain);
  }
  const policy::MediaForm form = plan_for(member, policy::OfferMoment::in_request).form;
  if (form != policy::MediaForm::avp_plain) return offer(member, form);
  // It could once, and what it rests on has changed: the decision says what.
  member->able = false;
  whole_->level();
}

std::string Conference::why_clear() const {
  if (is_never_encrypted()) return "conference.intrusion: an intrusion is never encrypted.";
  return whole_->who_is_clear();
}

std::string Conference::why_encrypted() const {
  std::size_t in_packets = 0;
  std::size_t encrypted = 0;
  std::size_t slots = 0;
  for (const Conference* bridge : whole_->all()) {
    for (const MemberPtr& member : bridge->members()) {
      if (!member->admitted) continue;
      if (member->party.slot) {
        ++slots;
        continue;
      }
      ++in_packets;
      if (member->is_encrypted()) ++encrypted;
    }
  }
  std::string out = "Every leg of the conference can be encrypted: " + std::to_string(encrypted) + " of " +
                    std::to_string(in_packets) + " are.";
  if (slots > 0) out += " Besides, " + std::to_string(slots) + " of its voices are in time slots, and in no packet.";
  return out;
}

void Conference::journal_change() const {
  if (encrypted_) {
    journal("conference.encrypted", "All members of the conference can encrypt: voice goes encrypted again.");
  } else {
    journal("conference.clear", "Voice of the conference falls back to clear. " + why_clear());
  }
}

void Conference::journal(const std::string& code, const std::string& message) const {
  store::JournalEntry entry;
  entry.at = loop_.clock().now();
  entry.actor = "system";
  entry.code = code;
  entry.message = message;
  entry.subject = room_->number;
  base::log::info(code, {{"room", room_->number}, {"members", members_.size()}});
  if (services_.journal) services_.journal(std::move(entry));
}

}  // namespace cadenas::pbx
