#include "pbx/number_counts.hpp"

#include "base/keyed_hash.hpp"

namespace cadenas::pbx {

void NumberCounts::Ticket::GiveBack::operator()(Entry* entry) const {
  entry->count.fetch_sub(1, std::memory_order_relaxed);
}

NumberCounts::~NumberCounts() {
  for (auto& chain : chains_) {
    for (std::unique_ptr<Entry> entry(chain.load()); entry;) entry.reset(entry->next);
  }
}

NumberCounts::Entry& NumberCounts::entry_of(std::string_view number) {
  auto& chain = chains_[base::keyed_hash(number) % chains_.size()];
  Entry* searched_to = nullptr;
  std::unique_ptr<Entry> made;
  for (Entry* head = chain.load(std::memory_order_acquire);;) {
    for (Entry* entry = head; entry != searched_to; entry = entry->next) {
      if (entry->number == number) return *entry;
    }
    if (!made) {
      made = std::make_unique<Entry>();
      made->number = number;
    }
    searched_to = head;
    made->next = head;
    if (chain.compare_exchange_weak(head, made.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
      return *made.release();
    }
  }
}

NumberCounts::Ticket NumberCounts::take(std::string_view number, std::size_t limit) {
  Entry& entry = entry_of(number);
  if (entry.count.fetch_add(1, std::memory_order_relaxed) < limit) return Ticket(&entry);
  entry.count.fetch_sub(1, std::memory_order_relaxed);
  return {};
}

}  // namespace cadenas::pbx
