#include "media/ice_leg.hpp"

#include <algorithm>
#include <utility>

namespace cadenas::media {
namespace {

constexpr base::Millis kBetweenRefusals{100};

}  // namespace

IceLeg::IceLeg(LegWork& work, LegOutlet& outlet, IceCounters& counters, Nominated nominated)
    : work_(work), outlet_(outlet), counters_(counters), on_nominated_(std::move(nominated)) {}

void IceLeg::configure(IceParams params) {
  if (params_ == params) return;
  params_ = std::move(params);
  username_ = params_->own_ufrag + ":" + params_->peer_ufrag;
  password_.emplace(params_->own_password.view());
  peers_.restart();
  counters_.use(true);
  counters_.set(peers_.state());
}

void IceLeg::stop() {
  work_.forget(*this);
  for (Answer& answer : answers_) answer.octets = 0;
  params_.reset();
  password_.reset();
  peers_ = {};
  counters_.use(false);
}

void IceLeg::put(base::ByteView datagram, const base::Endpoint& source, base::SteadyTime now) {
  const std::optional<StunMessage> message = parse_stun(datagram);
  if (!message) return counters_.malformed.add();
  // An indication keeps a NAT open (RFC 8445 §11), and we asked nothing that could be answered.
  if (message->kind != StunClass::request) return;
  if (const std::optional<StunError> error = refusal(*message, datagram)) {
    counter(*error).add();
    return refuse(*message, *error, datagram.size(), source, now);
  }
  accept(*message, source);
}

/// In the order of RFC 8489 §9.1.3 and §6.3.1; for the roles, RFC 8445 §7.3.1.1: a lite agent cannot change its own.
std::optional<StunError> IceLeg::refusal(const StunMessage& message, base::ByteView datagram) const {
  if (!message.username || !message.integrity_at) return StunError::bad_request;
  const bool is_for_us = base::equal_constant_time(base::as_bytes(*message.username), base::as_bytes(username_));
  if (!is_for_us || !is_authentic(message, datagram, *password_)) return StunError::unauthenticated;
  if (!message.unknown().empty()) return StunError::unknown_attribute;
  if (message.is_controlled) return StunError::role_conflict;
  return std::nullopt;
}

Counter& IceLeg::counter(StunError error) {
  switch (error) {
    case StunError::bad_request:
      return counters_.malformed;
    case StunError::unauthenticated:
      return counters_.wrong_credentials;
    case StunError::unknown_attribute:
      return counters_.unknown_attributes;
    case StunError::role_conflict:
      break;
  }
  return counters_.role_conflicts;
}

void IceLeg::accept(const StunMessage& message, const base::Endpoint& source) {
  // Without an answer the peer would not know of it: it checks again.
  Answer* const answer = free_answer();
  if (!answer) return counters_.lost.add();
  StunAnswer written(answer->packet.buffer, StunClass::success, message.transaction);
  written.add_mapped(source);
  written.sign(*password_);
  send(*answer, written, source);
  counters_.answered.add();
  const base::Endpoint before = peers_.destination();
  const bool is_nomination = peers_.put(source, message.nominates);
  counters_.set(peers_.state());
  if (!is_nomination) return;
  counters_.nominations.add();
  on_nominated_(!(before == peers_.destination()));
}

void IceLeg::refuse(const StunMessage& message, StunError error, std::size_t asked_octets, const base::Endpoint& source,
                    base::SteadyTime now) {
  const bool is_stranger = error == StunError::bad_request || error == StunError::unauthenticated;
  if (is_stranger) {
    if (asked_octets < StunAnswer::kRefusal || (next_refusal_ && now < *next_refusal_)) return;
    next_refusal_ = now + kBetweenRefusals;
  }
  Answer* const answer = free_answer();
  if (!answer) return;
  StunAnswer written(answer->packet.buffer, StunClass::error, message.transaction);
  written.add_error(error);
  if (error == StunError::unknown_attribute) written.add_unknown(message.unknown());
  // To a stranger without a signature, which would be one by the password (RFC 8489 §9.1.3).
  if (!is_stranger) written.sign(*password_);
  send(*answer, written, source);
}

IceLeg::Answer* IceLeg::free_answer() {
  const auto free =
      std::ranges::find_if(answers_, [](const Answer& a) { return a.octets == 0 && !a.packet.is_leaving; });
  return free == answers_.end() ? nullptr : &*free;
}

void IceLeg::send(Answer& answer, StunAnswer& written, const base::Endpoint& to) {
  answer.octets = written.finish();
  answer.to = to;
  work_.ask(*this);
}

void IceLeg::work(base::SteadyTime) {
  for (Answer& answer : answers_) {
    if (answer.octets == 0) continue;
    outlet_.send(answer.packet, {Content::stun, Protocol::rtp, std::exchange(answer.octets, 0), answer.to});
  }
}

}  // namespace cadenas::media
