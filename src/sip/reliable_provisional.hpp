#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "sip/header_values.hpp"
#include "sip/timings.hpp"

namespace cadenas::sip {

/// Sender's side of reliable provisional responses (RFC 3262 §3) to one INVITE: numbers them, keeps one at a time in
/// the air and says when to repeat it. A value without I/O and timers; the caller sends and keeps one timer.
///
///   const auto rseq = sender.next_rseq();                 // write it into RSeq of the response
///   if (auto out = sender.add(rseq, response)) { invite->respond(*out, 180); arm timer(sender.delay()); }
///   timer:  if (sender.expired()) { 5xx } else { invite->respond(*sender.repeat(), 180); arm timer(sender.delay()); }
///   PRACK:  if (sender.acknowledge(rack)) { 200; if (auto next = sender.waiting()) … } else { 481 }
class ReliableSender {
 public:
  /// `invite_cseq` is that of the INVITE. The first RSeq is random, 1…2³¹−1.
  ReliableSender(std::uint32_t invite_cseq, Timings timings = {});
  ReliableSender(std::uint32_t invite_cseq, Timings timings, std::uint32_t first_rseq);

  /// The number of the response about to be made; each call takes one.
  std::uint32_t next_rseq() { return next_++; }
  /// The response to send now, or nothing: another one waits for its PRACK and this one follows it.
  std::optional<std::string> add(std::uint32_t rseq, std::string response);
  /// The time until `repeat` (T1, doubled each time).
  base::Millis delay() const { return interval_; }
  /// 64*T1 have been waited: the INVITE is to be refused with 5xx.
  bool expired() const { return waited_ >= timings_.timeout(); }
  /// The unacknowledged response again, and the next delay; nothing if none is in the air.
  std::optional<std::string> repeat();
  /// True if the RAck is that of the response in the air. False: answer the PRACK 481.
  bool acknowledge(const RAck& rack);
  /// After `acknowledge`: the next response to send, which is then in the air.
  std::optional<std::string> waiting();
  /// A response waits for its PRACK. A 2xx with an offer still unanswered must wait for it (§3).
  bool in_the_air() const { return in_air_; }

 private:
  struct Pending {
    std::uint32_t rseq;
    std::string response;
  };
  void launch();

  std::uint32_t cseq_;
  Timings timings_;
  std::uint32_t next_;
  std::deque<Pending> queue_;  // the front one is in the air if in_air_
  bool in_air_ = false;
  base::Millis interval_{0};
  base::Millis waited_{0};
};

/// Receiver's side (RFC 3262 §4) within one early dialog.
class ReliableReceiver {
 public:
  enum class Verdict : std::uint8_t {
    fresh,      ///< send a PRACK with this RSeq
    repeated,   ///< seen before: its PRACK is under way or done
    too_early,  ///< one before it is missing: neither acknowledge nor process
  };
  /// The RSeq of a reliable 1xx to the INVITE with that CSeq; a new CSeq begins anew.
  Verdict receive(std::uint32_t rseq, std::uint32_t invite_cseq);
  /// Value of RAck for the last fresh one.
  std::string rack() const;

 private:
  std::uint32_t last_ = 0;  // 0 is not a valid RSeq
  std::uint32_t cseq_ = 0;
};

}  // namespace cadenas::sip
