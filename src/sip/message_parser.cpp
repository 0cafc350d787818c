#include "sip/message_parser.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "sip/header_names.hpp"
#include "sip/header_values.hpp"
#include "sip/name_addr.hpp"
#include "sip/uri.hpp"
#include "sip/via.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr Fault too_large{"sip.too-large", "The message is larger than the configured limit."};
constexpr Fault too_many{"sip.too-large", "The message has more header fields than the configured limit."};
constexpr Fault body_too_large{"sip.too-large", "The body is larger than the configured limit."};
constexpr Fault incomplete{"sip.incomplete", "The message ends before the empty line that ends its headers."};
constexpr Fault stray_newline{"sip.header", "A carriage return or line feed stands alone within the headers."};
constexpr Fault bad_request_line{"sip.start-line",
                                 "A request must begin with a method, a URI and SIP/2.0, each one space apart."};
constexpr Fault bad_status_line{"sip.start-line", "A response must begin with SIP/2.0 and a status of 100 to 699."};
constexpr Fault bad_version{"sip.version", "The SIP version is not 2.0."};
constexpr Fault bad_header{"sip.header", "A header line needs a token as its name, and a colon."};
constexpr Fault repeated{"sip.repeated", "A header field that may stand only once is repeated."};
constexpr Fault missing{"sip.missing", "A header field every message needs is missing."};
constexpr Fault trailing{"sip.name-addr", "Something follows the address that does not belong to it."};
constexpr Fault bad_call_id{"sip.call-id", "Call-ID must be a word, or two joined by @."};
constexpr Fault bad_max_forwards{"sip.max-forwards", "Max-Forwards must be a number from 0 to 255."};
constexpr Fault bad_length{"sip.content-length", "Content-Length must be a decimal number of octets."};
constexpr Fault short_body{"sip.content-length", "Content-Length is larger than what was received."};
constexpr Fault other_method{"sip.cseq-method", "The method of CSeq is not that of the request."};

constexpr std::uint32_t bit(HeaderId id) {
  switch (id) {
    case HeaderId::via:
      return 1;
    case HeaderId::from:
      return 2;
    case HeaderId::to:
      return 4;
    case HeaderId::call_id:
      return 8;
    case HeaderId::cseq:
      return 16;
    case HeaderId::max_forwards:
      return 32;
    case HeaderId::content_length:
      return 64;
    case HeaderId::content_type:
      return 128;
    default:
      return 0;
  }
}

}  // namespace

bool MessageParser::fail(const Fault* fault, std::string_view field) {
  if (fault_ == nullptr) {
    fault_ = fault;
    field_ = field;
  }
  return false;
}

base::Error MessageParser::error() const {
  return {fault_->code, fault_->message, std::string(field_)};
}

bool MessageParser::run(MessageView& out) {
  out_ = &out;
  if (octets_.size() > limits_.message_octets) return fail(&too_large);
  // Keep-alives and stray CRLF before the start line are ignored (RFC 3261 §7.5).
  while (at_ + 1 < octets_.size() && octets_[at_] == '\r' && octets_[at_ + 1] == '\n') at_ += 2;
  const std::size_t begin = at_;
  std::string_view line;
  if (!next_line(line, false)) return fail(&incomplete);
  read_start_line(line);
  const bool complete = read_headers();
  // One pass over all headers is cheaper than one for each line: every line feed left must have ended a line.
  const auto headers = octets_.subspan(begin, at_ - begin);
  if (static_cast<std::size_t>(std::count(headers.begin(), headers.end(), '\n')) != lines_) fail(&stray_newline);
  if (complete) cut_body();
  out.octets_ = {octets_.data() + begin, at_ - begin};
  if (!complete) return false;
  check_required();
  answerable_ = out.is_request() && out.method_ != Method::ack && !out.via_transport_.empty();
  return fault_ == nullptr;
}

// The line at `at_` without its CRLF, folded ones joined by turning their CRLF into blanks; moves on behind it.
bool MessageParser::next_line(std::string_view& line, bool may_fold) {
  char* const begin = octets_.data() + at_;
  char* const end = octets_.data() + octets_.size();
  for (char* from = begin;;) {
    auto* const cr = static_cast<char*>(std::memchr(from, '\r', static_cast<std::size_t>(end - from)));
    if (cr == nullptr || cr + 1 == end) return false;
    if (cr[1] != '\n') {
      fail(&stray_newline);
      from = cr + 1;
      continue;
    }
    if (may_fold && cr != begin && cr + 2 != end && is(cr[2], blank)) {
      cr[0] = cr[1] = ' ';
      from = cr + 2;
      continue;
    }
    line = {begin, static_cast<std::size_t>(cr - begin)};
    at_ = static_cast<std::size_t>(cr + 2 - octets_.data());
    ++lines_;
    return true;
  }
}

void MessageParser::read_start_line(std::string_view line) {
  if (line.size() > 4 && line.substr(0, 4) == "SIP/") {
    read_status_line(line);
  } else {
    read_request_line(line);
  }
}

void MessageParser::read_request_line(std::string_view line) {
  const std::size_t space = line.find(' ');
  const auto method = line.substr(0, space);
  if (space == std::string_view::npos || !all(method, token)) {
    fail(&bad_request_line);
    return;
  }
  out_->method_name_ = method;
  out_->method_ = method_of(method);
  const std::size_t last = line.rfind(' ');
  const auto version = line.substr(last + 1);
  if (last == space || version.size() < 5 || !same(version.substr(0, 4), "SIP/")) {
    fail(&bad_request_line);
    return;
  }
  if (!same(version, "SIP/2.0")) {
    fail(&bad_version);
    return;
  }
  const auto uri = line.substr(space + 1, last - space - 1);
  Uri checked;
  if (uri.find(' ') != std::string_view::npos) {
    fail(&bad_request_line);
  } else if (const Fault* fault = Uri::read(uri, checked)) {
    fail(fault, "Request-URI");
  }
  out_->request_uri_ = uri;
}

void MessageParser::read_status_line(std::string_view line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const auto status = number(line.substr(std::min(space + 1, line.size()), 3), 999);
  out_->status_ = status ? static_cast<int>(*status) : 999;  // anything but 0: it is no request
  if (!same(line.substr(0, space), "SIP/2.0")) {
    fail(&bad_version);
    return;
  }
  if (!status || *status < 100 || *status > 699 || (line.size() > space + 4 && line[space + 4] != ' ')) {
    fail(&bad_status_line);
    return;
  }
  out_->reason_ = line.substr(std::min(space + 5, line.size()));
}

bool MessageParser::read_headers() {
  for (std::string_view line;;) {
    if (!next_line(line, true)) return fail(&incomplete);
    if (line.empty()) return true;
    if (out_->headers_.size() == limits_.header_fields) return fail(&too_many);
    const std::size_t name_end = skip(line, 0, token);
    const std::size_t colon = skip(line, name_end, blank);
    if (name_end == 0 || colon == line.size() || line[colon] != ':') {
      fail(&bad_header);
      continue;
    }
    const auto name = line.substr(0, name_end);
    out_->headers_.push_back({header_id(name), name, trim(line.substr(colon + 1))});
    note(out_->headers_.back());
  }
}

bool MessageParser::once(HeaderId id, std::string_view name) {
  if ((seen_ & bit(id)) != 0) return fail(&repeated, name);
  seen_ |= bit(id);
  return true;
}

void MessageParser::note(const HeaderField& field) {
  switch (field.id) {
    case HeaderId::via:
      note_via(field.value);
      break;
    case HeaderId::from:
      if (once(field.id, field.name)) note_address(field, out_->from_tag_);
      break;
    case HeaderId::to:
      if (once(field.id, field.name)) note_address(field, out_->to_tag_);
      break;
    case HeaderId::call_id:
      if (!once(field.id, field.name)) break;
      out_->call_id_ = field.value;
      if (!is_call_id(field.value)) fail(&bad_call_id, field.name);
      break;
    case HeaderId::cseq: {
      if (!once(field.id, field.name)) break;
      CSeq cseq;
      if (const Fault* fault = CSeq::read(field.value, cseq)) {
        fail(fault, field.name);
        break;
      }
      out_->cseq_ = cseq.number;
      if (!out_->is_request()) {
        out_->method_name_ = cseq.method;
        out_->method_ = method_of(cseq.method);
      } else if (cseq.method != out_->method_name_) {
        fail(&other_method, field.name);
      }
      break;
    }
    case HeaderId::max_forwards: {
      if (!once(field.id, field.name)) break;
      if (const auto hops = number(field.value, 255)) {
        out_->max_forwards_ = static_cast<std::uint32_t>(*hops);
      } else {
        fail(&bad_max_forwards, field.name);
      }
      break;
    }
    case HeaderId::content_length: {
      if (!once(field.id, field.name)) break;
      if (const auto octets = number(field.value, 0xFFFFFFFF)) {
        content_length_ = *octets;
      } else {
        fail(&bad_length, field.name);
      }
      break;
    }
    case HeaderId::content_type:
      once(field.id, field.name);
      break;
    default:
      break;
  }
}

void MessageParser::note_via(std::string_view value) {
  for (std::size_t at = 0;;) {
    Via via;
    const Fault* fault = Via::read(value, at, via);
    // A Via whose parameters are malformed still says enough to answer 400 to where the request came from.
    if ((seen_ & bit(HeaderId::via)) == 0 && !via.sent_by.empty()) {
      seen_ |= bit(HeaderId::via);
      out_->branch_ = via.branch();
      out_->sent_by_ = via.sent_by;
      out_->via_transport_ = via.transport;
    }
    if (fault != nullptr) {
      fail(fault, "Via");
      return;
    }
    if (at == value.size()) return;
    ++at;
  }
}

void MessageParser::note_address(const HeaderField& field, std::string_view& tag) {
  NameAddr address;
  std::size_t at = 0;
  if (const Fault* fault = NameAddr::read(field.value, at, address)) {
    fail(fault, field.name);
    return;
  }
  if (at != field.value.size()) fail(&trailing, field.name);
  tag = address.tag();
}

void MessageParser::check_required() {
  constexpr HeaderId required[] = {HeaderId::via, HeaderId::from, HeaderId::to, HeaderId::call_id, HeaderId::cseq};
  for (const HeaderId id : required)
    if ((seen_ & bit(id)) == 0) fail(&missing, header_name(id));
}

// `at_` is behind the empty line; the body ends with Content-Length, or with the datagram if there is none.
void MessageParser::cut_body() {
  const std::size_t rest = octets_.size() - at_;
  const std::size_t length = content_length_.value_or(rest);
  if (length > limits_.body_octets) fail(&body_too_large);
  if (length > rest) fail(&short_body, "Content-Length");
  out_->body_ = {octets_.data() + at_, std::min(length, rest)};
  at_ += out_->body_.size();
}

}  // namespace cadenas::sip
