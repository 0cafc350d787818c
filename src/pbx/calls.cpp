#include "pbx/calls.hpp"

#include <iterator>
#include <unordered_set>
#include <utility>

#include "pbx/call.hpp"
#include "pbx/inbound_leg.hpp"
#include "pbx/sip_leg.hpp"

namespace cadenas::pbx {

namespace {

std::string leg_key(std::string_view call_id, std::string_view local_tag) {
  std::string key(call_id);
  key += '\n';
  key += local_tag;
  return key;
}

}  // namespace

Calls::Calls(base::Loop& loop, sip::TransactionLayer& transactions, CallServices& services)
    : loop_(loop), transactions_(transactions), services_(services) {}

Calls::~Calls() = default;

void Calls::on_invite(const std::shared_ptr<sip::ServerTransaction>& invite, Correspondent caller) {
  Call::begin(*this, invite, std::move(caller));
}

void Calls::on_in_dialog(std::shared_ptr<sip::ServerTransaction> request) {
  const sip::MessageView& message = request->request();
  const auto leg = find_leg(message.call_id(), message.to_tag());
  // A dialog belongs to the flow it was made on: nobody else speaks in it, whatever tags he knows.
  if (!leg || !(*leg->flow() == request->flow())) return request->respond(481);
  leg->on_request(request);
}

void Calls::on_ack(const sip::Flow& flow, const sip::MessageView& ack) {
  const auto leg = find_leg(ack.call_id(), ack.to_tag());
  if (leg && *leg->flow() == flow) leg->on_ack(ack);
}

void Calls::on_cancel(const std::shared_ptr<sip::ServerTransaction>& invite) {
  const auto leg = find_leg(invite->request().call_id(), invite->local_tag());
  if (const auto inbound = std::dynamic_pointer_cast<InboundLeg>(leg); inbound && !inbound->confirmed()) {
    return inbound->on_cancel();
  }
  if (leg) leg->on_offer_cancelled(invite);
}

void Calls::on_ack_missing(const std::shared_ptr<sip::ServerTransaction>& invite) {
  if (const auto leg = find_leg(invite->request().call_id(), invite->local_tag())) leg->on_ack_missing(invite);
}

void Calls::on_flow_closed(const sip::Flow& flow, sip::CloseReason reason) {
  std::vector<std::shared_ptr<SipLeg>> lost;
  for (const auto& [key, leg] : legs_) {
    if (*leg->flow() == flow) lost.push_back(leg);
  }
  for (const auto& leg : lost) leg->on_flow_closed(reason);
}

std::vector<CallView> Calls::views() const {
  std::vector<CallView> out;
  out.reserve(calls_.size());
  for (const auto& [id, call] : calls_) out.push_back(call->view());
  conferences_.add_views(out);
  return out;
}

void Calls::gather(CallServices& services, std::function<void(std::vector<CallView>)> done) {
  struct Gathering {
    std::size_t next = 0;
    std::vector<CallView> views;
    std::function<void(std::vector<CallView>)> done;
    std::function<void(std::shared_ptr<Gathering>)> step;
  };
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  gathering->step = [&services](std::shared_ptr<Gathering> state) {
    Calls* calls = services.per_loop[state->next];
    calls->loop().post([&services, state, calls] {
      auto views = calls->views();
      std::move(views.begin(), views.end(), std::back_inserter(state->views));
      if (++state->next < services.per_loop.size()) return state->step(state);
      state->done(std::move(state->views));
    });
  };
  gathering->step(gathering);
}

CallCounts Calls::counts() const {
  return {calls_.size(), legs_.size()};
}

bool Calls::carries(const sip::Flow& flow) const {
  return std::any_of(legs_.begin(), legs_.end(), [&](const auto& entry) { return *entry.second->flow() == flow; });
}

void Calls::hang_up(CallServices& services, const std::string& id) {
  for (Calls* calls : services.per_loop) {
    calls->loop().post([calls, id] {
      constexpr const char* cause = "ended by the administrator";
      const auto found = calls->calls_.find(id);
      if (found == calls->calls_.end()) return calls->conferences_.hang_up(id, cause);
      const auto call = found->second;
      call->hang_up(cause);
    });
  }
}

void Calls::media_lost(CallServices& services, const std::vector<std::uint64_t>& sessions) {
  const auto lost = std::make_shared<const std::unordered_set<std::uint64_t>>(sessions.begin(), sessions.end());
  for (Calls* calls : services.per_loop) {
    calls->loop().post([calls, lost] {
      std::vector<std::shared_ptr<Call>> theirs;
      for (const auto& [id, call] : calls->calls_) {
        if (lost->contains(call->session())) theirs.push_back(call);
      }
      for (const auto& call : theirs) call->on_media_lost();
    });
  }
}

void Calls::add_leg(const std::string& call_id, const std::string& local_tag, std::shared_ptr<SipLeg> leg) {
  legs_[leg_key(call_id, local_tag)] = std::move(leg);
}

void Calls::remove_leg(const std::string& call_id, const std::string& local_tag) {
  legs_.erase(leg_key(call_id, local_tag));
}

std::shared_ptr<SipLeg> Calls::find_leg(std::string_view call_id, std::string_view local_tag) const {
  const auto found = legs_.find(leg_key(call_id, local_tag));
  return found == legs_.end() ? nullptr : found->second;
}

void Calls::add_call(std::shared_ptr<Call> call) {
  const std::string id = call->id();
  calls_[id] = std::move(call);
}

std::shared_ptr<Call> Calls::call_of(const std::string& number) const {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const auto& c) { return c.second->joins(number); });
  return found == calls_.end() ? nullptr : found->second;
}

void Calls::remove_call(const std::string& id) {
  calls_.erase(id);
}

}  // namespace cadenas::pbx
