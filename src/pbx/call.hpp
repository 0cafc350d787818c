#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "media/board.hpp"
#include "pbx/call_session.hpp"
#include "pbx/call_view.hpp"
#include "pbx/conference_member.hpp"
#include "pbx/forking.hpp"
#include "pbx/inbound_leg.hpp"
#include "pbx/leg_event.hpp"
#include "pbx/number_counts.hpp"
#include "pbx/outbound_leg.hpp"
#include "pbx/party.hpp"
#include "pbx/routing.hpp"
#include "pbx/transfer.hpp"
#include "pbx/trunk_match.hpp"
#include "policy/intrusion.hpp"
#include "policy/three_way.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class Calls;
struct Binding;
struct CallServices;

/// One call: two parties (RFC 7092 B2BUA, signalling and media anchored), one media session, the decision for each leg.
/// It lives on the loop of the caller's leg; legs report to it by posted values and are told by posted values.
///
///   state    | event                          | action                                        | next
///   trying   | contacts found                 | INVITE to each                                | trying
///   trying   | number is a trunk's            | the trunk reached, INVITE over it             | trying
///   trying   | 18x                            | passed on, with early media if one contact    | ringing
///   trying, ringing | 2xx                     | the other contacts cancelled, caller answered | answered
///   trying, ringing | last contact refuses    | the best refusal to the caller                | ended
///   trying, ringing | ring timeout            | contacts cancelled, 480 to the caller         | ended
///   trying, ringing | caller cancels          | contacts cancelled                            | ended
///   answered | offer of one                   | offer to the other, its answer back           | answered
///   answered | REFER of one                   | the target is called, then takes its place    | answered
///   answered | REFER of one to a room         | the other one goes into the conference        | ended
///   answered | a set confers its two calls    | all three go into a conference                | ended
///   answered | one ends                       | BYE to the other                              | ended
///   answered | media session lost             | another session, both parties offered it      | answered
///   answered | somebody breaks in             | both parties lent to a conference             | answered
///   any      | hang_up                        | all legs ended                                | ended
class Call final : public LegOwner, public std::enable_shared_from_this<Call> {
 public:
  /// Begins a call for an INVITE whose caller is known, or answers it with what is wrong. On the loop of the INVITE.
  static void begin(Calls& calls, const std::shared_ptr<sip::ServerTransaction>& invite, Correspondent caller);
  /// Begins a call for a port of the TDM bus, or has its leg refuse it. On the loop of the leg.
  static void begin(Calls& calls, const std::shared_ptr<Leg>& leg, const media::tdm::PortId& port, Correspondent caller,
                    const std::string& number);
  Call(Calls& calls, const Correspondent& caller, std::string callee);
  ~Call() override;

  const std::string& id() const { return id_; }
  CallView view() const;
  void hang_up(const std::string& cause);
  /// Its media session, 0 for none.
  std::uint64_t session() const { return session_.id; }
  /// The external relay of its media is gone: the call is moved to another one by re-INVITEs, as soon as nothing else
  /// is being negotiated. On the call's loop.
  void on_media_lost();
  void on_leg_event(const std::shared_ptr<Leg>& leg, LegEvent event) override;

  /// Gives the party at the other end of `replaced` away and ends this call (RFC 3891, RFC 5589 §7). `taken` runs on
  /// `answer_on`, with null where the call is not one of two confirmed parties; it ends all the same where `or_end`.
  /// On the call's loop.
  void surrender(const std::shared_ptr<Leg>& replaced, bool or_end, base::Loop& answer_on,
                 const std::function<void(std::shared_ptr<Party>)>& taken);

  /// `leaver`, who is on this call, has left, and was the member of a room, too: the other party takes his place there.
  /// Both end where that cannot be. On the call's loop.
  void give_place(const std::shared_ptr<Leg>& leaver, const std::shared_ptr<ConferenceMember>& member);

  /// Gives the party opposite `leg`, a set that makes a conference of this call and of the one with `first`, away and
  /// ends this call (call_conference.cpp). `given` runs on `answer_on`; nothing has changed where it is an error:
  /// "conference.call-changes", "call.no-codec" and that of policy::judge_three_way. On the call's loop.
  void give_to_conference(const std::shared_ptr<Leg>& leg, const policy::ThreeWayParty& first, base::Loop& answer_on,
                          const std::function<void(base::Result<std::shared_ptr<ConferenceMember>>)>& given);

  // Somebody breaks into the call (CONF-5, CONF-6): a conference borrows both parties (call_lending.cpp). Their legs go
  // on to report here, and what they say is passed on to the conference, so that nothing is lost on the way.

  /// Whether that number is one of two that are in conversation.
  bool joins(const std::string& number) const;
  using Borrowed = std::array<std::shared_ptr<ConferenceMember>, 2>;
  /// Judges `facts`, whose parties are filled in here, and hands the parties over into `to`. `done` runs on the
  /// borrower's loop. Errors "intrusion.no-call" and those of policy::judge_intrusion. On the call's loop.
  void lend(policy::IntrusionFacts facts, const Borrowed& to, base::Loop& borrower, const std::string& conference,
            const std::function<void(base::Result<void>)>& done);
  /// They come back, and are offered each other again. `meanwhile` is what their legs were in the conference.
  void take_back(const std::vector<LegView>& meanwhile);
  /// They do not come back.
  void lent_for_good(const std::vector<LegView>& meanwhile, const std::string& cause);
  base::Loop& loop() const { return loop_; }

 private:
  using PartyPtr = std::shared_ptr<Party>;
  using Side = media::Side;

  struct Exchange {
    enum class Kind : std::uint8_t {
      forward,      ///< the offer of `from` was passed to `to`; its answer goes back
      in_response,  ///< `from` asked for our offer; its ACK brings the answer
      take_back,    ///< as forward, but `from` has cancelled: `to` is told again what stands
      inform,       ///< `to` is told what the other one said; nobody waits
      join,         ///< `to` has come from another call: its answer is what the other one is told
      move,         ///< as join, for a party whose media session was lost
    };
    Kind kind = Kind::forward;
    PartyPtr from;
    PartyPtr to;
  };
  struct Transfer {
    PartyPtr referrer;  // its leg gets the NOTIFYs
    Side side = Side::a;
    bool referrer_gone = false;
  };

  struct Lending {
    Borrowed to;
    std::array<std::shared_ptr<Leg>, 2> legs;
    std::array<bool, 2> encrypted{};
    base::Loop* borrower = nullptr;
    std::string conference;
    std::string reason;
  };

  // Setting up (call.cpp, call_forks.cpp).
  void start(const std::optional<ReplacedDialog>& replaces, const Correspondent& callee);
  PartyPtr seat_caller(const std::shared_ptr<Leg>& leg, Correspondent caller);
  void invite_number(const std::string& number, const std::string& referred_by);
  void ring(const std::vector<Binding>& bindings, const Correspondent& callee, const std::string& referred_by);
  void ring_contacts(const std::vector<Binding>& bindings, const Correspondent& callee, const std::string& referred_by);
  void invite_port(const std::shared_ptr<Leg>& leg, const Correspondent& callee, const std::string& referred_by);
  void on_joins(const PartyPtr& party, const leg_event::Joins& event);
  void on_seized(const PartyPtr& party, const media::tdm::PortId& port);
  bool may_leave();
  void nobody_there();
  void invite_by_trunk(const TrunkCall& to, const std::string& number, const std::string& referred_by);
  void trunk_reached(const TrunkCall& to, const Correspondent& callee, const base::Result<sip::Flow>& flow,
                     const std::string& referred_by);
  void start_ringing(const std::string& referred_by);
  PartyPtr add_fork(const std::shared_ptr<Leg>& leg, std::string user_agent, const Correspondent& callee);
  PartyPtr add_sip_fork(InviteTarget target, std::string user_agent, const Correspondent& callee);
  void send_invitation(const PartyPtr& fork, bool plain, const std::string& referred_by);
  void on_progress(const PartyPtr& fork, const leg_event::Progress& event);
  void on_answered(const PartyPtr& fork, const leg_event::Answered& event);
  void on_fork_failed(const PartyPtr& fork, const leg_event::Failed& event);
  void drop_fork(const PartyPtr& fork);
  void cancel_forks();
  void forks_exhausted();
  void fail_setup(const CallRefusal& refusal);
  void complete_call(const PartyPtr& winner);
  AudioDescription audio_for_forks() const;
  Side fork_side() const { return transfer_ ? transfer_->side : Side::b; }

  // Offers within the call (call_offers.cpp).
  void on_offered(const PartyPtr& from, const SharedSdp& sdp);
  void on_offer_withdrawn(const PartyPtr& from);
  void on_refresh_due(const PartyPtr& party);
  void on_offer_answered(const PartyPtr& party, const SharedSdp& sdp);
  void on_offer_refused(const PartyPtr& party, int status);
  void forward_offer(const PartyPtr& from, const PartyPtr& to, const AudioDescription& audio);
  void make_offer_to(const PartyPtr& to, const AudioDescription& audio, bool insist, bool plain = false);
  void inform(const PartyPtr& to, const AudioDescription& audio);
  void respond(const PartyPtr& to, const SharedSdp& sdp);
  void refuse(const PartyPtr& to, int status, const std::string& warning);
  void configure(Side side, const Party& party);
  base::Result<AudioDescription> take_offer(Party& party, const Party& other, const sip::Sdp& sdp);
  policy::OfferPlan plan_for(Party& party, const Party& other, policy::OfferMoment moment);

  // Transfers (call_transfer.cpp).
  void on_refer(const PartyPtr& referrer, const leg_event::Refer& event);
  void transfer_to_number(const PartyPtr& referrer, const std::string& number, const std::string& referred_by);
  void transfer_to_leg(const PartyPtr& referrer, const std::shared_ptr<Leg>& leg, const std::shared_ptr<Call>& of,
                       base::Loop& its_loop, const std::string& number, const std::string& referred_by);
  void transfer_to_dialog(const PartyPtr& referrer, const TransferTarget& target, const std::string& referred_by);
  /// `is_new` where it was called from here, and has our offer and we its answer already.
  void complete_transfer(const PartyPtr& newcomer, bool is_new);
  /// False where the other party is in the middle of something: the transfer has failed.
  bool transfer_to_room(const PartyPtr& referrer, const std::shared_ptr<const store::ConferenceRoom>& room,
                        const std::shared_ptr<ConferenceMember>& replaced);
  void transfer_to_place(const PartyPtr& referrer, const std::shared_ptr<ConferenceMember>& member);
  void transfer_failed(const CallRefusal& refusal);
  void seat(Side side, const PartyPtr& newcomer);
  void replace_dialog(const ReplacedDialog& replaced);
  void join(const PartyPtr& newcomer);
  void notify(const PartyPtr& referrer, int status, bool last);

  // Conferences of three that a set makes (call_conference.cpp).
  void on_confers(const PartyPtr& master, const leg_event::Confers& event);
  /// Of whom `master` speaks with; the errors are those of `give_to_conference`.
  base::Result<policy::ThreeWayParty> conferee(const PartyPtr& master) const;
  void confer_in_room(const PartyPtr& master, const std::shared_ptr<ConferenceMember>& member,
                      const policy::ThreeWayParty& party);
  void confer(const std::shared_ptr<ConferenceMember>& second);
  std::shared_ptr<ConferenceMember> member_of(const PartyPtr& party);

  // Its media session, and another one for a lost one, or where somebody comes who needs another (call_media.cpp).
  using MediaOpened = std::function<void(base::Result<CallSession>)>;
  bool shakes_hands() const;
  void open_media(const MediaEnd& a, const MediaEnd& b, const MediaOpened& opened);
  void close_media(const CallSession& session);
  bool opens_media(const sip::Flow& towards, const std::function<void()>& then);
  void have_handshakes(const std::function<void()>& then);
  void fit_media(const std::function<void()>& then);
  void renew_media(const std::function<void()>& then);
  MediaEnd end_of(const Party& party) const;
  bool can_move() const;
  void move_media(unsigned tries_left);

  bool pass_to_borrower(const std::shared_ptr<Leg>& leg, const LegEvent& event);
  void keep_left(LegView leg);
  policy::IntrusionSet intrusion_set(const Party& party) const;

  // Ending.
  void on_ended(const PartyPtr& party, const std::string& cause);
  void end_leg(const PartyPtr& party, int status = 480, const std::string& warning = {});
  void finalize(const std::string& cause);
  void conclude(const std::optional<CallStats>& stats);

  LegView view_in(Side side, const std::optional<CallStats>& stats) const;
  PartyPtr party_of(const std::shared_ptr<Leg>& leg) const;
  PartyPtr& at(Side side) { return parties_[static_cast<std::size_t>(side)]; }
  const PartyPtr& at(Side side) const { return parties_[static_cast<std::size_t>(side)]; }
  Side side_of(const PartyPtr& party) const;
  PartyPtr other_of(const PartyPtr& party) const;

  Calls& calls_;
  CallServices& services_;
  base::Loop& loop_;
  const std::string id_;
  const std::string from_;
  std::string to_;
  NumberCounts::Ticket ticket_;        // of the caller
  NumberCounts::Ticket trunk_ticket_;  // of the trunk that is called
  bool anonymous_ = false;
  bool may_shake_hands_ = false;  ///< caller or callee may speak DTLS-SRTP
  std::uint32_t max_forwards_ = 70;
  CallState state_ = CallState::trying;
  base::WallTime started_;
  std::optional<base::WallTime> answered_at_;
  std::optional<base::WallTime> ended_at_;
  std::string cause_;

  CallSessions media_;
  CallSession session_;
  unsigned media_moves_ = 0;
  std::array<PartyPtr, 2> parties_;  // by side; b is empty until a contact answers
  std::vector<PartyPtr> forks_;
  std::vector<LegView> left_;  // of parties that were transferred away
  BestRefusal best_;
  base::Timers::Id ring_timer_ = 0;
  int told_status_ = 0;                           // the last provisional status the caller got
  SharedSdp early_answer_;                        // what the caller was told before the answer
  std::optional<AudioDescription> caller_audio_;  // its offer; none: the 200 brings ours
  std::optional<Exchange> exchange_;
  std::optional<Transfer> transfer_;
  std::optional<Lending> lent_;
  std::optional<CallStats> final_stats_;
};

}  // namespace cadenas::pbx
