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
#include "media/board.hpp"
#include "pbx/binding_table.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference_media.hpp"
#include "pbx/tdm_media.hpp"
#include "sip/sdp.hpp"
#include "sip/transaction_layer.hpp"
#include "store/model.hpp"

namespace cadenas::pbx::test {

/// A board that only remembers what it was told.
class FakeMedia final : public MediaSessions {
 public:
  struct Session {
    std::map<media::Side, media::LegMedia> legs;
    std::map<media::Side, int> configured;
    media::SessionStats stats;
    bool open = true;
  };
  void open(std::uint64_t id, media::AddressFamily, media::AddressFamily, bool dtls, base::Loop& answer_on,
            const Opened& opened) override;
  std::optional<media::DtlsFingerprint> dtls_fingerprint(std::uint64_t id) const override;
  base::Result<void> configure(std::uint64_t id, media::Side side, media::LegMedia leg) override;
  std::optional<media::SessionStats> stats(std::uint64_t id) const override;
  void close(std::uint64_t id, base::Loop& answer_on, const Closed& closed) override;

  std::size_t open_sessions() const;
  Session& last() { return sessions.rbegin()->second; }
  std::map<std::uint64_t, Session> sessions;
  bool exhausted = false;
  bool shakes_hands = true;
  bool asked_for_dtls = false;  ///< by the last `open`
  bool answers_later = false;   ///< as an external relay does
};

/// The rooms of a board that only remembers what it was told.
class FakeConferences final : public ConferenceMedia {
 public:
  struct Member {
    media::RoomId room = 0;
    std::optional<media::LegMedia> leg;
    media::MemberAudio audio;
    media::Seat seat = media::Seat::talks;
    media::MemberStats stats;
  };
  media::DtlsFingerprint dtls_fingerprint() const override;
  base::Result<void> open_room(media::RoomId room, media::DigitSink digits) override;
  base::Result<base::Endpoint> join(media::RoomId room, media::MemberId member, media::AddressFamily family) override;
  base::Result<void> configure(media::MemberId member, media::LegMedia leg, media::MemberAudio audio) override;
  void seat(media::MemberId member, media::Seat seat) override;
  void announce(media::RoomId room, media::Announcement announcement) override;
  std::optional<media::MemberStats> stats(media::MemberId member) const override;
  std::optional<media::MemberStats> leave(media::MemberId member) override;
  void close_room(media::RoomId room) override;
  base::Result<void> link_rooms(media::LinkId link, media::RoomId a, media::RoomId b) override;
  void unlink_rooms(media::LinkId link) override;

  /// The one who came last is `back == 0`, of those who are there.
  Member& member(std::size_t back = 0) {
    return std::prev(members.end(), static_cast<std::ptrdiff_t>(back) + 1)->second;
  }
  void dial(std::size_t back, const std::string& digits);

  std::map<media::RoomId, media::DigitSink> rooms;
  std::map<media::MemberId, Member> members;
  std::vector<media::Announcement> announced;
  std::map<media::LinkId, std::pair<media::RoomId, media::RoomId>> links;
};

/// A TDM bus whose ports do what the test says, and a board that only remembers what it was told of them.
class FakeTdm final : public TdmMedia {
 public:
  struct Port {
    media::tdm::PortState state;
    std::deque<media::tdm::Command> commands;
    std::optional<media::CallTone> tone;  ///< that it hears
    media::tdm::SlotStats slot;
  };
  struct Session {
    media::tdm::PortId port;
    std::optional<media::LegMedia> leg;
    std::optional<media::tdm::SlotAudio> audio;
    std::string dialled;
    media::tdm::SlotSessionStats stats;
    bool open = true;
  };
  void tell(const media::tdm::PortId& port, media::tdm::Command command) override;
  void play(const media::tdm::PortId& port, media::CallTone tone) override;
  void quiet(const media::tdm::PortId& port) override;
  std::optional<media::tdm::PortState> port(const media::tdm::PortId& port) const override;
  std::optional<media::tdm::SlotStats> slot(const media::tdm::PortId& port) const override;
  base::Result<base::Endpoint> open(media::SessionId id, const media::tdm::PortId& port,
                                    media::AddressFamily family) override;
  base::Result<void> configure(media::SessionId id, media::LegMedia leg, media::tdm::SlotAudio audio) override;
  void dial(media::SessionId id, char digit) override;
  std::optional<media::tdm::SlotSessionStats> stats(media::SessionId id) const override;
  std::optional<media::tdm::SlotSessionStats> close(media::SessionId id) override;
  base::Result<void> join(const media::tdm::PortId& a, const media::tdm::PortId& b) override;
  void part(const media::tdm::PortId& port) override;
  base::Result<void> join_room(media::RoomId room, media::MemberId member, const media::tdm::PortId& port) override;

  Session& last() { return sessions.rbegin()->second; }
  std::size_t open_sessions() const;

  std::map<media::tdm::PortId, Port> ports;
  std::map<media::SessionId, Session> sessions;
  std::vector<std::pair<media::tdm::PortId, media::tdm::PortId>> joined;
  std::map<media::MemberId, media::tdm::PortId> members;
  FakeConferences* board = nullptr;  ///< whose rooms they are in

 private:
  base::Result<void> take(const media::tdm::PortId& port);
};

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
