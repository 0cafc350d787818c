#include "media/receive_keys.hpp"

#include <utility>

namespace cadenas::media {
namespace {

/// Whether the packet may yet be one under the key before, whose MKI and tag may be shorter.
bool may_be_of_another_key(SrtpStatus status) {
  return status == SrtpStatus::auth_failed || status == SrtpStatus::too_short;
}

}  // namespace

void ReceiveKeys::set(SrtpParams params) {
  if (before_ && before_->params == params) {
    // An offered key was taken back: its counters are still here and must go on.
    std::swap(current_, before_);
  }
  if (is_current(params)) {
    current_->rtp.expect_mki(params.mki);
    current_->rtcp.expect_mki(std::move(params.mki));
    return;
  }
  auto next = std::make_unique<Context>(std::move(params));
  if (current_ && (current_->verified || !before_)) before_ = std::move(current_);
  current_ = std::move(next);
}

void ReceiveKeys::clear() {
  current_.reset();
  before_.reset();
}

ReceiveKeys::Opened ReceiveKeys::open_rtp(std::span<std::uint8_t> packet, Opening opening) {
  const Receipt receipt = current_->rtp.open(packet, opening);
  if (receipt.status == SrtpStatus::ok) {
    current_->verified = true;
    before_.reset();
  } else if (before_ && may_be_of_another_key(receipt.status)) {
    const Receipt old = before_->rtp.open(packet, Opening::decrypt);
    if (!may_be_of_another_key(old.status)) return {old, false};
  }
  return {receipt, true};
}

ReceiveKeys::Opened ReceiveKeys::open_rtcp(std::span<std::uint8_t> packet, Opening opening) {
  const Receipt receipt = current_->rtcp.open(packet, opening);
  if (before_ && may_be_of_another_key(receipt.status)) {
    const Receipt old = before_->rtcp.open(packet, Opening::decrypt);
    if (!may_be_of_another_key(old.status)) return {old, false};
  }
  return {receipt, true};
}

}  // namespace cadenas::media
