#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop.hpp"
#include "pbx/leg_event.hpp"

namespace cadenas::sip {
struct Flow;
}

namespace cadenas::pbx {

/// Who is at the other end, as a party is told: UTF-8, unquoted.
struct Identity {
  std::string number;  ///< empty: nothing is told
  std::string display_name{};
};

/// What a party that is called is told: values, made where the call lives.
struct Invitation {
  std::string to_number;
  Identity from;              ///< the authenticated caller, never what he wrote
  bool anonymous = false;     ///< Privacy: id or user was asked for (RFC 3323, RFC 3325)
  std::string referred_by{};  ///< header value, empty if none
  std::uint32_t max_forwards = 70;
  SharedSdp offer;
};

/// One party of a call or conference as its owner knows it: asked by posted tasks, answering with posted LegEvents. It
/// keeps the rules of its kind of signalling; what the call is about, the owner decides. Audio is negotiated in offers
/// and answers (RFC 3264), whatever the kind.
class Leg : public std::enable_shared_from_this<Leg> {
 public:
  virtual ~Leg();
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  /// Runs the task on the leg's loop; any thread. It is given the leg that goes on in place of this one where there is
  /// one (leg_event::Moved).
  virtual void run(std::function<void(Leg&)> task);
  const std::string& number() const { return number_; }
  /// The connection its signalling travels by; null where it has none. It never changes; any thread.
  virtual const sip::Flow* flow() const { return nullptr; }

  // All below on the leg's loop.

  void set_owner(std::weak_ptr<LegOwner> owner, base::Loop& owner_loop);
  std::shared_ptr<LegOwner> owner() const { return owner_.lock(); }
  base::Loop* owner_loop() const { return owner_loop_; }

  // Of one that is called: tells Progress, Answered or Failed.

  virtual void start(Invitation invitation);

  // Of one that calls.

  /// What it offered as it called; null: `accept` must bring our offer. It never changes; any thread.
  virtual SharedSdp offered() const { return nullptr; }
  /// A provisional answer; `connected` is who is being called.
  virtual void progress(int status, SharedSdp sdp, const Identity& connected);
  /// Its call is answered.
  virtual void accept(SharedSdp sdp, const Identity& connected);
  /// Its call comes to nothing; `warning` is a sentence without quotes, empty for none.
  virtual void reject(int status, const std::string& warning, std::optional<std::uint32_t> retry_after);

  // Of either.

  /// The owner's offer: OfferAnswered or OfferRefused follows. With `insist` a 491 is tried again (glare), as nobody
  /// else would.
  virtual void offer(SharedSdp sdp, bool insist) = 0;
  /// Answers what was last told as Offered.
  virtual void answer(SharedSdp sdp) = 0;
  virtual void refuse_offer(int status, const std::string& warning) = 0;
  virtual void send_info(const std::string& content_type, const std::string& body) = 0;
  /// Progress of what it told as Refer or Confers; `last` ends it.
  virtual void notify_refer(int status, bool last) = 0;
  /// Ends it, or the attempt at it, by whatever fits. Nothing is told to the owner.
  virtual void end(int status, const std::string& warning) = 0;

 protected:
  Leg(base::Loop& loop, std::string number);
  void emit(LegEvent event);

  base::Loop& loop_;
  const std::string number_;
  std::weak_ptr<LegOwner> owner_;
  base::Loop* owner_loop_ = nullptr;
};

}  // namespace cadenas::pbx
