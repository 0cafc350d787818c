#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "sip/grammar.hpp"
#include "sip/message.hpp"

namespace cadenas::sip {

/// One run of MessageView::parse. It goes on behind a fault as far as lines can be told apart, so that a malformed
/// request can still be answered; the first fault is the one reported.
class MessageParser {
 public:
  MessageParser(std::span<char> octets, const ParseLimits& limits) : octets_(octets), limits_(limits) {}

  /// True if `out` is a checked message.
  bool run(MessageView& out);
  base::Error error() const;
  /// The message was a request, no ACK, with a Via that can be read.
  bool answerable() const { return answerable_; }

 private:
  bool fail(const grammar::Fault* fault, std::string_view field = {});
  bool next_line(std::string_view& line, bool may_fold);
  void read_start_line(std::string_view line);
  void read_request_line(std::string_view line);
  void read_status_line(std::string_view line);
  bool read_headers();
  void note(const HeaderField& field);
  void note_via(std::string_view value);
  void note_address(const HeaderField& field, std::string_view& tag);
  bool once(HeaderId id, std::string_view name);
  void check_required();
  void cut_body();

  std::span<char> octets_;
  const ParseLimits& limits_;
  MessageView* out_ = nullptr;
  std::size_t at_ = 0;
  std::size_t lines_ = 0;  // taken so far
  const grammar::Fault* fault_ = nullptr;
  std::string_view field_;
  std::optional<std::size_t> content_length_;
  std::uint32_t seen_ = 0;  // bit per header that may stand once
  bool answerable_ = false;
};

}  // namespace cadenas::sip
