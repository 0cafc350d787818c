#include "sip/header_values.hpp"

#include "sip/grammar.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr std::uint64_t max_u32 = 0xFFFFFFFF;

// Splits the first run of non-blanks off `text`.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  std::size_t end = 0;
  while (end < text.size() && !is(text[end], blank)) ++end;
  const auto word = text.substr(0, end);
  text = trim(text.substr(end));
  return word;
}

// Splits `value` into what stands before its first ";" and the parameters from there on.
bool split_params(std::string_view value, std::string_view& head, Params& params) {
  const std::size_t semicolon = value.find(';');
  head = trim(value.substr(0, semicolon));
  if (semicolon == std::string_view::npos) return true;
  const auto parsed = Params::parse(value.substr(semicolon));
  if (!parsed) return false;
  params = *parsed;
  return true;
}

// "0", "0.", "0.000": not acceptable at all (RFC 2616 §3.9).
bool is_zero_quality(std::string_view q) {
  return q.starts_with('0') && q.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

base::Result<std::uint32_t> parse_uint32(std::string_view text) {
  const auto value = number(trim(text), max_u32);
  if (!value) return base::fail("sip.number", "A decimal number up to 4294967295 was expected.");
  return static_cast<std::uint32_t>(*value);
}

const Fault* CSeq::read(std::string_view value, CSeq& out) {
  static constexpr Fault bad{"sip.cseq", "CSeq must be a number below 2^31 and a method."};
  const auto n = grammar::number(take_word(value), 0x7FFFFFFF);
  if (!n || !all(value, token)) return &bad;
  out = {static_cast<std::uint32_t>(*n), value};
  return nullptr;
}

base::Result<CSeq> CSeq::parse(std::string_view value) {
  CSeq out;
  if (const Fault* fault = read(value, out)) return refuse(fault, "CSeq");
  return out;
}

base::Result<RAck> RAck::parse(std::string_view value) {
  const auto rseq = number(take_word(value), max_u32);
  const auto cseq = number(take_word(value), 0x7FFFFFFF);
  if (!rseq || !cseq || !all(value, token))
    return base::fail("sip.rack", "RAck must be a response number, a CSeq number and a method.", "RAck");
  return RAck{static_cast<std::uint32_t>(*rseq), static_cast<std::uint32_t>(*cseq), value};
}

base::Result<SessionExpires> SessionExpires::parse(std::string_view value) {
  std::string_view head;
  Params params;
  SessionExpires out;
  const bool split = split_params(value, head, params);
  const auto seconds = number(head, max_u32);
  const auto who = params.find("refresher");
  if (who && same(*who, "uac")) out.refresher = Refresher::uac;
  if (who && same(*who, "uas")) out.refresher = Refresher::uas;
  if (!split || !seconds || (who && out.refresher == Refresher::unset) || params.repeats("refresher"))
    return base::fail("sip.session-expires", "A number of seconds was expected, and refresher=uac or uas if any.",
                      "Session-Expires");
  out.seconds = static_cast<std::uint32_t>(*seconds);
  return out;
}

std::string SessionExpires::to_string() const {
  std::string out = std::to_string(seconds);
  if (refresher != Refresher::unset) out += refresher == Refresher::uac ? ";refresher=uac" : ";refresher=uas";
  return out;
}

base::Result<Replaces> Replaces::parse(std::string_view value) {
  std::string_view head;
  Params params;
  const bool split = split_params(value, head, params);
  const auto to = params.find("to-tag");
  const auto from = params.find("from-tag");
  if (!split || !is_call_id(head) || !to || !from || !all(*to, token) || !all(*from, token) ||
      params.repeats("to-tag") || params.repeats("from-tag"))
    return base::fail("sip.replaces", "Replaces must name a Call-ID, one to-tag and one from-tag.", "Replaces");
  return Replaces{head, *to, *from, params.has("early-only")};
}

base::Result<RetryAfter> RetryAfter::parse(std::string_view value) {
  std::size_t end = skip(value, 0, digit);
  const auto seconds = number(value.substr(0, end), max_u32);
  const base::Error bad{"sip.retry-after", "Retry-After must begin with a number of seconds.", "Retry-After"};
  if (!seconds) return tl::unexpected(bad);
  RetryAfter out{static_cast<std::uint32_t>(*seconds), std::nullopt};
  end = skip(value, end, blank);
  if (end < value.size() && value[end] == '(') {
    unsigned depth = 0;
    do {
      if (value[end] == '\\')
        ++end;
      else if (value[end] == '(')
        ++depth;
      else if (value[end] == ')')
        --depth;
      ++end;
    } while (end < value.size() && depth > 0);
    if (depth > 0) return tl::unexpected(bad);
  }
  const auto params = Params::parse(value.substr(std::min(end, value.size())));
  if (!params) return tl::unexpected(bad);
  if (const auto text = params->find("duration")) {
    const auto duration = number(*text, max_u32);
    if (!duration) return tl::unexpected(bad);
    out.duration = static_cast<std::uint32_t>(*duration);
  }
  return out;
}

base::Result<EventValue> EventValue::parse(std::string_view value) {
  EventValue out;
  Params params;
  if (!split_params(value, out.package, params) || !all(out.package, token))
    return base::fail("sip.event", "Event must name an event package.", "Event");
  out.id = params.find("id").value_or(std::string_view{});
  return out;
}

base::Result<SubscriptionState> SubscriptionState::parse(std::string_view value) {
  SubscriptionState out;
  Params params;
  if (!split_params(value, out.state, params) || !all(out.state, token))
    return base::fail("sip.subscription-state", "Subscription-State must name a state.", "Subscription-State");
  out.reason = params.find("reason").value_or(std::string_view{});
  if (const auto text = params.find("expires")) {
    const auto seconds = number(*text, max_u32);
    if (!seconds)
      return base::fail("sip.subscription-state", "The expires parameter must be a number of seconds.",
                        "Subscription-State");
    out.expires = static_cast<std::uint32_t>(*seconds);
  }
  return out;
}

base::Result<MediaType> MediaType::parse(std::string_view value) {
  std::string_view head;
  MediaType out;
  const bool split = split_params(value, head, out.params);
  const std::size_t slash = head.find('/');
  if (slash != std::string_view::npos) {
    out.type = trim(head.substr(0, slash));
    out.subtype = trim(head.substr(slash + 1));
  }
  if (!split || !all(out.type, token) || !all(out.subtype, token))
    return base::fail("sip.content-type", "A media type such as application/sdp was expected.", "Content-Type");
  return out;
}

bool MediaType::is(std::string_view wanted_type, std::string_view wanted_subtype) const {
  return same(type, wanted_type) && same(subtype, wanted_subtype);
}

bool accepts(const MessageView& message, std::string_view type, std::string_view subtype) {
  if (message.find(HeaderId::accept) == nullptr) return same(type, "application") && same(subtype, "sdp");
  int closest = -1;
  bool admitted = false;
  for (const std::string_view element : list_elements(message, HeaderId::accept)) {
    const auto range = MediaType::parse(element);
    if (!range) continue;
    const bool any_type = range->type == "*";
    const bool any_subtype = range->subtype == "*";
    if (!(any_type || same(range->type, type)) || !(any_subtype || same(range->subtype, subtype))) continue;
    const int closeness = any_type ? 0 : any_subtype ? 1 : 2;
    if (closeness < closest) continue;
    const bool wanted = !is_zero_quality(range->params.find("q").value_or("1"));
    admitted = wanted || (closeness == closest && admitted);
    closest = closeness;
  }
  return admitted;
}

std::vector<std::string_view> list_elements(const MessageView& message, HeaderId id) {
  std::vector<std::string_view> out;
  for (const HeaderField& field : message.headers()) {
    if (field.id != id) continue;
    const std::string_view text = field.value;
    for (std::size_t begin = 0; begin <= text.size();) {
      std::size_t end = begin;
      while (end < text.size() && text[end] != ',') {
        const std::size_t behind = text[end] == '"' ? quoted_end(text, end) : end + 1;
        end = behind == std::string_view::npos ? text.size() : behind;
      }
      const auto element = trim(text.substr(begin, end - begin));
      if (!element.empty()) out.push_back(element);
      begin = end + 1;
    }
  }
  return out;
}

std::vector<std::string_view> tokens(const MessageView& message, HeaderId id) {
  auto out = list_elements(message, id);
  std::erase_if(out, [](std::string_view element) { return !all(element, token); });
  return out;
}

}  // namespace cadenas::sip
