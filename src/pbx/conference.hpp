#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "pbx/call_view.hpp"
#include "pbx/conference_member.hpp"
#include "policy/media_form.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class Calls;
struct CallServices;

/// A conference that goes on: its members, each with a leg of its own, and the encryption of the whole (CONF-1, CONF-4,
/// CONF-7). It lives on the loop of its number; legs report to it by posted values and are told by posted values.
///
///   member    | event                    | action                                            | next
///   –         | enters                   | judged; answered, or refused with the reason      | waiting, admitted
///   waiting   | PIN right                | heard from now on, counts for the encryption      | admitted
///   waiting   | PIN wrong 3 times, 30 s  | BYE                                               | gone
///   admitted  | *0, BYE                  | the others are told                               | gone
///   admitted  | its offer                | answered; refused where it may not become clear   | admitted
///
/// The room is encrypted while every admitted member can be. When that changes, all are told by a signal and each whose
/// leg is otherwise is offered what the room is now. Who refuses to become clear keeps his leg; who refuses to become
/// encrypted counts as one who cannot.
class Conference final : public std::enable_shared_from_this<Conference> {
 public:
  /// `emptied` is called when the last member has gone, on the loop: the conference may go.
  Conference(Calls& calls, std::shared_ptr<const store::ConferenceRoom> room, std::function<void()> emptied);
  Conference(const Conference&) = delete;
  Conference& operator=(const Conference&) = delete;

  // All on its loop.

  /// Opens the room on the board. Errors: those of media::Board.
  base::Result<void> open();
  /// Answers the member's INVITE. `room` is how it is set up now.
  void enter(const std::shared_ptr<ConferenceMember>& member, std::shared_ptr<const store::ConferenceRoom> room);
  void on_member_event(const std::shared_ptr<ConferenceMember>& member, LegEvent event);
  void hang_up(const std::string& cause);

  const std::string& id() const { return id_; }
  bool empty() const { return members_.empty(); }
  CallView view() const;

 private:
  using MemberPtr = std::shared_ptr<ConferenceMember>;

  // Who is in (conference.cpp).
  void refuse(const MemberPtr& member, int status, const std::string& warning);
  void admit(const MemberPtr& member);
  void on_digit(media::MemberId id, char digit);
  void leave(const MemberPtr& member, const std::string& cause);
  void dismiss(const MemberPtr& member, const std::string& cause);
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

  // The encryption of the whole (conference_encryption.cpp).
  struct Census {
    std::size_t members = 0;
    std::size_t able = 0;
  };
  Census census(const ConferenceMember* without = nullptr) const;
  bool may_be_clear(const ConferenceMember& member) const;
  void level();
  void align(const MemberPtr& member);
  std::string who_is_clear() const;
  void journal_change() const;

  Calls& calls_;
  CallServices& services_;
  base::Loop& loop_;
  const std::string id_;
  const media::RoomId board_room_;
  std::shared_ptr<const store::ConferenceRoom> room_;
  std::function<void()> emptied_;
  std::vector<MemberPtr> members_;  // in the order they came; the first admitted one may lock
  bool encrypted_ = true;           // what all legs are to be
  bool locked_ = false;
  const base::WallTime started_;
};

}  // namespace cadenas::pbx
