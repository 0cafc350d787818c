#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sip/flow.hpp"

namespace cadenas::pbx {

/// Where one phone of a number is reached: its contact, and the flow it registered by (RFC 3261 §10, RFC 5626). A phone
/// behind TCP, TLS or WSS is reached by that flow only and never dialled: a browser's contact names no host at all
/// ("….invalid", RFC 7118 §8.1).
struct Binding {
  std::string contact_uri;
  sip::Flow flow;
  std::string instance;      ///< +sip.instance without its quotes; empty if none
  std::uint32_t reg_id = 0;  ///< 0: none, the binding is known by its contact URI
  float q = 1.0F;            ///< 0…1, higher is tried first
  base::SteadyTime expires{};
  std::string user_agent;  ///< at most 128 octets
  std::string call_id;
  std::uint32_t cseq = 0;
};

/// What a REGISTER asks for, checked and reduced to values.
struct BindingUpdate {
  struct Contact {
    std::string uri;
    std::string instance;
    std::uint32_t reg_id = 0;
    float q = 1.0F;
    std::uint32_t expires_s = 0;  ///< 0 removes
  };
  bool remove_all = false;  ///< "Contact: *"
  std::vector<Contact> contacts;
  sip::Flow flow;
  std::string user_agent;
  std::string call_id;
  std::uint32_t cseq = 0;
};

/// The bindings of the numbers of one shard, bounded per number. A value without clock, lock or loop.
class BindingTable {
 public:
  explicit BindingTable(std::size_t bindings_per_number = 10) : bindings_per_number_(bindings_per_number) {}

  /// Carries out a REGISTER as RFC 3261 §10.3 steps 6 to 8 say: all of it or nothing. Returns the bindings then in
  /// force, by falling q. A request that repeats the CSeq of a binding under the same Call-ID is a retransmission and
  /// leaves that binding as it is. A contact with instance and reg-id replaces the one with the same pair, whatever its
  /// URI or flow (RFC 5626 §6). Errors: "registrar.cseq" (older than what is stored), "registrar.too-many-bindings".
  base::Result<std::vector<Binding>> apply(const std::string& number, const BindingUpdate& update,
                                           base::SteadyTime now);

  /// Those not expired, by falling q.
  std::vector<Binding> find(const std::string& number, base::SteadyTime now) const;
  void for_each(base::SteadyTime now, const std::function<void(const std::string&, const Binding&)>& fn) const;

  using Removed = std::vector<std::pair<std::string, Binding>>;
  /// What was bound by a connection that is gone.
  Removed remove_connection(std::uint64_t connection);
  /// What has run out at `now`.
  Removed remove_expired(base::SteadyTime now);
  using Keep = std::function<bool(const std::string& number, const sip::Flow& flow)>;
  /// The bindings for which `keep` is false.
  Removed remove_unless(const Keep& keep);

  std::size_t size() const { return expiry_.size(); }
  std::size_t numbers() const { return numbers_.size(); }

 private:
  using Bindings = std::vector<Binding>;
  void index(const std::string& number, const Binding& binding);
  void unindex(const std::string& number, const Binding& binding);
  Removed remove_if(const std::string& number, const std::function<bool(const Binding&)>& condition);

  std::size_t bindings_per_number_;
  std::unordered_map<std::string, Bindings> numbers_;
  std::multiset<std::pair<base::SteadyTime, std::string>> expiry_;               // one entry a binding
  std::unordered_map<std::uint64_t, std::multiset<std::string>> by_connection_;  // one entry a binding
};

}  // namespace cadenas::pbx
