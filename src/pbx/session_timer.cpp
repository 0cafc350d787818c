#include "pbx/session_timer.hpp"

#include <algorithm>

#include "sip/header_values.hpp"

namespace cadenas::pbx {

namespace {

std::optional<sip::SessionExpires> session_expires(const sip::MessageView& message) {
  const auto* field = message.find(sip::HeaderId::session_expires);
  if (!field) return std::nullopt;
  const auto value = sip::SessionExpires::parse(field->value);
  if (!value || value->seconds == 0) return std::nullopt;
  return *value;
}

}  // namespace

base::Millis SessionTerms::give_up_after() const {
  return base::Millis{1000 * (std::int64_t{seconds} - std::min<std::int64_t>(32, seconds / 3))};
}

SessionReply answer_session_timer(const sip::MessageView& request, const SessionTimerSettings& settings) {
  SessionReply reply;
  if (settings.interval == 0) return reply;
  const bool peer_supports = request.lists(sip::HeaderId::supported, "timer");
  const auto asked = session_expires(request);
  if (asked && asked->seconds < settings.min_se) {
    // A proxy put it in for a UAC that does not know 422: raise it instead (§9).
    if (peer_supports) {
      reply.too_small = true;
      return reply;
    }
  }
  sip::SessionExpires value;
  value.seconds = asked ? asked->seconds : settings.interval;
  if (!asked && request.find(sip::HeaderId::min_se)) {
    const auto floor = sip::parse_uint32(request.value(sip::HeaderId::min_se));
    if (floor) value.seconds = std::max(value.seconds, *floor);
  }
  value.seconds = std::max(value.seconds, settings.min_se);
  if (!peer_supports) {
    value.refresher = sip::Refresher::uas;
  } else {
    value.refresher = asked && asked->refresher != sip::Refresher::unset ? asked->refresher : sip::Refresher::uac;
  }
  reply.terms = SessionTerms{value.seconds, value.refresher == sip::Refresher::uas};
  reply.session_expires = value.to_string();
  reply.require_timer = value.refresher == sip::Refresher::uac;
  return reply;
}

std::optional<SessionTerms> terms_of_response(const sip::MessageView& response, const SessionTimerSettings& settings) {
  if (settings.interval == 0) return std::nullopt;
  const auto value = session_expires(response);
  if (!value) return SessionTerms{settings.interval, true};
  return SessionTerms{std::max<std::uint32_t>(value->seconds, 90), value->refresher != sip::Refresher::uas};
}

std::optional<std::uint32_t> interval_after_422(const sip::MessageView& response, std::uint32_t asked) {
  const auto* field = response.find(sip::HeaderId::min_se);
  if (!field) return std::nullopt;
  // Min-SE may carry parameters like Session-Expires does.
  const auto value = sip::SessionExpires::parse(field->value);
  if (!value || value->seconds <= asked) return std::nullopt;
  return value->seconds;
}

}  // namespace cadenas::pbx
