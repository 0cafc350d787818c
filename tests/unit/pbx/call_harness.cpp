#include "call_harness.hpp"

#include "sip/header_values.hpp"
#include "sip/name_addr.hpp"

namespace cadenas::pbx::test {

void TdmSide::tell(const media::tdm::Event& event) {
  media::tdm::PortState& state = exchange.tdm.ports.at(id).state;
  if (std::holds_alternative<media::tdm::InService>(event)) state.in_service = true;
  if (std::holds_alternative<media::tdm::OutOfService>(event)) state.in_service = false;
  if (std::holds_alternative<media::tdm::OffHook>(event)) state.off_hook = true;
  if (std::holds_alternative<media::tdm::OnHook>(event)) state.off_hook = false;
  TdmPorts::deliver(exchange.services, id, event);
  exchange.settle();
}

void TdmSide::dial(const std::string& digits) {
  for (const char digit : digits) tell(media::tdm::Digit{digit});
}

std::optional<media::CallTone> TdmSide::hears() const {
  return exchange.tdm.ports.at(id).tone;
}

std::deque<media::tdm::Command>& TdmSide::commands() {
  exchange.settle();
  return exchange.tdm.ports.at(id).commands;
}

namespace {

constexpr std::array<std::string_view, 4> option_tags{"100rel", "timer", "replaces", "from-change"};
constexpr std::array<sip::Method, 10> methods{
    sip::Method::invite, sip::Method::ack,  sip::Method::cancel,  sip::Method::bye,   sip::Method::prack,
    sip::Method::update, sip::Method::info, sip::Method::options, sip::Method::refer, sip::Method::notify};

}  // namespace

struct Exchange::Node final : sip::ServerUser, sip::FlowSender {
  Node(Exchange& of, unsigned index)
      : exchange(of),
        loop(index, of.clock),
        transactions(loop, *this, *this, sip::RequestAbilities{option_tags, methods, "INVITE", {}}),
        calls(loop, transactions, of.services) {}

  base::Result<void> send(const sip::Flow& flow, std::string_view text) override {
    if (std::exchange(exchange.lose_next, false)) return {};
    for (const auto& phone : exchange.phones) {
      if (!(phone->flow == flow)) continue;
      EXPECT_EQ(phone->flow.loop, loop.index()) << "sent on another loop than the flow's";
      auto message = sip::Message::parse(std::string(text));
      EXPECT_TRUE(message.has_value()) << text;
      if (message) phone->received.push_back(std::move(*message));
    }
    return {};
  }
  void on_request(const std::shared_ptr<sip::ServerTransaction>& request) override {
    if (!request->request().to_tag().empty()) return calls.on_in_dialog(request);
    for (const auto& phone : exchange.phones) {
      if (!(phone->flow == request->flow())) continue;
      const auto trunk = exchange.snapshot->trunks.find(phone->number);
      if (trunk != exchange.snapshot->trunks.end()) {
        return calls.on_invite(request, caller_by_trunk(trunk->second, request->request()));
      }
      return calls.on_invite(request, Correspondent(exchange.snapshot->subscriptions.at(phone->number)));
    }
    FAIL() << "a request from nobody";
  }
  void on_cancel(const std::shared_ptr<sip::ServerTransaction>& invite) override { calls.on_cancel(invite); }
  void on_ack(const sip::Flow& flow, const sip::MessageView& ack) override { calls.on_ack(flow, ack); }
  void on_ack_missing(const std::shared_ptr<sip::ServerTransaction>& invite) override { calls.on_ack_missing(invite); }
  void on_stateless(const sip::Flow&, const sip::MessageView&) override {}
  void on_flow_closed(const sip::Flow& flow, sip::CloseReason reason) override { calls.on_flow_closed(flow, reason); }

  Exchange& exchange;
  base::Loop loop;
  sip::TransactionLayer transactions;
  Calls calls;
};

Exchange::Exchange(unsigned loops) {
  settings.licensed = true;
  settings.realm = "cadenas";
  services.media = &media;
  services.conferences = &conferences;
  services.tdm = &tdm;
  tdm.board = &conferences;
  services.journal = [this](store::JournalEntry entry) { journal.push_back(std::move(entry)); };
  services.snapshot = [this] { return snapshot; };
  services.certificate = [this] { return certificate; };
  services.record = [this](store::CallRecord record) { records.push_back(std::move(record)); };
  services.find = [this](const std::string& number, base::Loop& loop, auto found) {
    std::vector<Binding> bindings;
    for (const auto& phone : phones) {
      if (phone->number != number) continue;
      Binding binding;
      binding.contact_uri = "sip:" + number + "@" + phone->flow.remote.to_string();
      binding.flow = phone->flow;
      bindings.push_back(binding);
    }
    loop.post([found, bindings] { found(bindings); });
  };
  services.reach = [this](const std::shared_ptr<const store::Trunk>& trunk, base::Loop& loop, auto reached) {
    base::Result<sip::Flow> flow = base::fail("connect.failed", "Nobody listens there.");
    if (trunk_trouble) flow = tl::unexpected(*trunk_trouble);
    for (const auto& phone : phones) {
      if (phone->number == trunk->name && !trunk_trouble) flow = phone->flow;
    }
    loop.post([reached, flow] { reached(flow); });
  };
  for (unsigned i = 0; i < loops; ++i) {
    nodes.push_back(std::make_unique<Node>(*this, i));
    services.per_loop.push_back(&nodes.back()->calls);
  }
  publish();
}

Exchange::~Exchange() = default;

void Exchange::publish() {
  auto next = std::make_shared<store::Snapshot>();
  next->settings = settings;
  for (const auto& [number, subscription] : subscriptions) {
    auto value = std::make_shared<const store::Subscription>(subscription);
    next->subscriptions.emplace(value->number, value);
  }
  for (const auto& [name, trunk] : trunks) next->trunks.emplace(name, std::make_shared<const store::Trunk>(trunk));
  for (const auto& [number, room] : rooms) {
    next->rooms.emplace(number, std::make_shared<const store::ConferenceRoom>(room));
  }
  for (const auto& [name, port] : tdm_ports) {
    next->tdm_ports.emplace(name, std::make_shared<const store::TdmPort>(port));
  }
  next->room_links = room_links;
  snapshot = std::move(next);
  if (!services.per_loop.empty()) Conferences::follow_model(services);
}

void Exchange::follow_ports() {
  publish();
  TdmPorts::follow_everywhere(services, snapshot);
  settle();
}

namespace {

store::TdmPort declaration(const media::tdm::PortId& id, store::TdmPortKind kind) {
  store::TdmPort out;
  out.shelf = id.shelf;
  out.line = id.at.line;
  out.slot = id.at.slot;
  out.kind = kind;
  return out;
}

// The port's kind on the bus is told by the same word.
FakeTdm::Port in_shelf(const media::tdm::PortId& id, store::TdmPortKind kind) {
  FakeTdm::Port out;
  out.state.port.at = id.at;
  out.state.port.kind = static_cast<media::tdm::PortKind>(kind);
  out.state.in_service = true;
  return out;
}

}  // namespace

TdmSide Exchange::port(const std::string& name, const std::string& number, store::TdmPortKind kind) {
  const auto id = *media::tdm::PortId::parse(name);
  store::TdmPort port = declaration(id, kind);
  port.number = number;
  port.display_name = "Set " + number;
  tdm_ports[name] = port;
  tdm.ports[id] = in_shelf(id, kind);
  follow_ports();
  return {*this, id};
}

TdmSide Exchange::channel(const std::string& name, const std::string& prefix, unsigned strip) {
  const auto id = *media::tdm::PortId::parse(name);
  store::TdmPort port = declaration(id, store::TdmPortKind::t2);
  port.prefix = prefix;
  port.strip = strip;
  tdm_ports[name] = port;
  tdm.ports[id] = in_shelf(id, store::TdmPortKind::t2);
  follow_ports();
  return {*this, id};
}

store::Subscription& Exchange::subscription(const std::string& number) {
  return subscriptions.at(number);
}

Phone& Exchange::phone(const std::string& number, sip::Transport transport, unsigned loop) {
  if (!subscriptions.contains(number)) {
    store::Subscription subscription;
    subscription.number = number;
    subscription.display_name = "Phone " + number;
    subscriptions[number] = subscription;
    publish();
  }
  return add_phone(number, transport, loop);
}

Phone& Exchange::trunk(const store::Trunk& trunk, unsigned loop) {
  trunks.insert_or_assign(trunk.name, trunk);
  publish();
  const auto transport = trunk.transport == store::TrunkTransport::udp   ? sip::Transport::udp
                         : trunk.transport == store::TrunkTransport::tcp ? sip::Transport::tcp
                                                                         : sip::Transport::tls;
  return add_phone(trunk.name, transport, loop);
}

Phone& Exchange::add_phone(const std::string& number, sip::Transport transport, unsigned loop) {
  sip::Flow flow;
  flow.loop = loop;
  flow.transport = transport;
  const auto index = static_cast<std::uint16_t>(phones.size() + 1);
  flow.local = *base::Endpoint::parse("192.0.2.1", sip::is_secure(transport) ? 5061 : 5060);
  flow.remote =
      *base::Endpoint::parse("198.51.100." + std::to_string(index), static_cast<std::uint16_t>(40000 + index));
  if (transport != sip::Transport::udp) flow.connection = index;
  if (sip::is_secure(transport)) {
    auto facts = std::make_shared<sip::TlsFacts>();
    facts->version = "TLSv1.3";
    facts->cipher = "TLS_AES_256_GCM_SHA384";
    flow.tls = facts;
  }
  phones.push_back(std::make_unique<Phone>(*this, number, flow));
  return *phones.back();
}

void Exchange::settle() {
  for (int round = 0; round < 20; ++round) {
    for (const auto& node : nodes) node->loop.run_ready();
  }
}

void Exchange::pass(base::Millis time) {
  const auto end = clock.steady() + time;
  while (clock.steady() < end) {
    const auto left = std::chrono::ceil<base::Millis>(end - clock.steady());
    clock.advance(std::min(left, base::Millis{250}));
    settle();
  }
}

void Exchange::close(Phone& phone) {
  nodes[phone.flow.loop]->transactions.on_flow_closed(phone.flow, sip::CloseReason::by_peer);
  settle();
}

std::vector<CallView> Exchange::views() {
  std::vector<CallView> out;
  Calls::gather(services, [&](std::vector<CallView> views) { out = std::move(views); });
  settle();
  return out;
}

CallCounts Exchange::counts() {
  CallCounts sum;
  for (const auto& node : nodes) {
    sum.calls += node->calls.counts().calls;
    sum.legs += node->calls.counts().legs;
  }
  return sum;
}

std::size_t Exchange::transactions() {
  std::size_t sum = 0;
  for (const auto& node : nodes) {
    sum += node->transactions.server_transactions() + node->transactions.client_transactions();
  }
  return sum;
}

Phone::Phone(Exchange& of, std::string own_number, sip::Flow own_flow)
    : exchange(of), number(std::move(own_number)), flow(std::move(own_flow)) {}

void Phone::raw(std::string text) {
  exchange.settle();
  auto message = sip::Message::parse(std::move(text));
  ASSERT_TRUE(message.has_value()) << message.error().message;
  exchange.nodes[flow.loop]->transactions.on_message(flow, message->view());
  exchange.settle();
}

namespace {

std::string with_body(std::string head, const std::string& body, const std::string& type) {
  if (!body.empty()) head += "Content-Type: " + type + "\r\n";
  return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string new_branch() {
  return "z9hG4bK" + base::random_hex(8);
}

}  // namespace

void Phone::invite(const std::string& to, const std::string& sdp, const std::string& headers) {
  dialog = {};
  dialog.call_id = base::random_hex(6);
  dialog.local_tag = base::random_hex(4);
  dialog.local = "<sip:" + number + "@192.0.2.1>";
  dialog.remote = "<sip:" + to + "@192.0.2.1>";
  dialog.cseq = 1;
  last_invite_branch = new_branch();
  invite_uri = "sip:" + to + "@192.0.2.1";
  invite_to_tag.clear();
  raw(with_body("INVITE " + invite_uri + " SIP/2.0\r\nVia: SIP/2.0/" + std::string(sip::to_string(flow.transport)) +
                    " " + flow.remote.to_string() + ";branch=" + last_invite_branch + "\r\nMax-Forwards: 70\r\nFrom: " +
                    dialog.local + ";tag=" + dialog.local_tag + "\r\nTo: " + dialog.remote +
                    "\r\nCall-ID: " + dialog.call_id + "\r\nCSeq: 1 INVITE\r\nContact: <sip:" + number + "@" +
                    flow.remote.to_string() + ">\r\nAllow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK\r\n" + headers,
                sdp, "application/sdp"));
}

std::string Phone::inbox() const {
  std::string out = number + " has received:";
  for (const auto& message : received) {
    out += "\n  " + (message->is_request()
                         ? std::string(message->method_name())
                         : std::to_string(message->status()) + " to " + std::string(sip::to_string(message->method())));
  }
  return out;
}

bool Phone::silent() {
  exchange.settle();
  for (const auto& message : received) {
    if (message->status() != 100) return false;
  }
  return true;
}

sip::Message Phone::response(int status) {
  exchange.settle();
  while (!received.empty() && received.front()->status() == 100) received.pop_front();
  if (received.empty() || received.front()->status() != status) {
    throw std::runtime_error("expected " + std::to_string(status) + "; " + inbox());
  }
  auto message = std::move(received.front());
  received.pop_front();
  if (message->method() == sip::Method::invite && status > 100 && status < 300) {
    dialog.remote_tag = message->to_tag();
    if (const auto contacts = sip::Contacts::of(message.view()); contacts && !contacts->entries.empty()) {
      dialog.target = contacts->entries.front().uri.text;
    }
  }
  return message;
}

sip::Message Phone::request(sip::Method method) {
  exchange.settle();
  while (!received.empty() && received.front()->status() == 100) received.pop_front();
  if (received.empty() || received.front()->method() != method || !received.front()->is_request()) {
    throw std::runtime_error("expected " + std::string(sip::to_string(method)) + "; " + inbox());
  }
  auto message = std::move(received.front());
  received.pop_front();
  if (method == sip::Method::invite && message->to_tag().empty()) {
    dialog = {};
    dialog.call_id = message->call_id();
    dialog.local_tag = base::random_hex(4);
    dialog.remote_tag = message->from_tag();
    const auto from = sip::NameAddr::parse(message->value(sip::HeaderId::from));
    const auto to = sip::NameAddr::parse(message->value(sip::HeaderId::to));
    dialog.remote = "<" + std::string(from->uri.text) + ">";
    dialog.local = "<" + std::string(to->uri.text) + ">";
    dialog.target = sip::Contacts::of(message.view())->entries.front().uri.text;
  }
  return message;
}

void Phone::respond(const sip::MessageView& request, int status, const std::string& sdp, const std::string& headers) {
  std::string head = "SIP/2.0 " + std::to_string(status) + " " + std::string(sip::reason_phrase(status)) + "\r\n";
  for (const auto& field : request.headers()) {
    switch (field.id) {
      case sip::HeaderId::via:
      case sip::HeaderId::from:
      case sip::HeaderId::call_id:
      case sip::HeaderId::cseq:
        head += std::string(field.name) + ": " + std::string(field.value) + "\r\n";
        break;
      case sip::HeaderId::to:
        head += "To: " + std::string(field.value) +
                (request.to_tag().empty() && status > 100 ? ";tag=" + dialog.local_tag : std::string{}) + "\r\n";
        break;
      default:
        break;
    }
  }
  head += "Contact: <sip:" + number + "@" + flow.remote.to_string() + ">\r\n";
  raw(with_body(head + headers, sdp, "application/sdp"));
}

void Phone::ack(const sip::MessageView& response, const std::string& sdp) {
  raw(with_body("ACK " + dialog.target + " SIP/2.0\r\nVia: SIP/2.0/TLS " + flow.remote.to_string() +
                    ";branch=" + new_branch() + "\r\nMax-Forwards: 70\r\nFrom: " + dialog.local +
                    ";tag=" + dialog.local_tag + "\r\nTo: " + dialog.remote + ";tag=" + dialog.remote_tag +
                    "\r\nCall-ID: " + dialog.call_id + "\r\nCSeq: " + std::to_string(response.cseq()) + " ACK\r\n",
                sdp, "application/sdp"));
}

void Phone::cancel() {
  raw("CANCEL " + invite_uri + " SIP/2.0\r\nVia: SIP/2.0/" + std::string(sip::to_string(flow.transport)) + " " +
      flow.remote.to_string() + ";branch=" + last_invite_branch + "\r\nMax-Forwards: 70\r\nFrom: " + dialog.local +
      ";tag=" + dialog.local_tag + "\r\nTo: " + dialog.remote + invite_to_tag + "\r\nCall-ID: " + dialog.call_id +
      "\r\nCSeq: " + std::to_string(dialog.cseq) + " CANCEL\r\nContent-Length: 0\r\n\r\n");
}

void Phone::send(std::string_view method, const std::string& body, const std::string& headers,
                 const std::string& content_type) {
  const std::string branch = new_branch();
  if (method == "INVITE") {
    last_invite_branch = branch;
    invite_uri = dialog.target;
    invite_to_tag = ";tag=" + dialog.remote_tag;
  }
  raw(with_body(std::string(method) + " " + dialog.target + " SIP/2.0\r\nVia: SIP/2.0/" +
                    std::string(sip::to_string(flow.transport)) + " " + flow.remote.to_string() + ";branch=" + branch +
                    "\r\nMax-Forwards: 70\r\nFrom: " + dialog.local + ";tag=" + dialog.local_tag +
                    "\r\nTo: " + dialog.remote + ";tag=" + dialog.remote_tag + "\r\nCall-ID: " + dialog.call_id +
                    "\r\nCSeq: " + std::to_string(++dialog.cseq) + " " + std::string(method) +
                    "\r\nContact: <sip:" + number + "@" + flow.remote.to_string() + ">\r\n" + headers,
                body, content_type));
}

std::string description(const std::string& proto, int port, const std::vector<std::string>& keys,
                        const std::string& direction, const std::string& formats) {
  static int version = 1;
  std::string sdp =
      "v=0\r\no=- 7 " + std::to_string(++version) +
      " IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\nm=audio " + std::to_string(port) + " " + proto +
      " " + formats +
      "\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n";
  for (const auto& key : keys) sdp += key + "\r\n";
  return sdp + "a=" + direction + "\r\n";
}

std::string crypto(int tag, const std::string& suite, char octet) {
  const auto known = media::suite_from_sdp(suite);
  const std::size_t octets = known ? media::facts(*known).keying() : 30;
  return "a=crypto:" + std::to_string(tag) + " " + suite +
         " inline:" + base::to_base64(base::Bytes(octets, static_cast<std::uint8_t>(octet)));
}

sip::Sdp sdp_of(const sip::MessageView& message) {
  auto sdp = sip::Sdp::parse(message.body());
  if (!sdp) throw std::runtime_error("no SDP: " + sdp.error().message);
  return std::move(*sdp);
}

std::string savp(int port, char octet, const std::string& direction) {
  return description("RTP/SAVP", port,
                     {crypto(1, "AES_256_CM_HMAC_SHA1_80", octet), crypto(2, "AES_CM_128_HMAC_SHA1_80", octet)},
                     direction);
}

std::string savp_answer(const sip::MessageView& message, int port, char octet, const std::string& direction) {
  return description("RTP/SAVP", port, {answering_crypto(message, octet)}, direction);
}

void connect(Phone& a, Phone& b) {
  a.invite(b.number, savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'), "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n");
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
}

std::string answering_crypto(const sip::MessageView& message, char octet) {
  const auto sdp = sdp_of(message);
  for (const auto& media : sdp.media) {
    const auto cryptos = media.cryptos();
    if (!cryptos.empty()) return crypto(static_cast<int>(cryptos.front().tag), cryptos.front().suite_name, octet);
  }
  throw std::runtime_error("no crypto line to answer");
}

}  // namespace cadenas::pbx::test
