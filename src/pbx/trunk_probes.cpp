#include "pbx/trunk_probes.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/loop.hpp"
#include "pbx/sip_leg.hpp"
#include "pbx/trunk_links.hpp"
#include "pbx/trunk_states.hpp"
#include "sip/transaction_layer.hpp"

namespace cadenas::pbx {

TrunkProbes::TrunkProbes(TrunkLinks& links, sip::TransactionLayer& transactions, TrunkStates& states)
    : links_(links), transactions_(transactions), states_(states) {}

void TrunkProbes::probe(const std::shared_ptr<const store::Trunk>& trunk) {
  if (!waiting_.try_emplace(trunk->name).second) return;
  links_.reach(trunk, [weak = weak_from_this(), name = trunk->name](const base::Result<sip::Flow>& flow) {
    const auto self = weak.lock();
    if (!self) return;
    // Why it could not be reached is noted already.
    if (flow) return self->ask(name, *flow);
    self->waiting_.erase(name);
  });
}

void TrunkProbes::ask(const std::string& name, const sip::Flow& flow) {
  const std::string own = "<sip:" + uri_host(flow.local) + ":" + std::to_string(flow.local.port()) + ">";
  const std::string target = "sip:" + uri_host(flow.remote) + ":" + std::to_string(flow.remote.port());
  auto options = sip::MessageWriter::request(sip::Method::options, target);
  options.add("Max-Forwards", std::uint64_t{70});
  options.add("From", own + ";tag=" + base::random_hex(8));
  options.add("To", "<" + target + ">");
  options.add("Call-ID", base::random_hex(16));
  options.add("CSeq", "1 OPTIONS");
  options.add("Accept", "application/sdp");
  waiting_[name] = transactions_.send_request(flow, std::move(options).finish(), weak_from_this());
}

void TrunkProbes::on_response(const std::shared_ptr<sip::ClientTransaction>& transaction,
                              const sip::MessageView& response) {
  if (response.status() >= 200) note(transaction, {});
}

void TrunkProbes::on_failed(const std::shared_ptr<sip::ClientTransaction>& transaction, sip::TransactionFailure) {
  note(transaction, base::fail("trunk.no-answer", "The trunk does not answer an OPTIONS."));
}

void TrunkProbes::note(const std::shared_ptr<sip::ClientTransaction>& transaction, const base::Result<void>& reached) {
  const auto asked =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& entry) { return entry.second == transaction; });
  if (asked == waiting_.end()) return;
  states_.note(asked->first, reached, transactions_.loop().clock().now());
  waiting_.erase(asked);
}

}  // namespace cadenas::pbx
