#include "pbx/registrar.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

#include "base/loop.hpp"
#include "pbx/counters.hpp"
#include "pbx/locations.hpp"
#include "sip/header_values.hpp"
#include "sip/name_addr.hpp"
#include "sip/transaction_layer.hpp"
#include "sip/via.hpp"

namespace cadenas::pbx {

namespace {

constexpr std::size_t longest_user_agent = 128;
constexpr std::size_t longest_instance = 256;

std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// RFC 3261 §20.17; strftime's names would follow the locale.
std::string date_value(base::WallTime now) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::tm t{};
  gmtime_r(&seconds, &t);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days.at(static_cast<unsigned>(t.tm_wday)), t.tm_mday, months.at(static_cast<unsigned>(t.tm_mon)),
                t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return text.data();
}

RegisterRefusal refusal(int status, std::string reason = {}) {
  return {status, std::move(reason), 0};
}

}  // namespace

std::variant<RegisterRequest, RegisterRefusal> RegisterRequest::read(const sip::MessageView& request,
                                                                     const sip::Flow& flow,
                                                                     const RegistrarSettings& settings) {
  const auto contacts = sip::Contacts::of(request);
  if (!contacts) return refusal(400, "Malformed Contact");
  std::optional<std::uint32_t> expires;
  if (const auto* header = request.find(sip::HeaderId::expires)) {
    if (const auto value = sip::parse_uint32(header->value)) expires = *value;
  }

  RegisterRequest out;
  out.update.flow = flow;
  out.update.user_agent = request.value(sip::HeaderId::user_agent).substr(0, longest_user_agent);
  out.update.call_id = request.call_id();
  out.update.cseq = request.cseq();
  if (contacts->star) {
    if (expires != 0U) return refusal(400, "Contact * Needs Expires 0");
    out.update.remove_all = true;
    return out;
  }

  const bool outbound_asked = request.lists(sip::HeaderId::supported, "outbound");
  std::size_t with_reg_id = 0;
  for (const auto& entry : contacts->entries) {
    if (entry.uri.text.size() > settings.contact_octets) return refusal(400, "Contact Too Long");
    if (entry.uri.scheme == sip::UriScheme::sips && !sip::is_secure(flow.transport)) {
      return refusal(400, "SIPS Contact Without TLS");
    }
    BindingUpdate::Contact contact;
    contact.uri = entry.uri.text;
    contact.q = static_cast<float>(entry.q().value_or(1000)) / 1000.0F;
    contact.expires_s = entry.expires().value_or(expires.value_or(settings.default_expires_s));
    if (contact.expires_s != 0 && contact.expires_s < settings.min_expires_s) {
      RegisterRefusal brief = refusal(423);
      brief.min_expires_s = settings.min_expires_s;
      return brief;
    }
    contact.expires_s = std::min(contact.expires_s, settings.max_expires_s);
    contact.instance = without_quotes(entry.param("+sip.instance").value_or(std::string_view{}));
    if (contact.instance.size() > longest_instance) return refusal(400, "Instance Too Long");
    if (const auto reg_id = entry.param("reg-id"); reg_id && outbound_asked && !contact.instance.empty()) {
      contact.reg_id = sip::parse_uint32(*reg_id).value_or(0);
      if (contact.reg_id != 0) ++with_reg_id;
    }
    out.update.contacts.push_back(std::move(contact));
  }
  if (with_reg_id > 0) {
    if (contacts->entries.size() > 1) return refusal(400, "One Contact With Reg-Id");
    const auto vias = sip::vias(request);
    if (!vias || vias->size() > 1) return refusal(439, "First Hop Lacks Outbound Support");
    out.outbound = true;
  }
  return out;
}

std::string contact_value(const Binding& binding, base::SteadyTime now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(binding.expires - now).count();
  std::string value = "<" + binding.contact_uri + ">;expires=" + std::to_string(std::max<std::int64_t>(left, 1));
  if (binding.q < 1.0F) {
    std::array<char, 16> q{};
    std::snprintf(q.data(), q.size(), ";q=%.3f", static_cast<double>(binding.q));
    value += q.data();
  }
  if (!binding.instance.empty()) value += ";+sip.instance=\"" + binding.instance + "\"";
  if (binding.reg_id != 0) value += ";reg-id=" + std::to_string(binding.reg_id);
  return value;
}

Registrar::Registrar(base::Loop& loop, sip::TransactionLayer& transactions, Locations& locations,
                     NodeCounters& counters, RegistrarSettings settings)
    : loop_(loop), transactions_(transactions), locations_(locations), counters_(counters), settings_(settings) {}

void Registrar::on_register(const sip::Flow& flow, const sip::MessageView& request,
                            const store::Subscription& subscription) {
  auto read = RegisterRequest::read(request, flow, settings_);
  if (const auto* refused = std::get_if<RegisterRefusal>(&read)) {
    counters_.register_refused.add();
    auto response = transactions_.make_response(flow, request, refused->status, refused->reason);
    if (refused->min_expires_s != 0) response.add("Min-Expires", refused->min_expires_s);
    // What cannot be sent is lost as a datagram is: the phone asks again.
    (void)transactions_.send_stateless(flow, std::move(response).finish());
    return;
  }
  auto& wanted = std::get<RegisterRequest>(read);
  if (&locations_.home_of(subscription.number) == &loop_ && loop_.is_current()) {
    locations_.apply(subscription.number, std::move(wanted.update), loop_,
                     [&](const auto& outcome) { answer(flow, request, wanted.outbound, outcome); });
    return;
  }
  // The answer comes from another loop, when the receive buffer is gone.
  auto kept = std::make_shared<const sip::Message>(request);
  locations_.apply(subscription.number, std::move(wanted.update), loop_,
                   [this, flow, kept, outbound = wanted.outbound](const auto& outcome) {
                     answer(flow, kept->view(), outbound, outcome);
                   });
}

void Registrar::answer(const sip::Flow& flow, const sip::MessageView& request, bool outbound,
                       const base::Result<std::vector<Binding>>& outcome) {
  if (!outcome) {
    counters_.register_refused.add();
    const bool too_many = outcome.error().code == "registrar.too-many-bindings";
    auto response = too_many ? transactions_.make_response(flow, request, 403, "Too Many Contacts")
                             : transactions_.make_response(flow, request, 500, "CSeq Out Of Order");
    (void)transactions_.send_stateless(flow, std::move(response).finish());
    return;
  }
  counters_.registered.add();
  auto response = transactions_.make_response(flow, request, 200);
  const auto now = loop_.clock().steady();
  for (const Binding& binding : *outcome) response.add("Contact", contact_value(binding, now));
  response.add("Date", date_value(loop_.clock().now()));
  response.add("Supported", "outbound");
  if (outbound) response.add("Require", "outbound");
  (void)transactions_.send_stateless(flow, std::move(response).finish());
}

}  // namespace cadenas::pbx
