#include "pbx/binding_table.hpp"

#include <algorithm>
#include <optional>

#include "sip/uri.hpp"

namespace cadenas::pbx {

namespace {

bool same_contact(const Binding& binding, const BindingUpdate::Contact& contact) {
  if (!contact.instance.empty() && contact.reg_id != 0) {
    return binding.reg_id == contact.reg_id && binding.instance == contact.instance;
  }
  if (binding.reg_id != 0) return false;  // known by its pair alone
  if (binding.contact_uri == contact.uri) return true;
  const auto a = sip::Uri::parse(binding.contact_uri);
  const auto b = sip::Uri::parse(contact.uri);
  return a && b && sip::equivalent(*a, *b);
}

enum class Order : std::uint8_t { newer, retransmission, older };

Order order_of(const Binding& stored, const BindingUpdate& update) {
  if (stored.call_id != update.call_id || update.cseq > stored.cseq) return Order::newer;
  return update.cseq == stored.cseq ? Order::retransmission : Order::older;
}

void sort_by_q(std::vector<Binding>& bindings) {
  std::stable_sort(bindings.begin(), bindings.end(), [](const Binding& a, const Binding& b) { return a.q > b.q; });
}

auto out_of_order() {
  return base::fail("registrar.cseq", "The CSeq is older than that of the registration it would change.", "CSeq");
}

}  // namespace

base::Result<std::vector<Binding>> BindingTable::apply(const std::string& number, const BindingUpdate& update,
                                                       base::SteadyTime now) {
  std::vector<Binding> next = find(number, now);
  if (update.remove_all) {
    for (const Binding& binding : next) {
      if (order_of(binding, update) == Order::older) return out_of_order();
    }
    next.clear();
  }
  for (const auto& contact : update.contacts) {
    const auto at = std::find_if(next.begin(), next.end(), [&](const Binding& b) { return same_contact(b, contact); });
    if (at != next.end()) {
      const Order order = order_of(*at, update);
      if (order == Order::older) return out_of_order();
      if (order == Order::retransmission) continue;
      if (contact.expires_s == 0) {
        next.erase(at);
        continue;
      }
    } else if (contact.expires_s == 0) {
      continue;
    }
    Binding made{contact.uri,       update.flow,    contact.instance,
                 contact.reg_id,    contact.q,      now + std::chrono::seconds(contact.expires_s),
                 update.user_agent, update.call_id, update.cseq};
    if (at != next.end()) {
      *at = std::move(made);
    } else if (next.size() >= bindings_per_number_) {
      return base::fail("registrar.too-many-bindings", "The number has as many contacts as one number may have.",
                        "Contact");
    } else {
      next.push_back(std::move(made));
    }
  }
  if (update.remove_all || !update.contacts.empty()) {
    remove_if(number, [](const Binding&) { return true; });
    for (const Binding& binding : next) index(number, binding);
    if (!next.empty()) numbers_[number] = next;
  }
  sort_by_q(next);
  return next;
}

std::vector<Binding> BindingTable::find(const std::string& number, base::SteadyTime now) const {
  std::vector<Binding> found;
  const auto at = numbers_.find(number);
  if (at == numbers_.end()) return found;
  for (const Binding& binding : at->second) {
    if (binding.expires > now) found.push_back(binding);
  }
  sort_by_q(found);
  return found;
}

void BindingTable::for_each(base::SteadyTime now,
                            const std::function<void(const std::string&, const Binding&)>& fn) const {
  for (const auto& [number, bindings] : numbers_) {
    for (const Binding& binding : bindings) {
      if (binding.expires > now) fn(number, binding);
    }
  }
}

BindingTable::Removed BindingTable::remove_connection(std::uint64_t connection) {
  const auto at = connection == 0 ? by_connection_.end() : by_connection_.find(connection);
  if (at == by_connection_.end()) return {};
  const auto numbers = at->second;  // removing changes it
  Removed removed;
  for (const std::string& number : numbers) {
    auto gone = remove_if(number, [connection](const Binding& b) { return b.flow.connection == connection; });
    std::move(gone.begin(), gone.end(), std::back_inserter(removed));
  }
  return removed;
}

BindingTable::Removed BindingTable::remove_expired(base::SteadyTime now) {
  Removed removed;
  while (!expiry_.empty() && expiry_.begin()->first <= now) {
    const std::string number = expiry_.begin()->second;
    auto gone = remove_if(number, [now](const Binding& b) { return b.expires <= now; });
    std::move(gone.begin(), gone.end(), std::back_inserter(removed));
  }
  return removed;
}

BindingTable::Removed BindingTable::remove_unless(const Keep& keep) {
  std::vector<std::string> touched;
  for (const auto& entry : numbers_) {
    const auto kept = [&](const Binding& b) { return keep(entry.first, b.flow); };
    if (!std::ranges::all_of(entry.second, kept)) touched.push_back(entry.first);
  }
  Removed removed;
  for (const std::string& number : touched) {
    auto gone = remove_if(number, [&](const Binding& b) { return !keep(number, b.flow); });
    std::move(gone.begin(), gone.end(), std::back_inserter(removed));
  }
  return removed;
}

void BindingTable::index(const std::string& number, const Binding& binding) {
  expiry_.emplace(binding.expires, number);
  if (binding.flow.connection != 0) by_connection_[binding.flow.connection].insert(number);
}

void BindingTable::unindex(const std::string& number, const Binding& binding) {
  expiry_.erase(expiry_.find({binding.expires, number}));
  const auto at = by_connection_.find(binding.flow.connection);
  if (at == by_connection_.end()) return;
  at->second.erase(at->second.find(number));
  if (at->second.empty()) by_connection_.erase(at);
}

BindingTable::Removed BindingTable::remove_if(const std::string& number,
                                              const std::function<bool(const Binding&)>& condition) {
  Removed removed;
  const auto at = numbers_.find(number);
  if (at == numbers_.end()) return removed;
  Bindings& bindings = at->second;
  const auto first =
      std::stable_partition(bindings.begin(), bindings.end(), [&](const Binding& b) { return !condition(b); });
  for (auto gone = first; gone != bindings.end(); ++gone) {
    unindex(number, *gone);
    removed.emplace_back(number, std::move(*gone));
  }
  bindings.erase(first, bindings.end());
  if (bindings.empty()) numbers_.erase(at);
  return removed;
}

}  // namespace cadenas::pbx
