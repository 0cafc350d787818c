#include "media/tdm/card_message.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "media/audio/telephone_event.hpp"

namespace cadenas::media::tdm {
namespace {

enum class Type : std::uint8_t { hello = 1, welcome, refused, block, event, command };

// Events and commands have one numbering, since a call is told both ways in the same words.
enum class Said : std::uint8_t {
  in_service = 1,
  out_of_service,
  off_hook,
  on_hook,
  hook_flash,
  digit,
  setup,
  alerting,
  answer,
  release,
  ring,
  stop_ring,
};

constexpr std::size_t kMostCode = 64;
constexpr std::uint8_t kHearsDigits = 0x01;
constexpr std::uint8_t kMostCause = 127;

tl::unexpected<base::Error> bad_length() {
  return base::fail("tdm.message-length", "A message of the line card is not as long as it has to be.");
}
tl::unexpected<base::Error> bad_field(const char* field) {
  return base::fail("tdm.message-field", "A message of the line card holds a value out of its range.", field);
}

/// Takes one value after the other; once one is not there, none is any more.
class Reader {
 public:
  explicit Reader(base::ByteView octets) : rest_(octets) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  /// After its length in one octet.
  std::string_view text() {
    const std::size_t octets = u8();
    return base::as_text(take(octets));
  }
  base::ByteView take(std::size_t octets) {
    if (octets > rest_.size()) is_short_ = true;
    if (is_short_) return {};
    const base::ByteView taken = rest_.first(octets);
    rest_ = rest_.subspan(octets);
    return taken;
  }
  bool is_short() const { return is_short_; }
  bool is_done() const { return !is_short_ && rest_.empty(); }

 private:
  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : take(octets)) value = value << 8 | octet;
    return value;
  }

  base::ByteView rest_;
  bool is_short_ = false;
};

class Writer {
 public:
  explicit Writer(Type type) { u8(static_cast<std::uint8_t>(type)); }
  void u8(std::uint8_t value) { octets_.push_back(value); }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value));
  }
  void text(std::string_view text) {
    u8(static_cast<std::uint8_t>(text.size()));
    octets_.insert(octets_.end(), text.begin(), text.end());
  }
  base::Bytes done() { return std::move(octets_); }

 private:
  base::Bytes octets_;
};

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kMostCode && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}
bool is_number(std::string_view text) {
  return text.size() <= kMostDigits && std::ranges::all_of(text, is_number_digit);
}

std::optional<SlotId> read_slot_id(Reader& in) {
  SlotId at;
  at.line = in.u8();
  at.slot = in.u8();
  return at.carries_voice() ? std::optional(at) : std::nullopt;
}

base::Result<CardMessage> read_hello(Reader in) {
  ShelfDescription shelf;
  // The version comes first, so that any other can be told from a mistake.
  const std::uint8_t version = in.u8();
  if (in.is_short()) return bad_length();
  if (version != kCardVersion) {
    return base::fail(
        "tdm.version",
        "The line card speaks version " + std::to_string(version) + ", not " + std::to_string(kCardVersion) + ".",
        "version");
  }
  const std::uint8_t law = in.u8();
  shelf.lines = in.u8();
  shelf.name = in.text();
  const std::uint16_t ports = in.u16();
  if (in.is_short()) return bad_length();
  if (law > 1) return bad_field("law");
  shelf.law = law == 0 ? G711Law::a : G711Law::mu;
  if (shelf.lines == 0 || shelf.lines > kMostLines) return bad_field("lines");
  if (!is_shelf_name(shelf.name)) return bad_field("name");
  if (ports > shelf.lines * kSlots) return bad_field("ports");
  std::set<SlotId> known;
  for (unsigned i = 0; i < ports; ++i) {
    const std::optional<SlotId> at = read_slot_id(in);
    const std::uint8_t kind = in.u8();
    const std::uint8_t flags = in.u8();
    if (in.is_short()) return bad_length();
    if (!at || at->line >= shelf.lines || !known.insert(*at).second) return bad_field("slot");
    if (kind > static_cast<std::uint8_t>(PortKind::t2)) return bad_field("kind");
    if (flags > kHearsDigits) return bad_field("flags");
    shelf.ports.push_back({*at, static_cast<PortKind>(kind), flags == kHearsDigits});
  }
  if (!in.is_done()) return bad_length();
  return Hello{std::move(shelf)};
}

/// What both sides can say; refused what only one can, or what is out of range.
template <class Sum>
base::Result<void> read_call(Said said, Reader& in, Sum& into) {
  switch (said) {
    case Said::setup: {
      Setup& setup = into.template emplace<Setup>();
      setup.called = in.text();
      setup.calling = in.text();
      if (!is_number(setup.called)) return bad_field("called");
      if (!is_number(setup.calling)) return bad_field("calling");
      return {};
    }
    case Said::alerting:
      into.template emplace<Alerting>();
      return {};
    case Said::answer:
      into.template emplace<Answer>();
      return {};
    case Said::release: {
      const std::uint8_t cause = in.u8();
      if (!in.is_short() && (cause == 0 || cause > kMostCause)) return bad_field("cause");
      into.template emplace<Release>().cause = cause;
      return {};
    }
    default:
      return bad_field("said");
  }
}

base::Result<void> read_said(Said said, Reader& in, Event& into) {
  switch (said) {
    case Said::in_service:
      into.emplace<InService>();
      return {};
    case Said::out_of_service:
      into.emplace<OutOfService>().reason = "tdm.port-fault";
      return {};
    case Said::off_hook:
      into.emplace<OffHook>();
      return {};
    case Said::on_hook:
      into.emplace<OnHook>();
      return {};
    case Said::hook_flash:
      into.emplace<HookFlash>();
      return {};
    case Said::digit: {
      const std::optional<std::uint8_t> code = event_of_digit(static_cast<char>(in.u8()));
      if (!in.is_short() && !code) return bad_field("digit");
      // In one spelling.
      into.emplace<Digit>().digit = code ? *digit_of_event(*code) : '0';
      return {};
    }
    default:
      return read_call(said, in, into);
  }
}

base::Result<void> read_said(Said said, Reader& in, Command& into) {
  switch (said) {
    case Said::ring: {
      Ring& ring = into.emplace<Ring>();
      ring.calling = in.text();
      ring.cadence = {in.u16(), in.u16()};
      if (!is_number(ring.calling)) return bad_field("calling");
      return {};
    }
    case Said::stop_ring:
      into.emplace<StopRing>();
      return {};
    default:
      return read_call(said, in, into);
  }
}

/// `what` is the member of About that is said.
template <class About, class What>
base::Result<CardMessage> read_about_port(Reader in, What About::*what) {
  const std::optional<SlotId> at = read_slot_id(in);
  const auto said = static_cast<Said>(in.u8());
  if (in.is_short()) return bad_length();
  if (!at) return bad_field("slot");
  CardMessage message{std::in_place_type<About>};
  About& about = std::get<About>(message);
  about.port = *at;
  if (const base::Result<void> read = read_said(said, in, about.*what); !read) return tl::unexpected(read.error());
  if (!in.is_done()) return bad_length();
  return message;
}

base::Result<CardMessage> read_block(Reader in) {
  Block block;
  block.line = in.u8();
  in.u16();  // so that the octets of the slots begin on a multiple of four
  block.sequence = in.u32();
  block.octets = in.take(kBlockOctets);
  if (!in.is_done()) return bad_length();
  if (block.line >= kMostLines) return bad_field("line");
  return block;
}

/// Writes each alternative of Event and Command.
struct Speech {
  Writer& out;

  void say(Said said) const { out.u8(static_cast<std::uint8_t>(said)); }
  void operator()(const InService&) const { say(Said::in_service); }
  void operator()(const OutOfService&) const { say(Said::out_of_service); }
  void operator()(const OffHook&) const { say(Said::off_hook); }
  void operator()(const OnHook&) const { say(Said::on_hook); }
  void operator()(const HookFlash&) const { say(Said::hook_flash); }
  void operator()(const Digit& digit) const {
    say(Said::digit);
    out.u8(static_cast<std::uint8_t>(digit.digit));
  }
  void operator()(const Setup& setup) const {
    say(Said::setup);
    out.text(as_number(setup.called));
    out.text(as_number(setup.calling));
  }
  void operator()(const Alerting&) const { say(Said::alerting); }
  void operator()(const Answer&) const { say(Said::answer); }
  void operator()(const Release& release) const {
    say(Said::release);
    out.u8(std::clamp<std::uint8_t>(release.cause, 1, kMostCause));
  }
  void operator()(const Ring& ring) const {
    say(Said::ring);
    out.text(as_number(ring.calling));
    out.u16(ring.cadence.on_ms);
    out.u16(ring.cadence.off_ms);
  }
  void operator()(const StopRing&) const { say(Said::stop_ring); }
};

template <class What>
base::Bytes write_about_port(Type type, SlotId at, const What& what) {
  Writer out(type);
  out.u8(at.line);
  out.u8(at.slot);
  std::visit(Speech{out}, what);
  return out.done();
}

base::Bytes write(const Hello& hello) {
  Writer out(Type::hello);
  out.u8(kCardVersion);
  out.u8(hello.shelf.law == G711Law::a ? 0 : 1);
  out.u8(hello.shelf.lines);
  out.text(hello.shelf.name);
  out.u16(static_cast<std::uint16_t>(hello.shelf.ports.size()));
  for (const PortDescription& port : hello.shelf.ports) {
    out.u8(port.at.line);
    out.u8(port.at.slot);
    out.u8(static_cast<std::uint8_t>(port.kind));
    out.u8(port.hears_digits ? kHearsDigits : 0);
  }
  return out.done();
}
base::Bytes write(const Welcome&) {
  Writer out(Type::welcome);
  out.u8(kCardVersion);
  return out.done();
}
base::Bytes write(const Refused& refused) {
  Writer out(Type::refused);
  out.text(is_code(refused.code) ? std::string_view(refused.code) : std::string_view("tdm.refused"));
  return out.done();
}
base::Bytes write(const Block& block) {
  base::Bytes out(kMostMessage);
  write_block(block.line, block.sequence, block.octets, out);
  return out;
}
base::Bytes write(const PortEvent& event) {
  return write_about_port(Type::event, event.port, event.event);
}
base::Bytes write(const PortCommand& command) {
  return write_about_port(Type::command, command.port, command.command);
}

}  // namespace

base::Result<CardMessage> parse_card_message(base::ByteView packet) {
  Reader in(packet);
  const std::uint8_t type = in.u8();
  if (in.is_short()) return bad_length();
  switch (static_cast<Type>(type)) {
    case Type::hello:
      return read_hello(in);
    case Type::welcome:
      if (in.u8() != kCardVersion) return bad_field("version");
      if (!in.is_done()) return bad_length();
      return Welcome{};
    case Type::refused: {
      Refused refused{std::string(in.text())};
      if (!in.is_done()) return bad_length();
      if (!is_code(refused.code)) return bad_field("code");
      return refused;
    }
    case Type::block:
      return read_block(in);
    case Type::event:
      return read_about_port(in, &PortEvent::event);
    case Type::command:
      return read_about_port(in, &PortCommand::command);
  }
  return base::fail("tdm.message-type", "The line card sent a message of a kind that there is not.", "type");
}

base::Bytes write_card_message(const CardMessage& message) {
  return std::visit([](const auto& what) { return write(what); }, message);
}

void write_block(std::uint8_t line, std::uint32_t sequence, base::ByteView block, std::span<std::uint8_t> out) {
  out[0] = static_cast<std::uint8_t>(Type::block);
  out[1] = line;
  out[2] = out[3] = 0;
  for (std::size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<std::uint8_t>(sequence >> (24 - 8 * i));
  std::ranges::copy(block.first(kBlockOctets), out.begin() + kBlockHeader);
}

}  // namespace cadenas::media::tdm
