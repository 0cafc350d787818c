#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "sip/message.hpp"

namespace cadenas::sip::torture {

/// The message, which must be one.
inline Message parsed(const std::string& octets) {
  auto message = Message::parse(octets);
  EXPECT_TRUE(message) << message.error().code << ": " << message.error().message << " (" << message.error().field
                       << ")";
  if (!message) throw std::runtime_error("not parsed");
  return std::move(*message);
}

}  // namespace cadenas::sip::torture
