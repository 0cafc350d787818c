#include "sip/message.hpp"

#include <algorithm>
#include <utility>

#include "sip/grammar.hpp"
#include "sip/message_parser.hpp"

namespace cadenas::sip {

base::Result<MessageView> MessageView::parse(std::span<char> octets, const ParseLimits& limits,
                                             std::optional<MessageView>* partial) {
  base::Result<MessageView> out;
  MessageParser parser(octets, limits);
  if (parser.run(*out)) return out;
  if (partial != nullptr && parser.answerable()) *partial = *out;
  out = tl::unexpected(parser.error());
  return out;
}

const HeaderField* MessageView::find(HeaderId id) const {
  for (const HeaderField& field : headers_)
    if (field.id == id) return &field;
  return nullptr;
}

const HeaderField* MessageView::find(std::string_view name) const {
  for (const HeaderField& field : headers_)
    if (grammar::same(field.name, name)) return &field;
  return nullptr;
}

std::string_view MessageView::value(HeaderId id) const {
  const HeaderField* field = find(id);
  return field != nullptr ? field->value : std::string_view{};
}

bool MessageView::lists(HeaderId id, std::string_view token) const {
  for (const HeaderField& field : headers_) {
    if (field.id != id) continue;
    std::string_view rest = field.value;
    for (;;) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (grammar::same(grammar::trim(rest.substr(0, comma)), token)) return true;
      if (comma == rest.size()) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

base::Result<Message> Message::parse(std::string octets, const ParseLimits& limits) {
  Message out;
  out.size_ = octets.size();
  out.octets_ = std::make_unique<char[]>(octets.size());
  std::copy(octets.begin(), octets.end(), out.octets_.get());
  auto view = MessageView::parse({out.octets_.get(), out.size_}, limits);
  if (!view) return tl::unexpected(std::move(view.error()));
  out.view_ = std::move(*view);
  return out;
}

Message::Message(const MessageView& view)
    : octets_(std::make_unique<char[]>(view.octets_.size())), size_(view.octets_.size()), view_(view) {
  std::copy(view.octets_.begin(), view.octets_.end(), octets_.get());
  const auto move_over = [this, &view](std::string_view& text) {
    if (text.data() != nullptr) text = {octets_.get() + (text.data() - view.octets_.data()), text.size()};
  };
  for (std::string_view* text :
       {&view_.octets_, &view_.method_name_, &view_.request_uri_, &view_.reason_, &view_.body_, &view_.call_id_,
        &view_.from_tag_, &view_.to_tag_, &view_.branch_, &view_.sent_by_, &view_.via_transport_})
    move_over(*text);
  for (HeaderField& field : view_.headers_) {
    move_over(field.name);
    move_over(field.value);
  }
}

}  // namespace cadenas::sip
