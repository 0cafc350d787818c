#include <cstdint>
#include <string>

#include "base/endpoint.hpp"
#include "require.hpp"
#include "sip/header_values.hpp"
#include "sip/message_writer.hpp"
#include "sip/name_addr.hpp"
#include "sip/request_check.hpp"
#include "sip/via.hpp"

using namespace cadenas;
using namespace cadenas::sip;

namespace {

void read_all_values(const MessageView& m) {
  (void)Contacts::of(m);
  (void)name_addrs(m, HeaderId::route);
  (void)tokens(m, HeaderId::require);
  (void)accepts(m, "application", "sdp");
  for (const HeaderField& field : m.headers()) {
    (void)SessionExpires::parse(field.value);
    (void)Replaces::parse(field.value);
    (void)RAck::parse(field.value);
    (void)RetryAfter::parse(field.value);
    (void)SubscriptionState::parse(field.value);
    (void)EventValue::parse(field.value);
    (void)MediaType::parse(field.value);
  }
}

void check_answer(const MessageView& request, int status, bool request_was_sound) {
  const auto source = *base::Endpoint::parse("192.0.2.1", 5062);
  const std::string text = MessageWriter::response(request, status, "tag", {}, noted_top_via(request, source)).finish();
  const auto answer = Message::parse(text, {.message_octets = 1 << 20});
  if (!request_was_sound) return;
  require(answer.has_value());
  require((*answer)->status() == status && (*answer)->call_id() == request.call_id());
  require((*answer)->branch() == request.branch() && (*answer)->cseq() == request.cseq());
  require((*answer)->from_tag() == request.from_tag() && !(*answer)->to_tag().empty());
}

// What was read, written again, reads the same.
void check_rewritten(const MessageView& m) {
  MessageWriter writer = MessageWriter::request(m.method_name(), m.request_uri());
  for (const HeaderField& field : m.headers())
    if (field.id != HeaderId::content_length && field.id != HeaderId::content_type) writer.add(field.name, field.value);
  const std::string text = std::move(writer).finish("text/plain", m.body());
  const auto again = Message::parse(text, {.message_octets = 1 << 20, .header_fields = 1000});
  require(again.has_value());
  require((*again)->body() == m.body() && (*again)->call_id() == m.call_id() && (*again)->to_tag() == m.to_tag());
  require((*again)->request_uri() == m.request_uri() && (*again)->sent_by() == m.sent_by());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string octets(reinterpret_cast<const char*>(data), size);
  std::optional<MessageView> partial;
  const auto view = MessageView::parse(octets, {}, &partial);
  if (!view) {
    require(!view.error().code.empty());
    if (partial) check_answer(*partial, status_for(view.error()), false);
    return 0;
  }
  require(vias(*view).has_value());
  read_all_values(*view);
  const Message copy(*view);
  require(copy->body() == view->body() && copy->headers().size() == view->headers().size());
  if (!view->is_request()) return 0;
  (void)request_problem(*view, {});
  check_answer(*view, 200, true);
  check_rewritten(*view);
  return 0;
}
