#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/loop.hpp"
#include "pbx/call_settings.hpp"
#include "pbx/call_view.hpp"
#include "pbx/conferences.hpp"
#include "pbx/correspondent.hpp"
#include "pbx/media_sessions.hpp"
#include "pbx/number_counts.hpp"
#include "pbx/tdm_ports.hpp"
#include "pbx/tdm_settings.hpp"
#include "policy/facts.hpp"
#include "sip/dialog.hpp"
#include "sip/transaction_layer.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class Call;
class Calls;
class ConferenceMedia;
class SipLeg;
class TdmMedia;
struct Binding;

/// What calls need of the rest of the iPBX; one for all loops, filled before the first call, and outliving the calls.
/// Every function may be called from any loop.
struct CallServices {
  CallSettings settings;
  MediaSessions* media = nullptr;
  ConferenceMedia* conferences = nullptr;
  TdmMedia* tdm = nullptr;  ///< null without a TDM bus
  TdmSettings tdm_settings;
  std::function<std::shared_ptr<const store::Snapshot>()> snapshot;
  /// Of the SIP service's certificate, now (RIGHT-6).
  std::function<policy::CertificateState()> certificate;
  /// The registered contacts of a number; answers on `answer_on`.
  std::function<void(std::string number, base::Loop& answer_on, std::function<void(std::vector<Binding>)>)> find;
  /// The flow to a trunk, or why it cannot be reached; answers on `answer_on` (TrunkLinks::reach).
  std::function<void(std::shared_ptr<const store::Trunk> trunk, base::Loop& answer_on,
                     std::function<void(base::Result<sip::Flow>)>)>
      reach;
  /// Keeps the record of a call that ended.
  std::function<void(store::CallRecord)> record;
  /// Writes a line of the operations journal.
  std::function<void(store::JournalEntry)> journal;
  /// The calls of each loop, by its index.
  std::vector<Calls*> per_loop;

  std::atomic<std::size_t> active_calls{0};
  NumberCounts calls_by_number;
  NumberCounts calls_by_trunk;
  std::atomic<std::uint64_t> last_session_id{0};
};

/// What `Calls` holds at this moment, for tests and metrics.
struct CallCounts {
  std::size_t calls = 0;
  std::size_t legs = 0;  ///< dialogs, early ones included
};

/// The calls of one loop: those whose caller is on it, its conferences, and the legs of all calls whose flow is on it.
/// All members on the loop, unless said otherwise.
///
/// A SipLeg (its dialog and transactions) lives on the loop of its flow, a Call (coordination, policy, media) on the
/// loop of the caller's leg; they speak by posting values.
class Calls {
 public:
  Calls(base::Loop& loop, sip::TransactionLayer& transactions, CallServices& services);
  ~Calls();
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  /// An INVITE outside a dialog, from an authenticated subscription or from a declared trunk.
  void on_invite(const std::shared_ptr<sip::ServerTransaction>& invite, Correspondent caller);
  /// Any request with a To tag, BYE, re-INVITE, PRACK, REFER… among them: 481 where no dialog of that flow matches.
  void on_in_dialog(std::shared_ptr<sip::ServerTransaction> request);
  void on_ack(const sip::Flow& flow, const sip::MessageView& ack);
  void on_cancel(const std::shared_ptr<sip::ServerTransaction>& invite);
  void on_ack_missing(const std::shared_ptr<sip::ServerTransaction>& invite);
  void on_flow_closed(const sip::Flow& flow, sip::CloseReason reason);

  /// The calls whose home is this loop, as they are now.
  std::vector<CallView> views() const;
  /// Gathers the calls of all loops and answers on the loop of the last of them. Any thread.
  static void gather(CallServices& services, std::function<void(std::vector<CallView>)> done);
  CallCounts counts() const;
  /// A leg of this loop speaks over that flow: the connection must stay (MODE-7, MODE-1).
  bool carries(const sip::Flow& flow) const;
  /// Ends the call of that id, of whatever loop it is. Any thread.
  static void hang_up(CallServices& services, const std::string& id);
  /// Tells the calls that have these media sessions, of whatever loop they are. Any thread.
  static void media_lost(CallServices& services, const std::vector<std::uint64_t>& sessions);

  Conferences& conferences() { return conferences_; }
  TdmPorts& tdm() { return tdm_; }
  base::Loop& loop() { return loop_; }
  sip::TransactionLayer& transactions() { return transactions_; }
  CallServices& services() { return services_; }

  // For calls and legs.
  void add_leg(const std::string& call_id, const std::string& local_tag, std::shared_ptr<SipLeg> leg);
  void remove_leg(const std::string& call_id, const std::string& local_tag);
  std::shared_ptr<SipLeg> find_leg(std::string_view call_id, std::string_view local_tag) const;
  void add_call(std::shared_ptr<Call> call);
  /// A call in progress of two that are in conversation, of whom one has that number; null if there is none.
  std::shared_ptr<Call> call_of(const std::string& number) const;
  void remove_call(const std::string& id);

 private:
  base::Loop& loop_;
  sip::TransactionLayer& transactions_;
  CallServices& services_;
  std::unordered_map<std::string, std::shared_ptr<SipLeg>> legs_;  // by Call-ID and local tag
  std::unordered_map<std::string, std::shared_ptr<Call>> calls_;   // by id
  Conferences conferences_{*this};
  TdmPorts tdm_{*this};
};

}  // namespace cadenas::pbx
