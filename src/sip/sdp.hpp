#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "sip/sdp_crypto.hpp"

namespace cadenas::sip {

enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };
std::string_view to_string(Direction direction);
/// The direction that answers an offered one (RFC 3264 §6.1).
Direction mirrored(Direction direction);

/// One line of a description. Lines that carry keys (a=crypto, a=key-mgmt, a=ice-pwd, k=) hold their value as a secret.
class SdpLine {
 public:
  SdpLine(char type, std::string_view value);
  char type() const { return type_; }
  /// What follows "=".
  std::string_view value() const { return secret_.empty() ? std::string_view(text_) : base::as_text(secret_.view()); }
  bool is_secret() const { return !secret_.empty(); }
  /// For an a= line its name ("rtpmap"), else empty.
  std::string_view attribute_name() const;
  /// For an a= line what follows ":", empty for a property attribute.
  std::string_view attribute_value() const;
  SdpLine clone() const { return {type_, value()}; }

 private:
  char type_;
  std::string text_;
  base::SecretBytes secret_;
};

/// a=rtpmap (RFC 8866 §6.6).
struct RtpMap {
  unsigned payload_type = 0;  ///< 0…127
  std::string encoding;       ///< "opus"; case-insensitive when compared
  unsigned clock_rate = 0;
  unsigned channels = 1;
};

/// Lines in the order they stood, those nobody here knows included, and access to the known ones.
class SdpSection {
 public:
  std::vector<SdpLine> lines;

  /// Value of the first line of that type; nothing if there is none.
  std::optional<std::string_view> line(char type) const;
  /// Replaces the first line of that type, or inserts it where RFC 8866 §5 wants it.
  void set_line(char type, std::string_view value);
  void remove_lines(char type);

  /// Value of the first a=name; empty for a property attribute, nothing if absent. Names are case-sensitive.
  std::optional<std::string_view> attribute(std::string_view name) const;
  bool has_attribute(std::string_view name) const { return attribute(name).has_value(); }
  std::vector<std::string_view> attributes(std::string_view name) const;
  /// Appends a=name or a=name:value.
  void add_attribute(std::string_view name, std::string_view value = {});
  /// Replaces the first a=name in its place and removes the others, or appends one.
  void set_attribute(std::string_view name, std::string_view value = {});
  /// Returns how many were removed.
  std::size_t remove_attributes(std::string_view name);

  /// What the section itself says; nothing if it says nothing.
  std::optional<Direction> own_direction() const;
  /// Removes every direction attribute and adds this one.
  void set_direction(Direction direction);
  /// Address of the section's own c= line, without TTL; nothing if it has none or it is malformed.
  std::optional<std::string> own_address() const;
  /// Writes "IN IP4 …" or "IN IP6 …" as the address is.
  void set_address(std::string_view address);
};

/// One m= section.
class SdpMedia : public SdpSection {
 public:
  std::string media;             ///< "audio"
  std::uint16_t port = 0;        ///< 0: refused or switched off
  std::uint32_t port_count = 1;  ///< of "port/count"
  std::string proto;             ///< "RTP/SAVP"
  std::vector<std::string> formats;

  bool is_rtp() const;     ///< RTP/AVP, RTP/AVPF, RTP/SAVP, RTP/SAVPF or a UDP/TLS one
  bool is_secure() const;  ///< proto is RTP/SAVP or RTP/SAVPF
  bool is_dtls() const;    ///< proto is UDP/TLS/RTP/SAVP or UDP/TLS/RTP/SAVPF (RFC 5764 §8)
  bool has_format(unsigned payload_type) const;

  /// From a=rtpmap, else from the static table of RFC 3551 (0, 3, 8, 9, 13, 18 …); nothing if neither knows it.
  std::optional<RtpMap> rtpmap(unsigned payload_type) const;
  /// Parameters of the first a=fmtp of that payload type.
  std::optional<std::string_view> fmtp(unsigned payload_type) const;
  /// Milliseconds of a=ptime; nothing if absent or not 1…1000.
  std::optional<unsigned> ptime() const;
  bool rtcp_mux() const { return has_attribute("rtcp-mux"); }
  /// Port of a=rtcp (RFC 3605), else the RTP port + 1; the RTP port itself with rtcp-mux; 0 when port is 0.
  std::uint16_t rtcp_port() const;
  /// Takes the payload type out of the formats, with its rtpmap, fmtp and rtcp-fb lines.
  void remove_format(unsigned payload_type);

  /// The crypto attributes that can be read, in order of preference. Malformed ones are left out and counted in
  /// `malformed` (RFC 4568 §7.1.2: such an attribute must not be accepted).
  std::vector<CryptoAttribute> cryptos(std::size_t* malformed = nullptr) const;
  void add_crypto(const CryptoAttribute& crypto);
  void remove_cryptos() { remove_attributes("crypto"); }

  SdpMedia clone() const;
};

/// A session description (RFC 8866) that owns its values and keeps what it does not know, in order. Movable only: it
/// may hold key material.
class Sdp {
 public:
  SdpSection session;  ///< every line before the first m=, v= first
  std::vector<SdpMedia> media;

  struct Limits {
    std::size_t octets = 32768;
    std::size_t lines = 1024;
    std::size_t media = 32;
    std::size_t formats = 128;  ///< of one m= line
  };
  /// CRLF or bare LF (RFC 8866 §5). Needs v=0 first and a well-formed o=; m= lines with a port of 0…65535 and at least
  /// one format. The errors never quote the text. Errors "sdp.too-large", "sdp.version", "sdp.origin", "sdp.line",
  /// "sdp.media".
  static base::Result<Sdp> parse(std::string_view text, const Limits& limits);
  static base::Result<Sdp> parse(std::string_view text) { return parse(text, Limits{}); }
  /// A description with v=, o=, s=, c= and t=, without media. `address` is a literal, `session_id` and `version` are
  /// those of o=.
  static Sdp create(std::string_view address, std::uint64_t session_id, std::uint64_t version);

  /// CRLF-terminated lines. Holds key material when the description does.
  std::string to_string() const;
  Sdp clone() const;

  /// The section's own address, else the session's.
  std::optional<std::string> address_of(const SdpMedia& section) const;
  /// The section's own direction, else the session's, else sendrecv (RFC 8866 §6.7).
  Direction direction_of(const SdpMedia& section) const;
  /// An address of 0.0.0.0 or ::, the hold of RFC 2543.
  bool has_null_address(const SdpMedia& section) const;
  SdpMedia* first(std::string_view kind);  ///< the first section of that media with a port, or nullptr
  const SdpMedia* first(std::string_view kind) const;
  /// sess-version of o=.
  std::uint64_t version() const;
  /// Rewrites o= with these, user name kept "-".
  void set_origin(std::string_view address, std::uint64_t session_id, std::uint64_t version);
};

}  // namespace cadenas::sip
