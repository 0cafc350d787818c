#include "sip/dialog.hpp"

#include <algorithm>

#include "sip/name_addr.hpp"
#include "sip/uri.hpp"

namespace cadenas::sip {
namespace {

/// From or To without its tag parameter, so that the tag can be put behind whatever else stands there.
base::Result<std::string> party_of(const MessageView& message, HeaderId id) {
  const auto value = NameAddr::parse(message.value(id));
  if (!value) return tl::unexpected<base::Error>(value.error());
  std::string party;
  if (!value->display_name.empty()) {
    const std::string_view whole = message.value(id);
    party = std::string(whole.substr(0, whole.find('<')));
  }
  party += '<';
  party += value->uri.text;
  party += '>';
  for (const Param& param : value->params) {
    if (param.name == "tag") continue;
    party += ';';
    party += param.name;
    if (param.has_value) party += '=' + std::string(param.value);
  }
  return party;
}

base::Result<std::vector<std::string>> routes_of(const MessageView& message, bool reversed) {
  const auto entries = name_addrs(message, HeaderId::record_route);
  if (!entries) return base::fail("dialog.route", entries.error().message, "Record-Route");
  std::vector<std::string> routes;
  for (const NameAddr& entry : *entries) {
    routes.push_back("<" + std::string(entry.uri.text) + ">" + std::string(entry.params.text()));
  }
  if (reversed) std::reverse(routes.begin(), routes.end());
  return routes;
}

/// The one Contact URI of a message; empty if it has no Contact.
base::Result<std::string> contact_of(const MessageView& message) {
  if (message.find(HeaderId::contact) == nullptr) return std::string{};
  const auto contacts = Contacts::of(message);
  if (!contacts) return base::fail("dialog.contact", contacts.error().message, "Contact");
  if (contacts->star || contacts->entries.size() != 1 || !contacts->entries[0].uri.is_sip()) {
    return base::fail("dialog.contact", "Expected exactly one Contact with a SIP or SIPS URI.", "Contact");
  }
  return std::string(contacts->entries[0].uri.text);
}

bool is_sips(std::string_view text) {
  const auto uri = Uri::parse(text);
  return uri && uri->scheme == UriScheme::sips;
}

bool is_target_refresh(Method method) {
  return method == Method::invite || method == Method::update || method == Method::subscribe ||
         method == Method::notify || method == Method::refer;
}

std::string with_tag(const std::string& party, const std::string& tag) {
  return tag.empty() ? party : party + ";tag=" + tag;
}

}  // namespace

DialogId DialogId::of_request(const MessageView& incoming) {
  return {std::string(incoming.call_id()), std::string(incoming.to_tag()), std::string(incoming.from_tag())};
}

DialogId DialogId::of_response(const MessageView& incoming) {
  return {std::string(incoming.call_id()), std::string(incoming.from_tag()), std::string(incoming.to_tag())};
}

base::Result<Dialog> Dialog::uas(const MessageView& request, std::string local_tag, std::string local_contact) {
  auto contact = contact_of(request);
  if (!contact) return tl::unexpected<base::Error>(contact.error());
  if (contact->empty()) {
    return base::fail("dialog.contact", "A request that makes a dialog needs a Contact.", "Contact");
  }
  if (request.from_tag().empty()) {
    return base::fail("dialog.from-tag", "A request that makes a dialog needs a From tag.", "From");
  }
  auto routes = routes_of(request, false);
  if (!routes) return tl::unexpected<base::Error>(routes.error());
  auto remote = party_of(request, HeaderId::from);
  if (!remote) return tl::unexpected<base::Error>(remote.error());
  auto local = party_of(request, HeaderId::to);
  if (!local) return tl::unexpected<base::Error>(local.error());
  Dialog dialog;
  dialog.id_ = {std::string(request.call_id()), std::move(local_tag), std::string(request.from_tag())};
  dialog.secure_ = is_sips(request.request_uri());
  dialog.local_ = std::move(*local);
  dialog.remote_ = std::move(*remote);
  dialog.target_ = std::move(*contact);
  dialog.contact_ = std::move(local_contact);
  dialog.routes_ = std::move(*routes);
  dialog.remote_cseq_ = request.cseq();
  return dialog;
}

base::Result<Dialog> Dialog::uac(const MessageView& sent_request, const MessageView& response,
                                 std::string local_contact) {
  if (response.to_tag().empty()) {
    return base::fail("dialog.to-tag", "A response without To tag makes no dialog.", "To");
  }
  auto local = party_of(sent_request, HeaderId::from);
  if (!local) return tl::unexpected<base::Error>(local.error());
  auto remote = party_of(sent_request, HeaderId::to);
  if (!remote) return tl::unexpected<base::Error>(remote.error());
  Dialog dialog;
  dialog.caller_ = true;
  dialog.id_ = {std::string(sent_request.call_id()), std::string(sent_request.from_tag()),
                std::string(response.to_tag())};
  dialog.secure_ = is_sips(sent_request.request_uri());
  dialog.local_ = std::move(*local);
  dialog.remote_ = std::move(*remote);
  dialog.contact_ = std::move(local_contact);
  dialog.local_cseq_ = sent_request.cseq();
  if (response.status() >= 200) {
    if (const auto confirmed = dialog.confirm(response); !confirmed) {
      return tl::unexpected<base::Error>(confirmed.error());
    }
    return dialog;
  }
  auto routes = routes_of(response, true);
  if (!routes) return tl::unexpected<base::Error>(routes.error());
  dialog.routes_ = std::move(*routes);
  // Only a reliable 1xx must have one (RFC 3262); the 2xx brings it otherwise.
  auto contact = contact_of(response);
  if (!contact) return tl::unexpected<base::Error>(contact.error());
  dialog.target_ = std::move(*contact);
  return dialog;
}

bool Dialog::matches(const MessageView& incoming_request) const {
  return incoming_request.call_id() == id_.call_id && incoming_request.to_tag() == id_.local_tag &&
         incoming_request.from_tag() == id_.remote_tag;
}

void Dialog::confirm() {
  if (state_ == State::early) state_ = State::confirmed;
}

base::Result<void> Dialog::confirm(const MessageView& response) {
  const bool first = state_ == State::early;
  if (first) state_ = State::confirmed;
  auto contact = contact_of(response);
  if (!contact) return tl::unexpected<base::Error>(contact.error());
  if (contact->empty() && target_.empty()) {
    return base::fail("dialog.contact", "A 2xx that makes a dialog needs a Contact.", "Contact");
  }
  if (!contact->empty()) target_ = std::move(*contact);
  if (!first) return {};
  auto routes = routes_of(response, true);
  if (!routes) return tl::unexpected<base::Error>(routes.error());
  routes_ = std::move(*routes);
  return {};
}

MessageWriter Dialog::request(Method method) {
  // Never the number 0, with which some peers cannot go on.
  return write(to_string(method), ++local_cseq_);
}

MessageWriter Dialog::ack(std::uint32_t invite_cseq) const {
  return write("ACK", invite_cseq);
}

// RFC 3261 §12.2.1.1.
MessageWriter Dialog::write(std::string_view method, std::uint32_t cseq) const {
  std::string_view uri = target_;
  std::vector<std::string> strict_routes;
  const std::vector<std::string>* routes = &routes_;
  if (!routes_.empty()) {
    const auto first = NameAddr::parse(routes_.front());
    if (first && !first->uri.has_param("lr")) {
      uri = first->uri.text.substr(0, first->uri.text.find('?'));
      strict_routes.assign(routes_.begin() + 1, routes_.end());
      strict_routes.push_back("<" + target_ + ">");
      routes = &strict_routes;
    }
  }
  MessageWriter out = MessageWriter::request(method, uri);
  for (const std::string& route : *routes) out.add("Route", route);
  out.add("Max-Forwards", "70");
  out.add("From", with_tag(local_, id_.local_tag)).add("To", with_tag(remote_, id_.remote_tag));
  out.add("Call-ID", id_.call_id).add("CSeq", std::to_string(cseq) + " " + std::string(method));
  if (is_target_refresh(method_of(method))) out.add("Contact", "<" + contact_ + ">");
  return out;
}

base::Result<void> Dialog::accept(const MessageView& request) {
  if (remote_cseq_ && request.cseq() <= *remote_cseq_) {
    return base::fail(
        "dialog.cseq",
        "Expected a CSeq above " + std::to_string(*remote_cseq_) + ", found " + std::to_string(request.cseq()) + ".",
        "CSeq");
  }
  remote_cseq_ = request.cseq();
  return {};
}

base::Result<void> Dialog::update_target(const MessageView& message) {
  auto contact = contact_of(message);
  if (!contact) return tl::unexpected<base::Error>(contact.error());
  if (!contact->empty()) target_ = std::move(*contact);
  return {};
}

}  // namespace cadenas::sip
