// What a handshake costs a TLS server: in memory, of which only the server's side is timed; full and resumed, and with
// the client's certificate (BOTHWAY) without a list, with a list of 100,000 in the own index, and, as the peer, with
// the same list in OpenSSL's X509_STORE. `bench/run certificates` runs them interleaved.
#include <chrono>
#include <ctime>
#include <map>
#include <memory>
#include <stdexcept>

#include <benchmark/benchmark.h>

#include "pki/crl.hpp"
#include "pki/tls_context.hpp"
#include "pki/tls_settings.hpp"
#include "revoked_list.hpp"
#include "tls_pair.hpp"

namespace cadenas::pki {
namespace {

/// A CA, a server and a phone of one kind of key, and the CA's list.
struct World {
  explicit World(KeyAlgorithm key)
      : ca(issue({.common_name = "CA", .ca = true, .key = key})),
        server(live(issue({.common_name = "server", .key = key}, &ca))),
        phone(live(issue({.common_name = "phone", .key = key}, &ca))),
        der(list_of(ca)) {}

  Crl list() const { return verified(der, ca.leaf()); }

  Identity ca;
  std::shared_ptr<LiveIdentity> server;
  std::shared_ptr<LiveIdentity> phone;
  base::Bytes der;
};

const World& world(KeyAlgorithm key) {
  static std::map<KeyAlgorithm, std::unique_ptr<World>> worlds;
  auto& one = worlds[key];
  if (!one) one = std::make_unique<World>(key);
  return *one;
}

/// CPU time of this thread, which other work on the machine leaves alone.
std::chrono::nanoseconds spent_so_far() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// The server's share of one handshake; throws when it fails.
std::chrono::nanoseconds shake_hands(SSL* server, SSL* client) {
  std::chrono::nanoseconds spent{0};
  bool server_done = false;
  bool client_done = false;
  for (int turn = 0; turn < 20 && !(server_done && client_done); ++turn) {
    client_done = SSL_do_handshake(client) == 1;
    const auto start = spent_so_far();
    server_done = SSL_do_handshake(server) == 1;
    spent += spent_so_far() - start;
  }
  if (!server_done || !client_done) throw std::runtime_error("handshake: " + take_openssl_reasons());
  return spent;
}

/// The server's share of a handshake between sessions that `new_server` and `new_client` make; making its own counts
/// for the server, as it does in service.
template <class NewServer, class NewClient>
std::chrono::nanoseconds handshake(bool resumed, NewServer new_server, NewClient new_client) {
  SslHandle client = new_client();
  const auto start = spent_so_far();
  SslHandle server = new_server();
  std::chrono::nanoseconds spent = spent_so_far() - start;
  TlsPair pair(std::move(server), std::move(client));
  spent += shake_hands(pair.server(), pair.client());
  if ((SSL_session_reused(pair.server()) == 1) != resumed) throw std::runtime_error("resumed, or not");
  return spent;
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

template <class NewServer, class NewClient>
void measure(benchmark::State& state, bool resumed, NewServer new_server, NewClient new_client) {
  for (auto _ : state) state.SetIterationTime(seconds(handshake(resumed, new_server, new_client)));
}

std::unique_ptr<TlsClientContext> client_of(const World& of, bool with_certificate) {
  return TlsClientContext::make({.verify_server = false}, with_certificate ? of.phone : nullptr).value();
}

void one_way(benchmark::State& state, KeyAlgorithm key, bool resumed) {
  const World& of = world(key);
  const auto server = TlsServerContext::make(of.server).value();
  const auto client = client_of(of, false);
  std::shared_ptr<SSL_SESSION> session;
  if (resumed) {
    TlsPair first(server->new_session().value(), client->new_session({}).value());
    if (!first.handshake()) throw std::runtime_error(first.problem());
    session.reset(SSL_SESSION_dup(SSL_get0_session(first.client())), SSL_SESSION_free);
  }
  measure(
      state, resumed, [&] { return server->new_session().value(); },
      [&] {
        SslHandle fresh = client->new_session({}).value();
        if (!session) return fresh;
        // A copy: a session freed without a shutdown takes its SSL_SESSION out of use.
        const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> own(SSL_SESSION_dup(session.get()),
                                                                            SSL_SESSION_free);
        SSL_set_session(fresh.get(), own.get());
        return fresh;
      });
}

std::unique_ptr<TlsServerContext> bothway_server(const World& of, bool with_list) {
  const auto revocation = std::make_shared<LiveRevocation>();
  if (with_list) revocation->store(RevocationIndex::make(std::span(&of.ca.leaf(), 1), {of.list()}));
  return TlsServerContext::make(of.server, {.client_certificates = ClientCertificates::required,
                                            .trust_anchors = {of.ca.leaf()},
                                            .revocation = revocation})
      .value();
}

void bothway(benchmark::State& state, KeyAlgorithm key) {
  const World& of = world(key);
  const auto server = bothway_server(of, false);
  const auto client = client_of(of, true);
  measure(
      state, false, [&] { return server->new_session().value(); }, [&] { return client->new_session({}).value(); });
}

/// With the list; and, as "list_share", how much of it the list is: each handshake has one without beside it, so that
/// what else the machine does meets both.
void bothway_with_list(benchmark::State& state, KeyAlgorithm key) {
  const World& of = world(key);
  const auto without = bothway_server(of, false);
  const auto with = bothway_server(of, true);
  const auto client = client_of(of, true);
  std::chrono::nanoseconds spent_without{0};
  std::chrono::nanoseconds spent_with{0};
  const auto new_client = [&] { return client->new_session({}).value(); };
  for (auto _ : state) {
    spent_without += handshake(
        false, [&] { return without->new_session().value(); }, new_client);
    const auto spent = handshake(
        false, [&] { return with->new_session().value(); }, new_client);
    spent_with += spent;
    state.SetIterationTime(seconds(spent));
  }
  state.counters["list_share"] = seconds(spent_with) / seconds(spent_without) - 1;
}

/// The peer: OpenSSL's own revocation check, all else the same.
void bothway_x509_store(benchmark::State& state, KeyAlgorithm key) {
  const World& of = world(key);
  const SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  const unsigned char* position = of.der.data();
  const CrlHandle list(d2i_X509_CRL(nullptr, &position, static_cast<long>(of.der.size())), X509_CRL_free);
  X509_STORE* store = SSL_CTX_get_cert_store(context.get());
  if (!apply_settings(context.get(), TlsCompatibility::modern) || !use_identity(context.get(), *of.server->current()) ||
      !trust(context.get(), {of.ca.leaf()}) || X509_STORE_add_crl(store, list.get()) != 1) {
    throw std::runtime_error(take_openssl_reasons());
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_add_client_CA(context.get(), of.ca.leaf().handle());
  const auto client = client_of(of, true);
  measure(
      state, false,
      [&] {
        SslHandle session(SSL_new(context.get()));
        SSL_set_accept_state(session.get());
        return session;
      },
      [&] { return client->new_session({}).value(); });
}

constexpr auto rsa = KeyAlgorithm::rsa_2048;
constexpr auto p256 = KeyAlgorithm::ecdsa_p256;
BENCHMARK_CAPTURE(one_way, rsa2048_full, rsa, false)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(one_way, rsa2048_resumed, rsa, true)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bothway, rsa2048, rsa)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bothway_with_list, rsa2048, rsa)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bothway_x509_store, rsa2048, rsa)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(one_way, p256_full, p256, false)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(one_way, p256_resumed, p256, true)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bothway, p256, p256)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bothway_with_list, p256, p256)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bothway_x509_store, p256, p256)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cadenas::pki
