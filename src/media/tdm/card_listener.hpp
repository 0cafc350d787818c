#pragma once

#include <memory>
#include <string>

#include "media/descriptor.hpp"
#include "media/tdm/driver.hpp"

namespace cadenas::media::tdm {

/// The Unix socket (SOCK_SEQPACKET, mode 0660) that line cards connect to. On the thread of the bus.
class CardListener {
 public:
  /// Throws std::system_error where it cannot listen there: EADDRINUSE if somebody else does. A socket that nobody
  /// listens at any more is taken away first.
  explicit CardListener(std::string path);
  ~CardListener();  ///< and the socket goes from the file system
  CardListener(const CardListener&) = delete;
  CardListener& operator=(const CardListener&) = delete;

  int descriptor() const { return fd_.get(); }
  /// The next card that waits; null if none does.
  std::unique_ptr<Driver> accept();

 private:
  std::string path_;
  Descriptor fd_;
};

}  // namespace cadenas::media::tdm
