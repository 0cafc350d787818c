#include "media/dtls_leg.hpp"

#include <algorithm>
#include <utility>

namespace cadenas::media {
namespace {

constexpr base::Millis kBetweenHandshakes{500};
constexpr base::Millis kTimeForStrangers{1000};
constexpr base::Millis kFirstRetry{1000};
constexpr base::Millis kLongestRetry{30'000};

/// A record of epoch 0 that begins with a ClientHello, or a fragment of one (RFC 6347 §4.1, §4.2.2).
bool is_client_hello(base::ByteView datagram) {
  constexpr std::uint8_t handshake = 22, client_hello = 1;
  constexpr std::size_t record_header = 13, epoch_at = 3;
  return datagram.size() > record_header && datagram[0] == handshake && datagram[epoch_at] == 0 &&
         datagram[epoch_at + 1] == 0 && datagram[record_header] == client_hello;
}

}  // namespace

DtlsLeg::DtlsLeg(LegWork& work, const Way& way, DtlsCounters& counters, Established established)
    : work_(work), way_(way), counters_(counters), on_established_(std::move(established)) {}

bool DtlsLeg::configure(DtlsParams params, const Reach& reach) {
  reach_ = reach;
  if (params_ == params) {
    if (params_->role == DtlsRole::active && !is_established()) {
      peer_ = goal();
      // It may have waited for a nomination that is not to come any more.
      if (!association_) work_.ask(*this);
    }
    return true;
  }
  const std::size_t early = params_ ? 0 : waiting_;
  stop();
  waiting_ = early;
  params_ = std::move(params);
  counters_.use(true);
  counters_.set(DtlsFailure::none);
  // The first flight costs work: not now, when commands are obeyed, but in turn.
  if (params_->role == DtlsRole::active || waiting_ > 0) work_.ask(*this);
  return false;
}

void DtlsLeg::peer_moved() {
  if (!params_) return;
  if (association_ && state_ != DtlsState::failed) {
    peer_ = goal();
  } else if (params_->role == DtlsRole::active) {
    // One that failed was with another place: no reason to be patient with this one.
    association_.reset();
    retry_ = kFirstRetry;
    enter(DtlsState::waiting);
    work_.ask(*this);
  }
}

void DtlsLeg::stop() {
  work_.forget(*this);
  association_.reset();
  params_.reset();
  peer_ = {};
  earliest_.reset();
  retry_ = kFirstRetry;
  waiting_ = 0;
  counters_.use(false);
  enter(DtlsState::waiting);
}

void DtlsLeg::put(base::ByteView datagram, const base::Endpoint& source, base::SteadyTime now) {
  // An answerer may shake hands before its answer is here (RFC 5763 §6.2): its first datagram is kept.
  const bool is_welcome =
      params_ ? waiting_ < kInbox && is_wanted(datagram, source, now) : waiting_ == 0 && is_client_hello(datagram);
  if (!is_welcome || datagram.size() > kLargest) return counters_.rx_dropped.add();
  counters_.rx_taken.add();
  Waiting& place = inbox_[(first_ + waiting_++) % kInbox];
  place.source = source;
  place.octets = datagram.size();
  std::ranges::copy(datagram, place.datagram.begin());
  if (params_) work_.ask(*this);
}

bool DtlsLeg::is_peer(const base::Endpoint& source) const {
  return reach_.peers ? reach_.peers->has(source) : source == peer_;
}

bool DtlsLeg::is_allowed(const base::Endpoint& source) const {
  if (reach_.peers) return reach_.peers->has(source);
  // We reach an active leg's peer where it was signalled or not at all, so it answers from that host.
  if (reach_.latching == Latching::any_host && params_->role == DtlsRole::passive) return true;
  return reach_.signalled.is_set() && source.host_only() == reach_.signalled.host_only();
}

bool DtlsLeg::may_begin(const base::Endpoint& source, base::SteadyTime now) const {
  if (earliest_ && now < *earliest_) return false;
  if (!association_ || state_ == DtlsState::failed) return true;
  return !is_established() && (source == goal() || now - began_ >= kTimeForStrangers);
}

bool DtlsLeg::is_wanted(base::ByteView datagram, const base::Endpoint& source, base::SteadyTime now) const {
  // Who is to wait for ours began before it knew: OpenSSL's client would give up over it.
  if (params_->role == DtlsRole::active && is_client_hello(datagram)) return false;
  const bool is_running = association_ && state_ != DtlsState::failed;
  if (is_running && is_peer(source)) return true;
  if (!is_allowed(source)) return false;
  if (params_->role == DtlsRole::active) return is_running && !is_established();
  return is_client_hello(datagram) && may_begin(source, now);
}

void DtlsLeg::work(base::SteadyTime now) {
  if (!params_) return;
  if (params_->role == DtlsRole::active && !association_) {
    begin_as_client(now);
    if (association_ && waiting_ > 0) work_.ask(*this);
    return;
  }
  if (waiting_ == 0) return;
  const Waiting& next = inbox_[first_];
  first_ = (first_ + 1) % kInbox;
  --waiting_;
  if (waiting_ > 0) work_.ask(*this);
  read(next, now);
}

void DtlsLeg::read(const Waiting& waiting, base::SteadyTime now) {
  const base::ByteView datagram = base::ByteView(waiting.datagram).first(waiting.octets);
  // Asked again: since it was taken, a datagram before it may have changed what there is.
  if (!is_wanted(datagram, waiting.source, now)) return;
  const bool is_running = association_ && state_ != DtlsState::failed;
  if (params_->role == DtlsRole::passive && (!is_running || !is_peer(waiting.source))) begin(waiting.source, now);
  if (!association_) return;
  // Once there is a nominated address, nothing goes elsewhere (RFC 8445 §12.1).
  peer_ = reach_.peers && goal().is_set() ? goal() : waiting.source;
  settle(association_->read(datagram), now);
}

void DtlsLeg::expire(base::SteadyTime now) {
  if (!params_) return;
  if (state_ == DtlsState::failed || !association_) {
    if (params_->role == DtlsRole::active) begin_as_client(now);
    return;
  }
  settle(association_->retransmit(), now);
}

void DtlsLeg::begin(const base::Endpoint& peer, base::SteadyTime now) {
  peer_ = peer;
  began_ = now;
  earliest_ = now + kBetweenHandshakes;
  association_.emplace(work_.context(), *params_, [this](base::ByteView datagram) { send(datagram); });
  enter(DtlsState::handshaking);
  settle(association_->start(), now);
}

void DtlsLeg::begin_as_client(base::SteadyTime now) {
  if (!reach_.peers || reach_.peers->state() == IceState::nominated) return begin(goal(), now);
  // There is ICE and no nomination, or none since a restart, which may be another peer's: the next one begins.
  association_.reset();
  enter(DtlsState::waiting);
}

void DtlsLeg::settle(DtlsAssociation::State state, base::SteadyTime now) {
  switch (state) {
    case DtlsAssociation::State::handshaking:
      break;
    case DtlsAssociation::State::established:
      if (state_ == DtlsState::established) break;
      counters_.handshakes.add();
      counters_.set(DtlsFailure::none);
      enter(DtlsState::established);
      retry_ = kFirstRetry;
      on_established_(association_->take_keys(), peer_);
      break;
    case DtlsAssociation::State::failed:
      if (state_ == DtlsState::failed) break;
      counters_.failures.add();
      counters_.set(association_->failure());
      enter(DtlsState::failed);
      break;
  }
  set_timer(now);
}

void DtlsLeg::set_timer(base::SteadyTime now) {
  if (state_ == DtlsState::failed) {
    if (params_->role == DtlsRole::passive) return work_.wake_at(*this, std::nullopt);
    work_.wake_at(*this, now + retry_);
    retry_ = std::min(2 * retry_, kLongestRetry);
    return;
  }
  const auto left = association_->time_left();
  // At least a millisecond, so that a clock that stands still for OpenSSL's does not make us turn in a circle.
  work_.wake_at(
      *this, left ? std::optional(now + std::max<base::SteadyTime::duration>(*left, base::Millis{1})) : std::nullopt);
}

void DtlsLeg::send(base::ByteView datagram) {
  if (!peer_.is_set() || peer_.port() == 0) return;
  const auto free = std::ranges::find(packets_, false, &OwnPacket::is_leaving);
  // One that finds no room is lost, as on the way, and sent again in time.
  if (free == packets_.end() || datagram.size() > free->buffer.size()) return;
  std::ranges::copy(datagram, free->buffer.begin());
  way_.outlet.send(*free, {Content::dtls, way_.port, datagram.size(), peer_});
}

void DtlsLeg::enter(DtlsState state) {
  state_ = state;
  counters_.set(state);
}

}  // namespace cadenas::media
