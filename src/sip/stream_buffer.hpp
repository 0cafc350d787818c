#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cadenas::sip {

/// What one connection has received and nobody has taken yet. Holds no memory while it is empty and released.
class StreamBuffer {
 public:
  /// Room for `octets` more behind those pending. Invalidates every span given before.
  std::span<char> prepare(std::size_t octets);
  /// The first `octets` of the room hold received data.
  void commit(std::size_t octets) { end_ += octets; }

  std::span<char> pending() { return {memory_.data() + begin_, size()}; }
  std::size_t size() const { return end_ - begin_; }
  /// The first `octets`, at most size(), which are no longer pending but stay readable until prepare() or release().
  std::span<char> take(std::size_t octets);

  /// Octets of memory held.
  std::size_t held() const { return memory_.capacity(); }
  /// Gives the memory back if nothing is pending.
  void release_if_empty();

 private:
  std::vector<char> memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace cadenas::sip
