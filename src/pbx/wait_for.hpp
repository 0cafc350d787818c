#pragma once

#include <future>
#include <memory>
#include <utility>

#include "base/error.hpp"

namespace cadenas::pbx {

/// Calls `begin` with a completion and blocks until that has run, on whatever thread: for the office thread and the
/// owner's, never for a loop.
template <class T, class Begin>
base::Result<T> wait_for(Begin begin) {
  auto promise = std::make_shared<std::promise<base::Result<T>>>();
  auto future = promise->get_future();
  begin([promise](base::Result<T> result) { promise->set_value(std::move(result)); });
  return future.get();
}

}  // namespace cadenas::pbx
