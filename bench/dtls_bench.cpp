// What a DTLS-SRTP handshake costs a media thread: a leg of the board from its making to the keys, all but the kernel's
// part, beside OpenSSL's own handshake over memory BIOs with the same settings, cipher suites and kind of certificate.
// Only one end is timed, by the CPU time of the thread; the other is OpenSSL's in both. `longest_piece_us` is the
// longest time without a look at voice, since a leg does its work in pieces (LegWork).
#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "media/datagram_bio.hpp"
#include "media/dtls_context.hpp"
#include "media/dtls_handles.hpp"
#include "media/dtls_profile.hpp"
#include "media/leg_outlet.hpp"
#include "media/leg_work.hpp"
#include "media/packet_loop.hpp"
#include "media/rtp_leg.hpp"

namespace {

using namespace cadenas::media;
using cadenas::base::Bytes;
using cadenas::base::ByteView;
using cadenas::base::Endpoint;
using cadenas::base::SteadyTime;

constexpr int kMostTurns = 20;

/// A new certificate each: ECDSA P-256, as every board makes one at its start.
const DtlsContext& ours() {
  static const DtlsContext kContext{cadenas::base::WallTime{std::chrono::seconds(std::time(nullptr))}};
  return kContext;
}
const DtlsContext& theirs() {
  static const DtlsContext kContext{cadenas::base::WallTime{std::chrono::seconds(std::time(nullptr))}};
  return kContext;
}

/// The certificate is not held against anything.
class AnyPeer final : public DtlsPeerJudge {
 public:
  bool accepts(X509*) override { return true; }
};

constexpr DtlsRole other_end(DtlsRole role) {
  return role == DtlsRole::active ? DtlsRole::passive : DtlsRole::active;
}

/// OpenSSL's own end.
SslHandle new_ssl(const DtlsContext& context, DtlsRole role, DtlsPeerJudge& judge) {
  SslHandle ssl(SSL_new(context.get()));
  if (!ssl || SSL_set_app_data(ssl.get(), &judge) != 1 ||
      SSL_set_tlsext_use_srtp(ssl.get(), profile_list(dtls_suites()).c_str()) != 0) {
    throw std::runtime_error("no SSL");
  }
  SSL_set_mtu(ssl.get(), 1'200);
  if (role == DtlsRole::active) {
    SSL_set_connect_state(ssl.get());
  } else {
    SSL_set_accept_state(ssl.get());
  }
  return ssl;
}

void add_memory_bios(SSL* ssl) {
  for (const bool is_in : {true, false}) {
    BIO* bio = BIO_new(BIO_s_mem());
    if (!bio) throw std::bad_alloc();
    BIO_set_mem_eof_return(bio, -1);
    is_in ? SSL_set0_rbio(ssl, bio) : SSL_set0_wbio(ssl, bio);
  }
}

/// What one end wrote, for the other to read.
void carry(SSL* from, SSL* to) {
  BIO* written = SSL_get_wbio(from);
  char* data = nullptr;
  const long octets = BIO_get_mem_data(written, &data);
  if (octets > 0) BIO_write(SSL_get_rbio(to), data, static_cast<int>(octets));
  static_cast<void>(BIO_reset(written));
}

/// CPU time of this thread, which other work on the machine leaves alone.
std::chrono::nanoseconds spent_so_far() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// Of one handshake, on the side that is measured.
struct Cost {
  std::chrono::nanoseconds all{0};
  std::chrono::nanoseconds longest_piece{0};

  template <class Piece>
  void add(Piece piece) {
    const auto start = spent_so_far();
    piece();
    const auto spent = spent_so_far() - start;
    all += spent;
    longest_piece = std::max(longest_piece, spent);
  }
};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// What the two agreed on, to see that both kinds of handshake are the same.
std::string agreed_on(SSL* ssl) {
  return std::string(SSL_get_version(ssl)) + ", " + SSL_get_cipher_name(ssl) + ", " +
         OBJ_nid2sn(static_cast<int>(SSL_get_negotiated_group(ssl))) + ", " + SSL_get_selected_srtp_profile(ssl)->name;
}

/// The far end of a leg, which sends datagrams one by one.
class Peer {
 public:
  explicit Peer(DtlsRole role) : ssl_(new_ssl(theirs(), role, judge_)) {
    BIO_up_ref(bio_.get());
    SSL_set_bio(ssl_.get(), bio_.get(), bio_.get());
  }
  /// Begins, or goes on after a datagram; what it sends is in `out`.
  void run(ByteView datagram = {}) {
    bio_.put(datagram);
    if (SSL_is_init_finished(ssl_.get()) != 1) SSL_do_handshake(ssl_.get());
    bio_.clear();
  }
  bool is_done() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  SSL* ssl() const { return ssl_.get(); }

  std::vector<Bytes> out;

 private:
  AnyPeer judge_;
  DatagramBio bio_{[this](ByteView datagram) { out.emplace_back(datagram.begin(), datagram.end()); }};
  SslHandle ssl_;
};

/// Takes what a leg sends.
class Outlet final : public LegOutlet {
 public:
  void send(OwnPacket& packet, const OwnDatagram& datagram) override {
    out.emplace_back(packet.buffer.begin(), packet.buffer.begin() + static_cast<std::ptrdiff_t>(datagram.octets));
  }
  std::vector<Bytes> out;
};

/// Not inlined: GCC 12 takes the keys that are not there for uninitialized ones.
[[gnu::noinline]] LegMedia described(DtlsRole role, const Endpoint& peer) {
  LegMedia media;
  media.remote_rtp = peer;
  media.rtcp_mux = true;
  media.dtls = DtlsParams{role, {theirs().fingerprints().front()}, {dtls_suites().begin(), dtls_suites().end()}, 0};
  return media;
}

/// A leg of ours in that role, and a peer that has the time it takes.
Cost shake_hands_as_leg(DtlsRole role, std::string& agreed) {
  const Endpoint address = Endpoint::parse("192.0.2.10", 4'000).value();
  const SteadyTime now{cadenas::base::Millis{1'000}};
  Peer peer(other_end(role));
  LegMedia media = described(role, address);
  SideCounters counters;
  Outlet outlet;
  LegWork work(ours());
  std::unique_ptr<RtpLeg> leg;
  Cost cost;
  cost.add([&] {
    leg = std::make_unique<RtpLeg>(counters, LegPlace{&work, &outlet});
    leg->configure(std::move(media));
  });
  std::vector<std::uint8_t> buffer(PacketLoop::kBuffer);
  for (int turn = 0; turn < kMostTurns && (leg->receive_keys().empty() || !peer.is_done()); ++turn) {
    if (turn == 0) peer.run();
    for (const Bytes& datagram : std::exchange(peer.out, {})) {
      std::ranges::copy(datagram, buffer.begin());
      cost.add([&] { leg->let_in(Protocol::rtp, buffer, datagram.size(), address, Opening::decrypt, now); });
    }
    while (work.next() && *work.next() <= now) cost.add([&] { work.step(now); });
    for (const Bytes& datagram : std::exchange(outlet.out, {})) peer.run(datagram);
  }
  if (leg->receive_keys().empty() || !leg->encrypts(false) || !peer.is_done()) throw std::runtime_error("no keys");
  if (agreed.empty()) agreed = agreed_on(peer.ssl());
  return cost;
}

Cost shake_hands_as_openssl(DtlsRole role, std::string& agreed) {
  AnyPeer judge;
  const SslHandle peer = new_ssl(theirs(), other_end(role), judge);
  add_memory_bios(peer.get());
  SslHandle own;
  Cost cost;
  cost.add([&] {
    own = new_ssl(ours(), role, judge);
    add_memory_bios(own.get());
  });
  bool is_done = false;
  bool is_peer_done = false;
  for (int turn = 0; turn < kMostTurns && !(is_done && is_peer_done); ++turn) {
    is_peer_done = SSL_do_handshake(peer.get()) == 1;
    carry(peer.get(), own.get());
    cost.add([&] { is_done = SSL_do_handshake(own.get()) == 1; });
    carry(own.get(), peer.get());
  }
  if (!is_done || !is_peer_done) throw std::runtime_error("no handshake");
  if (agreed.empty()) agreed = agreed_on(peer.get());
  return cost;
}

/// Each handshake of ours has one of OpenSSL's before it, so that what else the machine does meets both.
void handshake(benchmark::State& state, DtlsRole role) {
  Cost ours;
  Cost limit;
  std::string agreed;
  std::string agreed_at_limit;
  const auto add = [](Cost& sum, const Cost& one) {
    sum.all += one.all;
    sum.longest_piece += one.longest_piece;
  };
  for (auto _ : state) {
    add(limit, shake_hands_as_openssl(role, agreed_at_limit));
    const Cost one = shake_hands_as_leg(role, agreed);
    add(ours, one);
    state.SetIterationTime(seconds(one.all));
  }
  if (agreed != agreed_at_limit) state.SkipWithError("two kinds of handshakes are compared");
  const auto mean_us = [&state](std::chrono::nanoseconds sum) {
    return 1e6 * seconds(sum) / static_cast<double>(state.iterations());
  };
  state.counters["us"] = mean_us(ours.all);
  state.counters["longest_piece_us"] = mean_us(ours.longest_piece);
  state.counters["limit_us"] = mean_us(limit.all);
  state.counters["limit_longest_piece_us"] = mean_us(limit.longest_piece);
  state.SetLabel(agreed);
}
BENCHMARK_CAPTURE(handshake, passive, DtlsRole::passive)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(handshake, active, DtlsRole::active)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
