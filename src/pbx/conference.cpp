#include "pbx/conference.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/board.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference_media.hpp"
#include "pbx/conferences.hpp"
#include "pbx/slot_description.hpp"
#include "pbx/tdm_media.hpp"
#include "sip/info_dtmf.hpp"

namespace cadenas::pbx {

namespace {

constexpr base::Millis pin_patience{30'000};

LegQuality quality_of(const media::VoiceQuality& counted) {
  LegQuality out;
  const auto lost = static_cast<double>(std::max<std::int64_t>(counted.received_lost, 0));
  if (lost > 0) out.loss_from = 100 * lost / (lost + static_cast<double>(counted.received));
  out.jitter_from = counted.received_jitter_us / 1000.0;
  if (!counted.is_reported) return out;
  out.loss_to = 100 * counted.sent_loss_256 / 256.0;
  out.jitter_to = counted.sent_jitter_us / 1000.0;
  if (counted.round_trip_us > 0) out.round_trip = counted.round_trip_us / 1000.0;
  return out;
}

}  // namespace

Conference::Conference(Calls& calls, std::shared_ptr<const store::ConferenceRoom> room, std::function<void()> changed)
    : services_(calls.services()),
      loop_(calls.loop()),
      id_(base::random_hex(8)),
      board_room_(services_.last_session_id.fetch_add(1) + 1),
      room_(std::move(room)),
      changed_(std::move(changed)),
      whole_(std::make_shared<LinkedBridges>(std::vector<Conference*>{this})),
      started_(loop_.clock().now()) {}

base::Result<void> Conference::open() {
  return services_.conferences->open_room(board_room_,
                                          [weak = weak_from_this(), &loop = loop_](media::MemberId member, char digit) {
                                            loop.post([weak, member, digit] {
                                              if (const auto self = weak.lock()) self->on_digit(member, digit);
                                            });
                                          });
}

void Conference::close() {
  services_.conferences->close_room(board_room_);
}

void Conference::set_linked(std::shared_ptr<const LinkedBridges> whole, Links links) {
  whole_ = std::move(whole);
  links_ = std::move(links);
}

void Conference::enter(const MemberPtr& member, std::shared_ptr<const store::ConferenceRoom> room) {
  const auto self = shared_from_this();
  room_ = std::move(room);
  member->conference = self;
  member->call_id = base::random_hex(8);
  member->keypad = RoomKeypad(room_->pin);
  members_.push_back(member);
  if (locked_) return refuse(member, 403, "The conference is locked.");
  const auto here = join_board(member);
  if (!here) return refuse(member, 503, here.error().message);
  member->party.media.emplace(*here, services_.settings.suites);
  if (const auto answered = answer_invite(member); !answered) return refuse(member, 488, answered.error().message);
  member->answered = loop_.clock().now();
  base::log::info("conference.entered", {{"room", room_->number}, {"from", member->party.who.number}});
  ask_pin_or_admit(member);
}

base::Result<LocalMedia> Conference::join_board(const MemberPtr& member) {
  const Party& party = member->party;
  member->id = services_.last_session_id.fetch_add(1) + 1;
  base::Result<LocalMedia> place = slot_place();
  if (party.slot) {
    if (const auto done = services_.tdm->join_room(board_room_, member->id, *party.slot); !done) {
      place = tl::unexpected(done.error());
    }
  } else {
    const auto family = party.leg->flow()->remote.is_v6() ? media::AddressFamily::ip6 : media::AddressFamily::ip4;
    place = services_.conferences->join(board_room_, member->id, family).map([this](const base::Endpoint& here) {
      return LocalMedia{here.address(), here.port(), services_.conferences->dtls_fingerprints()};
    });
  }
  if (!place) base::log::warning("conference.no-media", {{"room", room_->number}, {"code", place.error().code}});
  return place;
}

void Conference::ask_pin_or_admit(const MemberPtr& member) {
  if (!member->keypad.asks_pin()) return admit(member);
  services_.conferences->seat(member->id, media::Seat::waits);
  member->pin_timer =
      loop_.after(pin_patience, [self = shared_from_this(), member] { self->dismiss(member, "no PIN"); });
}

void Conference::enter_from_call(const MemberPtr& member, std::shared_ptr<const store::ConferenceRoom> room) {
  const auto self = shared_from_this();
  room_ = std::move(room);
  member->conference = self;
  member->call_id = base::random_hex(8);
  member->answered = loop_.clock().now();
  // He who is replaced has given the PIN.
  member->keypad = RoomKeypad(member->replaces ? nullptr : room_->pin);
  members_.push_back(member);
  if (member->party.gone) return leave(member, "bye");
  if (locked_ && !member->replaces) return dismiss(member, "locked");
  if (const auto in = take_in(member); !in) return dismiss(member, in.error().code);
  services_.conferences->seat(member->id, media::Seat::waits);
}

void Conference::refuse(const MemberPtr& member, int status, const std::string& warning) {
  member->party.gone = true;
  member->party.leg->run([status, warning](Leg& leg) { leg.reject(status, warning, {}); });
  leave(member, "refused " + std::to_string(status));
}

void Conference::admit(const MemberPtr& member) {
  loop_.cancel(member->pin_timer);
  member->admitted = true;
  if (const auto replaced = std::exchange(member->replaces, nullptr)) dismiss(replaced, "replaced by a transfer");
  services_.conferences->seat(member->id, media::Seat::talks);
  if (room_->announcements) services_.conferences->announce(board_room_, media::Announcement::joined);
  whole_->level();
  align(member);
  changed_();
}

Conference::MemberPtr Conference::member_of(media::MemberId id) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [id](const auto& m) { return m->id == id; });
  return found == members_.end() ? nullptr : *found;
}

void Conference::on_digit(media::MemberId id, char digit) {
  const MemberPtr member = member_of(id);
  // Two in a call of their own dial nothing for us.
  if (!member || member->is_lent()) return;
  const auto wish = member->keypad.dial(digit);
  if (!wish) return;
  switch (*wish) {
    case RoomKeypad::Wish::enter:
      // Meanwhile others came, and the room may have been locked, or may not become clear.
      if (locked_) return dismiss(member, "locked");
      if (!member->able && !may_be_clear(*member)) return dismiss(member, "clear voice refused");
      return admit(member);
    case RoomKeypad::Wish::give_up:
      base::log::warning("conference.wrong-pin", {{"room", room_->number}, {"from", member->party.who.number}});
      return dismiss(member, "wrong PIN");
    case RoomKeypad::Wish::leave:
      return dismiss(member, "left by keypad");
    case RoomKeypad::Wish::mute:
      member->muted = !member->muted;
      services_.conferences->seat(id, member->muted ? media::Seat::listens : media::Seat::talks);
      if (intrusion_) tell_of_muting();
      return;
    case RoomKeypad::Wish::lock: {
      const auto first = std::find_if(members_.begin(), members_.end(), [](const auto& m) { return m->admitted; });
      if (first != members_.end() && *first == member) locked_ = !locked_;
      return;
    }
  }
}

void Conference::on_member_event(const MemberPtr& member, LegEvent event) {
  const auto self = shared_from_this();
  if (std::find(members_.begin(), members_.end(), member) == members_.end()) return;
  struct Visitor {
    Conference& room;
    const MemberPtr& member;
    void operator()(const leg_event::Offered& e) const { room.on_offered(member, e.sdp); }
    void operator()(const leg_event::RefreshDue&) const {
      PartyMedia& media = *member->party.media;
      if (media.state() != PartyMedia::State::stable || !media.agreed()) return;
      const auto plan = room.plan_for(member, policy::OfferMoment::in_request);
      // It may not be encrypted any more, and takes nothing else: its session runs out.
      if (member->party.decision.voice == policy::VoiceTreatment::refuse) return;
      room.offer(member, media.form_in_dialog(plan.form));
    }
    void operator()(const leg_event::OfferWithdrawn&) const {}
    void operator()(const leg_event::OfferAnswered& e) const { room.on_offer_answered(member, e.sdp); }
    void operator()(const leg_event::OfferRefused& e) const { room.on_offer_refused(member, e.status); }
    // Whom a member transfers somebody to is no matter of the conference.
    void operator()(const leg_event::Refer&) const {
      member->party.leg->run([](Leg& leg) { leg.notify_refer(603, true); });
    }
    void operator()(const leg_event::Moved& e) const { member->party.leg = e.leg; }
    void operator()(const leg_event::Ended& e) const {
      member->party.gone = true;
      if (member->rings) return room.fork_failed(member, {480, {}, {}});
      room.leave(member, e.cause);
    }
    void operator()(const leg_event::Digit& e) const { room.on_digit(member->id, e.digit); }
    void operator()(const leg_event::Joins& e) const { room.on_joins(member, e); }
    void operator()(const leg_event::Confers& e) const { room.on_confers(member, e); }
    void operator()(const leg_event::Info& e) const {
      if (const auto digit = sip::digit_of_info(e.content_type, e.body)) room.on_digit(member->id, *digit);
    }
    void operator()(const leg_event::Progress& e) const { room.on_progress(member, e); }
    void operator()(const leg_event::Answered& e) const { room.on_answered(member, e.sdp); }
    void operator()(const leg_event::Failed& e) const { room.on_failed(member, e.status); }
    void operator()(const leg_event::Seized& e) const { room.on_seized(member, e.port); }
  };
  std::visit(Visitor{*this, member}, event);
}

// A port that a room calls is known now; one that comes back from an enquiry has left the board meanwhile.
void Conference::on_seized(const MemberPtr& member, const media::tdm::PortId& port) {
  if (member->party.slot) services_.conferences->leave(member->id);
  member->party.slot = port;
  if (!join_board(member)) return dismiss(member, "no media");
  media::Seat seat = media::Seat::waits;
  if (member->admitted) seat = member->muted ? media::Seat::listens : media::Seat::talks;
  services_.conferences->seat(member->id, seat);
}

// Who leaves gives his place to whom he speaks with in a call. Two rooms hear each other by a link.
void Conference::on_joins(const MemberPtr& member, const leg_event::Joins& event) {
  const auto owner = event.owner.lock();
  if (const auto call = std::dynamic_pointer_cast<Call>(owner)) {
    return event.owner_loop->post([call, leaver = event.with, member] { call->give_place(leaver, member); });
  }
  const auto elsewhere = std::dynamic_pointer_cast<ConferenceMember>(owner);
  if (elsewhere) Conferences::dismiss(services_, elsewhere, "bye");
  dismiss(member, "bye");
}

void Conference::dismiss(const MemberPtr& member, const std::string& cause) {
  if (!member->party.gone) member->party.leg->run([](Leg& leg) { leg.end(480, {}); });
  member->party.gone = true;
  leave(member, cause);
}

void Conference::leave(const MemberPtr& member, const std::string& cause) {
  const auto self = shared_from_this();
  if (std::erase(members_, member) == 0) return;
  loop_.cancel(member->pin_timer);
  const auto stats = services_.conferences->leave(member->id);
  if (member->is_lent()) {
    // The record of his call tells of it.
    intrusion_->views.push_back(view_of(member->party, stats ? &stats->leg : nullptr));
  } else {
    keep_record(*member, stats ? &*stats : nullptr, cause);
  }
  if (intrusion_) on_intrusion_left(member, cause);
  if (is_three_way_) end_three_way_if_over(cause);
  if (member->admitted) {
    if (room_->announcements && !members_.empty()) {
      services_.conferences->announce(board_room_, media::Announcement::left);
    }
    if (std::ranges::none_of(members_, [](const auto& other) { return other->admitted; })) locked_ = false;
    whole_->level();
  }
  changed_();
}

void Conference::keep_record(const ConferenceMember& member, const media::MemberStats* stats,
                             const std::string& cause) const {
  CallView last;
  last.id = member.call_id;
  last.from = member.party.calls ? member.party.who.number : room_->number;
  last.to = member.party.calls ? room_->number : member.party.who.number;
  last.state = CallState::ended;
  last.started = member.started;
  if (member.party.established) last.answered = member.answered;
  last.ended = loop_.clock().now();
  last.cause = cause;
  last.legs.push_back(view_of(member.party, stats ? &stats->leg : nullptr));
  if (services_.record) services_.record(record_of(last));
  base::log::info("conference.left", {{"room", room_->number},
                                      {"member", member.party.who.number},
                                      {"cause", cause},
                                      {"encrypted", last.legs.front().padlock}});
}

void Conference::hang_up(const std::string& cause) {
  const auto self = shared_from_this();
  if (intrusion_) return end_call(cause);
  for (const MemberPtr& member : std::vector<MemberPtr>(members_)) dismiss(member, cause);
}

CallView Conference::view() const {
  CallView view;
  view.id = id_;
  view.from = room_->name.empty() ? room_->number : room_->name;
  view.to = room_->number;
  view.state = CallState::answered;
  view.started = started_;
  view.answered = started_;
  RoomView room;
  if (intrusion_) room.purpose = word_of(intrusion_->kind);
  if (is_three_way_) room.purpose = "three-way";
  room.encrypted = encrypted_;
  room.locked = locked_;
  for (const MemberPtr& member : members_) {
    const auto stats = services_.conferences->stats(member->id);
    const auto slot = member->party.slot ? services_.tdm->slot(*member->party.slot) : std::nullopt;
    view.legs.push_back(view_of(member->party, stats ? &stats->leg : nullptr, slot ? &*slot : nullptr));
    if (stats) view.legs.back().quality = quality_of(stats->quality);
    if (!member->admitted && !member->rings) room.waiting.push_back(member->party.who.number);
    if (member->rings) room.called.push_back(member->party.who.number);
    if (member->admitted && stats && stats->speaks) room.speaking.push_back(member->party.who.number);
  }
  room.reason = encrypted_ ? why_encrypted() : "The conference is clear. " + why_clear();
  room.links = links_.in_effect;
  room.refused_links = links_.refused;
  view.room = std::move(room);
  return view;
}

}  // namespace cadenas::pbx
