#include "media/datagram_bio.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <openssl/bio.h>

namespace cadenas::media {
namespace {

DatagramBio& behind(BIO* bio) {
  return *static_cast<DatagramBio*>(BIO_get_data(bio));
}

int read_datagram(BIO* bio, char* room, int octets) {
  BIO_clear_retry_flags(bio);
  const int got = behind(bio).read({reinterpret_cast<std::uint8_t*>(room), static_cast<std::size_t>(octets)});
  if (got <= 0) BIO_set_retry_read(bio);
  return got;
}

int write_datagram(BIO* bio, const char* data, int octets) {
  BIO_clear_retry_flags(bio);
  behind(bio).write({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(octets)});
  return octets;
}

/// Nothing is held back, so a flush is done; whatever else DTLS asks a BIO is left to its defaults.
long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* method() {
  static const BioMethodHandle made = [] {
    BioMethodHandle out(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams by value"));
    if (!out || BIO_meth_set_read(out.get(), read_datagram) != 1 ||
        BIO_meth_set_write(out.get(), write_datagram) != 1 || BIO_meth_set_ctrl(out.get(), control) != 1) {
      throw std::bad_alloc();
    }
    return out;
  }();
  return made.get();
}

}  // namespace

DatagramBio::DatagramBio(Sink sink) : sink_(std::move(sink)), bio_(BIO_new(method())) {
  if (!bio_) throw std::bad_alloc();
  BIO_set_data(bio_.get(), this);
  BIO_set_init(bio_.get(), 1);
}

int DatagramBio::read(std::span<std::uint8_t> room) {
  if (waiting_.empty()) return -1;
  const base::ByteView datagram = std::exchange(waiting_, {});
  // OpenSSL has room for the largest record; what is longer is none.
  if (datagram.size() > room.size()) return -1;
  std::ranges::copy(datagram, room.begin());
  return static_cast<int>(datagram.size());
}

}  // namespace cadenas::media
