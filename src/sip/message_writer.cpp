#include "sip/message_writer.hpp"

#include <algorithm>

namespace cadenas::sip {

namespace {

// What a peer sent must not become a header of ours.
void append_line(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ");
  const std::size_t from = text.size();
  text.append(value);
  if (value.find_first_of("\r\n") != std::string_view::npos)
    std::replace_if(
        text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), [](char c) { return c == '\r' || c == '\n'; },
        ' ');
  text.append("\r\n");
}

bool forms_dialog(Method method) {
  return method == Method::invite || method == Method::subscribe || method == Method::refer || method == Method::notify;
}

}  // namespace

MessageWriter MessageWriter::request(std::string_view method, std::string_view request_uri) {
  std::string start;
  start.reserve(1024);
  start.append(method).append(" ").append(request_uri).append(" SIP/2.0\r\n");
  return MessageWriter(std::move(start));
}

MessageWriter MessageWriter::request(Method method, std::string_view request_uri) {
  return request(to_string(method), request_uri);
}

MessageWriter MessageWriter::response(const MessageView& request, int status, std::string_view to_tag,
                                      std::string_view reason, std::string_view top_via) {
  std::string start;
  start.reserve(1024);
  start.append("SIP/2.0 ").append(std::to_string(status)).append(" ");
  start.append(reason.empty() ? reason_phrase(status) : reason).append("\r\n");
  MessageWriter out(std::move(start));

  const bool routes = status < 300 && forms_dialog(request.method());
  bool top = true;
  bool had_from = false;
  bool had_to = false;
  for (const HeaderField& field : request.headers()) {
    switch (field.id) {
      case HeaderId::via:
        out.add("Via", top && !top_via.empty() ? top_via : field.value);
        top = false;
        break;
      case HeaderId::from:
        if (!had_from) out.add("From", field.value);
        had_from = true;
        break;
      case HeaderId::to:
        if (had_to) break;
        had_to = true;
        if (request.to_tag().empty() && !to_tag.empty()) {
          out.add("To", std::string(field.value).append(";tag=").append(to_tag));
        } else {
          out.add("To", field.value);
        }
        break;
      case HeaderId::record_route:
        if (routes) out.add("Record-Route", field.value);
        break;
      default:
        break;
    }
  }
  // A malformed request may repeat these; its answer must not.
  if (const HeaderField* call_id = request.find(HeaderId::call_id)) out.add("Call-ID", call_id->value);
  if (const HeaderField* cseq = request.find(HeaderId::cseq)) out.add("CSeq", cseq->value);
  if (status == 100)
    if (const HeaderField* timestamp = request.find("Timestamp")) out.add("Timestamp", timestamp->value);
  return out;
}

MessageWriter& MessageWriter::add(std::string_view name, std::string_view value) & {
  append_line(text_, name, value);
  return *this;
}

MessageWriter& MessageWriter::add(std::string_view name, std::uint64_t value) & {
  return add(name, std::string_view(std::to_string(value)));
}

std::string MessageWriter::finish() && {
  text_.append("Content-Length: 0\r\n\r\n");
  return std::move(text_);
}

std::string MessageWriter::finish(std::string_view content_type, std::string_view body) && {
  add("Content-Type", content_type);
  add("Content-Length", body.size());
  text_.append("\r\n").append(body);
  return std::move(text_);
}

}  // namespace cadenas::sip
