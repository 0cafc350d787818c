#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/keyed_hash.hpp"
#include "sip/message.hpp"
#include "sip/message_writer.hpp"

namespace cadenas::sip {

/// What tells dialogs apart (RFC 3261 §12), seen from this side.
struct DialogId {
  std::string call_id;
  std::string local_tag;
  std::string remote_tag;

  /// Of a request that came in: its To tag is ours. Empty local_tag: the request is outside any dialog.
  static DialogId of_request(const MessageView& incoming);
  /// Of a response that came in: its From tag is ours.
  static DialogId of_response(const MessageView& incoming);

  friend bool operator==(const DialogId&, const DialogId&) = default;
};

/// One dialog (RFC 3261 §12): identifiers, CSeq in both directions, route set, remote target. A value without I/O and
/// timers. A forked INVITE gives one per To tag: make one for each 1xx with a tag and each 2xx whose id is new.
class Dialog {
 public:
  enum class State : std::uint8_t { early, confirmed, terminated };

  /// On the side that was called (§12.1.1), before the first response with a To tag. `local_contact` is the URI to be
  /// reached by, without brackets. Early until `confirm`. Errors: "dialog.contact" (the request has no usable Contact:
  /// answer 400), "dialog.from-tag", "dialog.route" (a malformed Record-Route).
  static base::Result<Dialog> uas(const MessageView& request, std::string local_tag, std::string local_contact);
  /// On the calling side (§12.1.2), from the request as sent and a 101-299 response to it. Confirmed if that is a 2xx.
  /// Errors: "dialog.to-tag" (a 1xx without one makes no dialog), "dialog.contact" (2xx without Contact),
  /// "dialog.route".
  static base::Result<Dialog> uac(const MessageView& sent_request, const MessageView& response,
                                  std::string local_contact);

  const DialogId& id() const { return id_; }
  State state() const { return state_; }
  bool is_caller() const { return caller_; }
  bool secure() const { return secure_; }  ///< sips throughout (§12.1.1)
  const std::string& remote_target() const {
    return target_;
  }  ///< a URI; empty while no Contact was seen (caller, early)
  const std::string& local_contact() const { return contact_; }
  const std::string& local_party() const { return local_; }              ///< our From or To, without the tag
  const std::string& remote_party() const { return remote_; }            ///< theirs, without the tag
  const std::vector<std::string>& route_set() const { return routes_; }  ///< in the order requests carry it
  std::uint32_t local_cseq() const { return local_cseq_; }
  std::optional<std::uint32_t> remote_cseq() const { return remote_cseq_; }
  bool matches(const MessageView& incoming_request) const;

  /// Called side: we have sent a 2xx.
  void confirm();
  /// Calling side: a 2xx for this dialog came. The route set and target are taken from it (§13.2.2.4). Errors as `uac`,
  /// the dialog is confirmed all the same.
  base::Result<void> confirm(const MessageView& response);
  void terminate() { state_ = State::terminated; }

  /// A request within the dialog, with the next CSeq (§12.2.1.1): Request-URI, Route, Max-Forwards, From, To, Call-ID,
  /// CSeq, and Contact for INVITE, UPDATE, SUBSCRIBE, NOTIFY and REFER. Not ACK, not CANCEL.
  MessageWriter request(Method method);
  /// The ACK to the 2xx of the INVITE with that CSeq number (§13.2.2.4).
  MessageWriter ack(std::uint32_t invite_cseq) const;

  /// Takes note of a request that came in. Error "dialog.cseq": its CSeq is not above the last one (§12.2.2: answer
  /// 500). Not for ACK and CANCEL.
  base::Result<void> accept(const MessageView& request);
  /// Target refresh (§12.2): the Contact of an accepted re-INVITE, UPDATE, … or of the 2xx to ours. Without a Contact
  /// nothing changes. Error "dialog.contact" for one that cannot be used; nothing changes then.
  base::Result<void> update_target(const MessageView& message);

 private:
  Dialog() = default;
  MessageWriter write(std::string_view method, std::uint32_t cseq) const;

  DialogId id_;
  State state_ = State::early;
  bool caller_ = false;
  bool secure_ = false;
  std::string local_, remote_, target_, contact_;
  std::vector<std::string> routes_;
  std::uint32_t local_cseq_ = 0;  // of the last request sent; 0 for none
  std::optional<std::uint32_t> remote_cseq_;
};

}  // namespace cadenas::sip

template <>
struct std::hash<cadenas::sip::DialogId> {
  std::size_t operator()(const cadenas::sip::DialogId& id) const noexcept {
    return cadenas::base::keyed_hash(id.call_id) ^ (cadenas::base::keyed_hash(id.local_tag) * 31) ^
           (cadenas::base::keyed_hash(id.remote_tag) * 1021);
  }
};
