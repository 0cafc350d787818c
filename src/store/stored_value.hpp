#pragma once

#include <optional>
#include <utility>

#include <soci/soci.h>

#include "base/error.hpp"

namespace cadenas::store {

/// A row that no version of this program wrote: the file was edited.
struct UnreadableRow : soci::soci_error {
  UnreadableRow() : soci_error("a stored value is not one this program writes") {}
};

/// What a column says, once parsed. Throws UnreadableRow, which `atomically` turns into "store.failed".
template <class T>
T stored(std::optional<T> value) {
  if (!value) throw UnreadableRow();
  return *std::move(value);
}
template <class T>
T stored(base::Result<T> value) {
  if (!value) throw UnreadableRow();
  return *std::move(value);
}

}  // namespace cadenas::store
