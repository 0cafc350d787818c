#include "sip/stream_buffer.hpp"

#include <cstring>
#include <utility>

namespace cadenas::sip {

std::span<char> StreamBuffer::prepare(std::size_t octets) {
  if (begin_ > 0) {
    std::memmove(memory_.data(), memory_.data() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }
  if (memory_.size() < end_ + octets) memory_.resize(end_ + octets);
  return {memory_.data() + end_, octets};
}

std::span<char> StreamBuffer::take(std::size_t octets) {
  const std::span<char> taken(memory_.data() + begin_, octets);
  begin_ += octets;
  return taken;
}

void StreamBuffer::release_if_empty() {
  if (size() > 0) return;
  std::vector<char>().swap(memory_);
  begin_ = end_ = 0;
}

}  // namespace cadenas::sip
