#include "sip/transaction_layer.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "base/loop.hpp"
#include "sip/via.hpp"

namespace cadenas::sip {
namespace {

constexpr std::string_view magic_cookie = "z9hG4bK";

/// A CANCEL shares the branch of its INVITE (RFC 3261 §9.1).
std::string client_key(std::string_view branch, Method method) {
  return std::string(branch) + (method == Method::cancel ? " CANCEL" : "");
}

/// Puts a Via right behind the start line.
void put_via(std::string& request, const Flow& flow, std::string_view branch) {
  const std::size_t end_of_line = request.find("\r\n");
  if (end_of_line == std::string::npos) return;
  std::string via = "Via: SIP/2.0/";
  via += to_string(flow.transport);
  via += ' ';
  via += flow.local.to_string();
  via += ";branch=";
  via += branch;
  if (flow.transport == Transport::udp) via += ";rport";
  via += "\r\n";
  request.insert(end_of_line + 2, via);
}

std::string fresh_branch() {
  return std::string(magic_cookie) + base::random_hex(10);
}

}  // namespace

TransactionLayer::TransactionLayer(base::Loop& loop, FlowSender& sender, ServerUser& user, RequestAbilities abilities,
                                   Timings timings, TransactionLimits limits)
    : loop_(loop), sender_(sender), user_(user), abilities_(abilities), timings_(timings), limits_(limits) {}

TransactionLayer::~TransactionLayer() {
  for (const auto& [key, transaction] : server_) transaction->detach();
  for (const auto& [key, transaction] : client_) transaction->detach();
}

std::shared_ptr<ClientTransaction> TransactionLayer::send_request(const Flow& flow, std::string request,
                                                                  std::weak_ptr<ClientUser> user) {
  std::string branch = fresh_branch();
  put_via(request, flow, branch);
  const Method method = method_of(std::string_view(request).substr(0, request.find(' ')));
  auto made = std::make_shared<ClientTransaction>(*this, branch, flow, std::move(request), method, std::move(user));
  if (client_.size() >= limits_.client) {
    made->detach();
    loop_.after(base::Millis{0}, [made] { made->fail(TransactionFailure::overload); });
    return made;
  }
  client_.emplace(std::move(branch), made);
  made->start();
  return made;
}

void TransactionLayer::cancel(const std::shared_ptr<ClientTransaction>& invite) {
  if (!invite->is_invite()) return;
  invite->cancel_wanted_ = true;
  invite->send_cancel_if_due();
}

void TransactionLayer::send_cancel(const ClientTransaction& invite, std::string cancel) {
  std::string key = client_key(invite.branch(), Method::cancel);
  auto made = std::make_shared<ClientTransaction>(*this, key, invite.flow(), std::move(cancel), Method::cancel,
                                                  std::weak_ptr<ClientUser>{});
  client_.emplace(std::move(key), made);
  made->start();
}

base::Result<void> TransactionLayer::send_ack(const Flow& flow, std::string ack) {
  put_via(ack, flow, fresh_branch());
  return sender_.send(flow, ack);
}

std::string TransactionLayer::stateless_to_tag(const MessageView& request) const {
  const std::uint64_t first = base::keyed_hash(request.branch());
  const std::uint64_t second = base::keyed_hash(request.call_id());
  std::uint64_t tag = base::keyed_hash(request.from_tag());
  const std::uint64_t words[] = {first, second, tag, request.cseq()};
  tag = base::keyed_hash({reinterpret_cast<const char*>(words), sizeof words});
  return base::to_hex({reinterpret_cast<const std::uint8_t*>(&tag), sizeof tag});
}

MessageWriter TransactionLayer::make_response(const Flow& flow, const MessageView& request, int status,
                                              std::string_view reason) const {
  const std::string tag = request.to_tag().empty() ? stateless_to_tag(request) : std::string{};
  return MessageWriter::response(request, status, tag, reason, noted_top_via(request, flow.remote));
}

void TransactionLayer::refuse(const Flow& flow, const MessageView& request, int status, std::string_view header_name,
                              std::string_view header_value, std::string_view reason) {
  auto response = make_response(flow, request, status, reason);
  if (!header_name.empty()) response.add(header_name, header_value);
  static_cast<void>(sender_.send(flow, std::move(response).finish()));
}

void TransactionLayer::on_message(const Flow& flow, const MessageView& message) {
  if (!message.is_request()) {
    on_response(flow, message);
  } else if (message.method() == Method::ack) {
    on_ack(flow, message);
  } else if (message.method() == Method::cancel) {
    on_cancel(flow, message);
  } else {
    on_request(flow, message);
  }
}

void TransactionLayer::on_bad_message(const Flow& flow, const base::Error& error, int status,
                                      const MessageView* partial) {
  if (status == 0 || partial == nullptr || !partial->is_request() || partial->method() == Method::ack) return;
  counters_.refused.add();
  // What was wrong goes into the reason phrase, as RFC 4475 does; it names a header, never its value.
  const std::string reason = status == 400 && !error.field.empty() ? "Bad " + error.field : std::string{};
  refuse(flow, *partial, status, {}, {}, reason);
}

// RFC 3261 §17.2.3. A stream is part of the key: nobody can touch a transaction that came by another connection.
const std::string& TransactionLayer::key_of(const Flow& flow, const MessageView& request, std::string_view method,
                                            std::string_view to_tag) {
  key_ = std::to_string(flow.connection);
  const auto append = [this](std::string_view part) {
    key_ += ' ';
    key_ += part;
  };
  append(method);
  if (request.branch().size() > magic_cookie.size() && request.branch().starts_with(magic_cookie)) {
    append(request.branch());
    append(request.sent_by());
  } else {
    append(request.request_uri());
    append(request.call_id());
    append(request.from_tag());
    append(to_tag);
    append(std::to_string(request.cseq()));
    append(request.value(HeaderId::via));
  }
  return key_;
}

std::shared_ptr<ServerTransaction> TransactionLayer::find_invite(const Flow& flow, const MessageView& request) {
  auto found = server_.find(key_of(flow, request, "INVITE", request.to_tag()));
  // RFC 2543: the ACK's To tag is that of the response, which the INVITE did not have yet.
  if (found == server_.end()) found = server_.find(key_of(flow, request, "INVITE", {}));
  return found == server_.end() ? nullptr : found->second;
}

void TransactionLayer::on_request(const Flow& flow, const MessageView& request) {
  const bool stateless =
      request.to_tag().empty() && (request.method() == Method::register_ || request.method() == Method::options);
  if (!stateless) {
    const auto found = server_.find(key_of(flow, request, request.method_name(), request.to_tag()));
    if (found != server_.end()) {
      counters_.retransmissions.add();
      return found->second->handle(TransactionEvent::request);
    }
  }
  if (const auto problem = request_problem(request, abilities_)) {
    counters_.refused.add();
    return refuse(flow, request, problem->status, problem->header_name, problem->header_value, problem->reason);
  }
  if (stateless) {
    counters_.requests.add();
    return user_.on_stateless(flow, request);
  }
  if (server_.size() >= limits_.server) {
    counters_.overloaded.add();
    return refuse(flow, request, 503, "Retry-After", std::to_string(limits_.retry_after_s));
  }
  counters_.requests.add();
  const auto made = std::make_shared<ServerTransaction>(*this, key_, flow, request);
  server_.emplace(key_, made);
  user_.on_request(made);
  if (made->is_invite() && made->last_status() == 0) made->respond(100);
}

void TransactionLayer::on_ack(const Flow& flow, const MessageView& ack) {
  const auto invite = find_invite(flow, ack);
  if (invite == nullptr || invite->state() == TransactionState::accepted) {
    user_.on_ack(flow, ack);
  } else {
    invite->handle(TransactionEvent::ack);
  }
}

void TransactionLayer::on_cancel(const Flow& flow, const MessageView& cancel) {
  const auto invite = find_invite(flow, cancel);
  if (invite == nullptr) {
    counters_.refused.add();
    return refuse(flow, cancel, 481);
  }
  // The answer is the same each time, so a transaction of its own would add nothing (§8.2.7).
  const std::string_view tag = cancel.to_tag().empty() ? std::string_view(invite->local_tag()) : std::string_view{};
  auto answer = MessageWriter::response(cancel, 200, tag, {}, noted_top_via(cancel, flow.remote));
  static_cast<void>(sender_.send(flow, std::move(answer).finish()));
  if (invite->answered() || invite->cancelled_ || invite->layer_ == nullptr) return;
  invite->cancelled_ = true;
  user_.on_cancel(invite);
}

// RFC 3261 §17.1.3.
void TransactionLayer::on_response(const Flow& flow, const MessageView& response) {
  const auto found = client_.find(client_key(response.branch(), response.method()));
  if (found == client_.end() || found->second->method() != response.method() ||
      found->second->flow().connection != flow.connection) {
    return counters_.stray_responses.add();
  }
  const auto transaction = found->second;
  transaction->handle(event_of(response.status()), &response);
}

void TransactionLayer::on_flow_closed(const Flow& flow, CloseReason reason) {
  std::vector<std::shared_ptr<ClientTransaction>> clients;
  std::vector<std::shared_ptr<ServerTransaction>> servers;
  for (const auto& [key, transaction] : client_) {
    if (transaction->flow().connection == flow.connection) clients.push_back(transaction);
  }
  for (const auto& [key, transaction] : server_) {
    if (transaction->flow().connection == flow.connection) servers.push_back(transaction);
  }
  // A user told about the first may have ended the next.
  for (const auto& transaction : clients) {
    if (transaction->layer_ != nullptr) transaction->handle(TransactionEvent::transport_error, nullptr);
  }
  for (const auto& transaction : servers) {
    if (transaction->layer_ != nullptr) transaction->handle(TransactionEvent::transport_error);
  }
  user_.on_flow_closed(flow, reason);
}

void TransactionLayer::drop(ServerTransaction& transaction) {
  const auto found = server_.find(transaction.key_);
  transaction.detach();
  if (found != server_.end()) server_.erase(found);
}

void TransactionLayer::drop(ClientTransaction& transaction) {
  const auto found = client_.find(transaction.branch_);
  transaction.detach();
  if (found != client_.end()) client_.erase(found);
}

}  // namespace cadenas::sip
