#pragma once

#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "fake_board.hpp"
#include "pbx/binding_table.hpp"
#include "pbx/calls.hpp"
#include "sip/sdp.hpp"
#include "sip/transaction_layer.hpp"
#include "store/model.hpp"

namespace cadenas::pbx::test {

class Exchange;

/// Who is on a port of the TDM bus.
class TdmSide {
 public:
  TdmSide(Exchange& of, media::tdm::PortId at) : exchange(of), id(std::move(at)) {}
  void tell(const media::tdm::Event& event);
  void dial(const std::string& digits);
  /// The next command, which must be of that kind.
  template <class Command>
  Command command() {
    auto& waiting = commands();
    if (waiting.empty() || !std::holds_alternative<Command>(waiting.front())) {
      throw std::runtime_error("port " + id.text() + " was told something else, or nothing");
    }
    auto out = std::get<Command>(waiting.front());
    waiting.pop_front();
    return out;
  }
  bool told_nothing() { return commands().empty(); }
  std::optional<media::CallTone> hears() const;

  Exchange& exchange;
  const media::tdm::PortId id;

 private:
  std::deque<media::tdm::Command>& commands();
};

/// A phone that speaks real SIP text. Each test says what it sends and what it must have received.
class Phone {
 public:
  struct Dialog {
    std::string call_id, local_tag, remote_tag, local, remote, target;
    std::uint32_t cseq = 0;
  };

  Phone(Exchange& exchange, std::string number, sip::Flow flow);

  /// Sends an INVITE to a number; `headers` are whole lines with CRLF.
  void invite(const std::string& number, const std::string& sdp, const std::string& headers = {});
  /// The next message must be a response with that status; it is taken off. 100 is passed over.
  sip::Message response(int status);
  /// The next message must be that request; it is taken off.
  sip::Message request(sip::Method method);
  bool silent();              ///< nothing but 100 has come
  std::string inbox() const;  ///< start lines, for failure messages

  void respond(const sip::MessageView& request, int status, const std::string& sdp = {},
               const std::string& headers = {});
  void ack(const sip::MessageView& response, const std::string& sdp = {});
  void cancel();  ///< the last INVITE, a re-INVITE too
  /// A request in the current dialog.
  void send(std::string_view method, const std::string& body = {}, const std::string& headers = {},
            const std::string& content_type = "application/sdp");
  /// Sends the octets as they are.
  void raw(std::string text);

  Exchange& exchange;
  std::string number;
  sip::Flow flow;
  std::deque<sip::Message> received;
  Dialog dialog;
  std::string last_invite_branch;
  std::string invite_uri;
  std::string invite_to_tag;  ///< ";tag=…" of a re-INVITE
};

/// One iPBX of one or two loops without sockets or threads, its clock in the test's hand.
class Exchange {
 public:
  explicit Exchange(unsigned loops = 1);
  ~Exchange();

  Phone& phone(const std::string& number, sip::Transport transport = sip::Transport::tls, unsigned loop = 0);
  /// The far end of a trunk, a Phone under the trunk's name.
  Phone& trunk(const store::Trunk& trunk, unsigned loop = 0);
  store::Subscription& subscription(const std::string& number);
  /// A declared port in a shelf that is attached: "shelf/line/slot".
  TdmSide port(const std::string& name, const std::string& number,
               store::TdmPortKind kind = store::TdmPortKind::analogue);
  TdmSide channel(const std::string& name, const std::string& prefix, unsigned strip);
  void follow_ports();
  /// Runs every loop until none has anything to do.
  void settle();
  /// Lets time pass in small steps, as timers want it.
  void pass(base::Millis time);
  void close(Phone& phone);
  std::vector<CallView> views();
  CallCounts counts();
  std::size_t transactions();
  /// Makes what the test set up the model, which conferences follow with the next `settle`.
  void publish();

  struct Node;
  base::ManualClock clock{base::WallTime{base::Millis{1'700'000'000'000}}};
  FakeMedia media;
  FakeConferences conferences;
  FakeTdm tdm;
  std::vector<store::JournalEntry> journal;
  std::map<std::string, store::ConferenceRoom> rooms;
  std::map<std::string, store::TdmPort> tdm_ports;
  store::RoomLinks room_links;
  CallServices services;
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<std::unique_ptr<Phone>> phones;
  std::map<std::string, store::Subscription> subscriptions;
  store::SystemSettings settings;
  policy::CertificateState certificate = policy::CertificateState::valid;
  std::vector<store::CallRecord> records;
  std::shared_ptr<const store::Snapshot> snapshot;
  bool lose_next = false;  ///< the next message to a phone is lost
  std::map<std::string, store::Trunk> trunks;
  std::optional<base::Error> trunk_trouble;  ///< why no trunk can be reached

 private:
  Phone& add_phone(const std::string& number, sip::Transport transport, unsigned loop);
};

inline const std::string aes128 = "AES_CM_128_HMAC_SHA1_80";
inline const std::string aes256 = "AES_256_CM_HMAC_SHA1_80";

/// A description as phones write it. `keys`: lines "a=crypto:…" without CRLF.
std::string description(const std::string& proto, int port, const std::vector<std::string>& keys = {},
                        const std::string& direction = "sendrecv", const std::string& formats = "8 0 101");
/// An a=crypto line with a key made of one repeated octet.
std::string crypto(int tag, const std::string& suite, char octet);
sip::Sdp sdp_of(const sip::MessageView& message);
/// RTP/SAVP with an AES-256 and an AES-128 key.
std::string savp(int port, char octet, const std::string& direction = "sendrecv");
/// The same stream as an answer to the keys offered in `message`.
std::string savp_answer(const sip::MessageView& message, int port, char octet,
                        const std::string& direction = "sendrecv");
/// `a` calls `b` over RTP/SAVP and both are answered and acknowledged; the inboxes are empty then.
void connect(Phone& a, Phone& b);
/// A crypto line that answers the first one of the offer in `message`.
std::string answering_crypto(const sip::MessageView& message, char octet);

}  // namespace cadenas::pbx::test
