#include "sip/reliable_provisional.hpp"

#include <cstring>

#include "base/bytes.hpp"

namespace cadenas::sip {
namespace {

/// RFC 3262 §3: uniformly from 1 to 2³¹−1. Far enough below the end for one INVITE's responses.
std::uint32_t random_rseq() {
  std::uint32_t value = 0;
  base::fill_random({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return 1 + value % 0x7fff0000U;
}

}  // namespace

ReliableSender::ReliableSender(std::uint32_t invite_cseq, Timings timings)
    : ReliableSender(invite_cseq, timings, random_rseq()) {}

ReliableSender::ReliableSender(std::uint32_t invite_cseq, Timings timings, std::uint32_t first_rseq)
    : cseq_(invite_cseq), timings_(timings), next_(first_rseq) {}

void ReliableSender::launch() {
  in_air_ = true;
  interval_ = timings_.t1;
  waited_ = base::Millis{0};
}

std::optional<std::string> ReliableSender::add(std::uint32_t rseq, std::string response) {
  queue_.push_back({rseq, std::move(response)});
  if (in_air_) return std::nullopt;
  launch();
  return queue_.front().response;
}

std::optional<std::string> ReliableSender::repeat() {
  if (!in_air_) return std::nullopt;
  waited_ += interval_;
  interval_ *= 2;
  return queue_.front().response;
}

bool ReliableSender::acknowledge(const RAck& rack) {
  if (!in_air_ || rack.rseq != queue_.front().rseq || rack.cseq != cseq_ || rack.method != "INVITE") return false;
  queue_.pop_front();
  in_air_ = false;
  return true;
}

std::optional<std::string> ReliableSender::waiting() {
  if (in_air_ || queue_.empty()) return std::nullopt;
  launch();
  return queue_.front().response;
}

ReliableReceiver::Verdict ReliableReceiver::receive(std::uint32_t rseq, std::uint32_t invite_cseq) {
  if (cseq_ != invite_cseq || last_ == 0) {
    cseq_ = invite_cseq;
    last_ = rseq;
    return Verdict::fresh;
  }
  if (rseq <= last_) return Verdict::repeated;
  if (rseq != last_ + 1) return Verdict::too_early;
  last_ = rseq;
  return Verdict::fresh;
}

std::string ReliableReceiver::rack() const {
  return std::to_string(last_) + " " + std::to_string(cseq_) + " INVITE";
}

}  // namespace cadenas::sip
