#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "pbx/call.hpp"
#include "pbx/call_view.hpp"
#include "pbx/conference_member.hpp"
#include "pbx/intrusion_dialled.hpp"
#include "pbx/linked_bridges.hpp"
#include "policy/media_form.hpp"
#include "policy/three_way.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class Calls;
struct CallServices;

/// A conference that goes on: its members, each with a leg of its own, and the encryption of the whole (CONF-1, CONF-4,
/// CONF-7). It lives on the loop of all conferences; legs report to it by posted values and are told by posted values.
///
///   member    | event                    | action                                            | next
///   –         | enters                   | judged; answered, or refused with the reason      | waiting, admitted
///   waiting   | PIN right                | heard from now on, counts for the encryption      | admitted
///   waiting   | PIN wrong 3 times, 30 s  | BYE                                               | gone
///   admitted  | *0, BYE                  | the others are told                               | gone
///   admitted  | its offer                | answered; refused where it may not become clear   | admitted
///   –         | sent here by a transfer  | offered the bridge                                | waiting, admitted
///   –         | is called                | INVITE to each contact, or over the trunk         | called
///   called    | 2xx                      | the other contacts cancelled                      | admitted
///   called    | last contact refuses     | the journal says why                              | gone
///
/// The room, with all that are linked to it, is encrypted while every admitted member can be. When that changes, all
/// are told by a signal and each whose leg is otherwise is offered what the room is now. Who refuses to become clear
/// keeps his leg; who refuses to become encrypted counts as one who cannot.
class Conference final : public std::enable_shared_from_this<Conference> {
 public:
  /// `changed` is called on the loop when somebody has come or gone: it may be empty, and its links may be judged anew.
  Conference(Calls& calls, std::shared_ptr<const store::ConferenceRoom> room, std::function<void()> changed);
  Conference(const Conference&) = delete;
  Conference& operator=(const Conference&) = delete;

  // All on its loop.

  /// Opens the room on the board. Errors: those of media::Board.
  base::Result<void> open();
  /// Closes it on the board; nobody is in it any more.
  void close();
  /// Answers the member's INVITE. `room` is how it is set up now.
  void enter(const std::shared_ptr<ConferenceMember>& member, std::shared_ptr<const store::ConferenceRoom> room);
  /// Somebody wants to break into a call of two others with it (conference_intrusion.cpp).
  void begin_intrusion(const std::shared_ptr<ConferenceMember>& newcomer, const IntrusionDialled& dialled, bool right);
  /// Takes in who comes from two calls of a set, the set first, and offers all of them the bridge
  /// (conference_three_way.cpp).
  void begin_three_way(std::vector<std::shared_ptr<ConferenceMember>> members);
  /// Its voice is clear whoever could encrypt (CONF-5).
  bool is_never_encrypted() const { return intrusion_ && intrusion_->kind == policy::Intrusion::intrude; }
  /// Calls a number and lets who answers in (CONF-3). Errors "call.unknown-number",
  /// "trunk.busy", "room.called-already" (over a trunk, by this room or one that is linked); what becomes of the call
  /// is told by the view and, where it fails, by the journal.
  base::Result<void> call(const std::string& number);
  /// From now on it is set up, and hears others, like this.
  void set_up(std::shared_ptr<const store::ConferenceRoom> room) { room_ = std::move(room); }
  /// Numbers of the rooms it is linked to, and of those whose link waits until they agree on clear voice.
  struct Links {
    std::vector<std::string> in_effect;
    std::vector<std::string> refused;
  };
  void set_linked(std::shared_ptr<const LinkedBridges> whole, Links links);
  /// All legs are to be encrypted, or clear: who is not is offered it.
  void turn(bool encrypted);
  /// Takes in who was sent here by a transfer, and offers him the bridge: he is let in when he has answered.
  void enter_from_call(const std::shared_ptr<ConferenceMember>& member,
                       std::shared_ptr<const store::ConferenceRoom> room);
  /// Whether who has that party in a call may bring it in here. Errors "conference.call-changes" (nobody is sent in
  /// here), "conference.locked", "conference.clear-refused", and in a conference of three, which has no rule of its
  /// own, that of policy::judge_three_way.
  base::Result<void> may_bring_in(const policy::ThreeWayParty& party) const;
  void on_member_event(const std::shared_ptr<ConferenceMember>& member, LegEvent event);
  void hang_up(const std::string& cause);
  /// Takes a member out, and ends its leg.
  void dismiss(const std::shared_ptr<ConferenceMember>& member, const std::string& cause);

  const std::string& id() const { return id_; }
  const std::string& number() const { return room_->number; }
  /// How it is set up; null where nobody is sent into it.
  std::shared_ptr<const store::ConferenceRoom> room() const { return intrusion_ ? nullptr : room_; }
  media::RoomId board_room() const { return board_room_; }
  /// Nobody is in it, or on the way.
  bool empty() const { return members_.empty() && calls_to_begin_ == 0; }
  /// Nobody who cannot encrypt is let in. Three sets that are encrypted stay so (CONF-6).
  bool refuses_clear() const {
    const bool listened_in = intrusion_ && intrusion_->kind != policy::Intrusion::intrude && encrypted_;
    return listened_in || room_->clear_members == store::ClearMembers::refuse_clear;
  }
  const std::vector<std::shared_ptr<ConferenceMember>>& members() const { return members_; }
  const LinkedBridges& whole() const { return *whole_; }
  CallView view() const;
  /// Writes a line about this room.
  void journal(const std::string& code, const std::string& message) const;

 private:
  using MemberPtr = std::shared_ptr<ConferenceMember>;
  using Invited = std::shared_ptr<ConferenceInvitation>;

  // What a set has made of its two calls (conference_three_way.cpp).
  void end_three_way_if_over(const std::string& cause);
  void on_confers(const MemberPtr& member, const leg_event::Confers& event);

  // Who is in (conference.cpp).
  void refuse(const MemberPtr& member, int status, const std::string& warning);
  base::Result<LocalMedia> join_board(const MemberPtr& member);
  void ask_pin_or_admit(const MemberPtr& member);
  void admit(const MemberPtr& member);
  void on_digit(media::MemberId id, char digit);
  void leave(const MemberPtr& member, const std::string& cause);
  void keep_record(const ConferenceMember& member, const media::MemberStats* stats, const std::string& cause) const;
  void on_seized(const MemberPtr& member, const media::tdm::PortId& port);
  void on_joins(const MemberPtr& member, const leg_event::Joins& event);
  MemberPtr member_of(media::MemberId id) const;

  // What is said to each leg (conference_offers.cpp).
  base::Result<void> answer_invite(const MemberPtr& member);
  void on_offered(const MemberPtr& member, const SharedSdp& sdp);
  void on_offer_answered(const MemberPtr& member, const SharedSdp& sdp);
  void on_offer_refused(const MemberPtr& member, int status);
  base::Result<ConferenceAudio> take_offer(const MemberPtr& member, const sip::Sdp& sdp);
  base::Result<void> configure(const MemberPtr& member);
  policy::OfferPlan plan_for(const MemberPtr& member, policy::OfferMoment moment);
  void offer(const MemberPtr& member, policy::MediaForm form);

  // Whom it calls (conference_calls.cpp).
  void call_subscription(const Correspondent& callee);
  void call_port(const std::shared_ptr<Leg>& leg, const Correspondent& callee);
  base::Result<void> call_by_trunk(const TrunkCall& route, const std::string& number);
  Invited begin_to_call(const std::string& number);
  std::shared_ptr<Leg> leg_to(const InviteTarget& target, const Correspondent& callee) const;
  void invite(const Invited& invited, const std::shared_ptr<Leg>& leg, std::string user_agent,
              const Correspondent& callee, bool plain, const std::string& clear_reason);
  void start_ringing(const Invited& invited);
  bool has_called(const std::string& number) const;
  void on_progress(const MemberPtr& member, const leg_event::Progress& event);
  void on_answered(const MemberPtr& member, const SharedSdp& sdp);
  void on_failed(const MemberPtr& member, int status);
  void fork_failed(const MemberPtr& member, CallRefusal refusal);
  void call_failed(const std::string& number, const CallRefusal& refusal) const;

  // Breaking into a call (conference_intrusion.cpp).
  struct Intrusion {
    policy::Intrusion kind{};
    std::string number;  // whose call it is
    MemberPtr newcomer;
    Call::Borrowed parties;      // by their side in the call
    std::vector<LegView> views;  // of parties that are not here any more
    bool has_warned = false;
    bool gives_back = false;
    bool is_over = false;
  };
  void on_lent(const policy::IntrusionFacts& facts, const base::Result<void>& lent);
  base::Result<void> take_in(const MemberPtr& party);
  void on_party_in(const MemberPtr& party);
  bool refused_by_intrusion(const MemberPtr& member);
  void let_in_if_ready();
  void on_intrusion_left(const MemberPtr& member, const std::string& cause);
  void give_back();
  void end_call(const std::string& cause);
  void tell_of_muting();
  void tell_of_intrusion(const std::string& suffix, const std::string& message) const;

  // The encryption of the whole (conference_encryption.cpp).
  bool may_be_clear(const ConferenceMember& member) const { return whole_->may_be_clear(member); }
  void align(const MemberPtr& member);
  void journal_change() const;
  std::string why_clear() const;
  std::string why_encrypted() const;

  CallServices& services_;
  base::Loop& loop_;
  const std::string id_;
  const media::RoomId board_room_;
  std::shared_ptr<const store::ConferenceRoom> room_;
  std::function<void()> changed_;
  std::shared_ptr<const LinkedBridges> whole_;
  Links links_;
  std::size_t calls_to_begin_ = 0;  // whose contacts are looked for
  std::vector<MemberPtr> members_;  // in the order they came; the first admitted one may lock
  bool encrypted_ = true;           // what all legs are to be
  bool locked_ = false;
  bool is_three_way_ = false;
  std::optional<Intrusion> intrusion_;
  const base::WallTime started_;
};

}  // namespace cadenas::pbx
