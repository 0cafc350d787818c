#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "base/loop.hpp"
#include "pbx/calls.hpp"

namespace cadenas::pbx {

/// Looks for something that is on one of the loops, or on none: `look` runs on each of them, and `found` once, on
/// `answer_on`, with what was found first or with an empty T. A T is as true as a pointer. Any thread.
template <class T>
void find_on_loops(CallServices& services, base::Loop& answer_on, std::function<T(Calls&)> look,
                   std::function<void(T)> found) {
  struct Search {
    std::function<T(Calls&)> look;
    std::function<void(T)> found;
    std::atomic<std::size_t> waiting;
    std::atomic<bool> answered{false};
  };
  auto search = std::make_shared<Search>();
  search->look = std::move(look);
  search->found = std::move(found);
  search->waiting = services.per_loop.size();
  for (Calls* calls : services.per_loop) {
    calls->loop().post([calls, search, &answer_on] {
      T here = search->look(*calls);
      const bool is_last = search->waiting.fetch_sub(1) == 1;
      if ((!here && !is_last) || search->answered.exchange(true)) return;
      answer_on.post([search, here = std::move(here)] { search->found(here); });
    });
  }
}

}  // namespace cadenas::pbx
