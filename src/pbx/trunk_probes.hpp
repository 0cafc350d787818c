#pragma once

#include <map>
#include <memory>
#include <string>

#include "sip/transaction_user.hpp"
#include "store/model.hpp"

namespace cadenas::sip {
class TransactionLayer;
}

namespace cadenas::pbx {

class TrunkLinks;
class TrunkStates;

/// Asks trunks whether they are there, with an OPTIONS each (RFC 3261 §11): any final answer says yes. On one loop.
class TrunkProbes final : public sip::ClientUser, public std::enable_shared_from_this<TrunkProbes> {
 public:
  /// All references must outlive the probes.
  TrunkProbes(TrunkLinks& links, sip::TransactionLayer& transactions, TrunkStates& states);

  /// Nothing where the last OPTIONS still waits for its answer.
  void probe(const std::shared_ptr<const store::Trunk>& trunk);

  void on_response(const std::shared_ptr<sip::ClientTransaction>& transaction,
                   const sip::MessageView& response) override;
  void on_failed(const std::shared_ptr<sip::ClientTransaction>& transaction, sip::TransactionFailure failure) override;

 private:
  void ask(const std::string& name, const sip::Flow& flow);
  void note(const std::shared_ptr<sip::ClientTransaction>& transaction, const base::Result<void>& reached);

  TrunkLinks& links_;
  sip::TransactionLayer& transactions_;
  TrunkStates& states_;
  std::map<std::string, std::shared_ptr<sip::ClientTransaction>> waiting_;  // by trunk; null until it is reached
};

}  // namespace cadenas::pbx
