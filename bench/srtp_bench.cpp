// What one SRTP packet costs on one core, for each suite and payload, beside the same work on bare OpenSSL: the aim is
// 0.35 µs for 160 octets of voice.
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "media/session.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"

namespace {

using namespace cadenas::media;
using cadenas::base::Bytes;
using cadenas::base::SecretBytes;

constexpr std::size_t kHeader = 12;

SrtpParams key(Suite suite, std::uint8_t seed) {
  return {suite, SecretBytes(Bytes(facts(suite).keying(), seed))};
}

void number(std::span<std::uint8_t> packet, std::uint16_t sequence) {
  packet[2] = static_cast<std::uint8_t>(sequence >> 8);
  packet[3] = static_cast<std::uint8_t>(sequence);
}

Bytes voice(std::size_t payload) {
  Bytes packet(kHeader + payload + 32);
  packet[0] = 0x80;
  return packet;
}

void protect(benchmark::State& state) {
  const auto suite = static_cast<Suite>(state.range(0));
  const auto payload = static_cast<std::size_t>(state.range(1));
  SrtpSender sender(key(suite, 1));
  Bytes packet = voice(payload);
  std::uint16_t sequence = 0;
  for (auto _ : state) {
    number(packet, sequence++);
    std::size_t octets = kHeader + payload;
    if (sender.protect(packet, octets) != SrtpStatus::ok) state.SkipWithError("not protected");
    benchmark::ClobberMemory();
  }
  state.SetLabel(std::string(facts(suite).sdp_name));
  state.SetItemsProcessed(state.iterations());
}

void unprotect(benchmark::State& state) {
  const auto suite = static_cast<Suite>(state.range(0));
  const auto payload = static_cast<std::size_t>(state.range(1));
  // Packets are made ahead in rounds: a packet opens once.
  constexpr std::size_t kRound = 1024;
  SrtpSender sender(key(suite, 1));
  SrtpReceiver receiver(key(suite, 1));
  std::vector<Bytes> round(kRound, voice(payload));
  std::size_t at = kRound;
  std::size_t octets = 0;
  std::uint16_t sequence = 0;
  for (auto _ : state) {
    if (at == kRound) {
      state.PauseTiming();
      for (Bytes& packet : round) {
        packet[0] = 0x80;
        number(packet, sequence++);
        octets = kHeader + payload;
        sender.protect(packet, octets);
      }
      at = 0;
      state.ResumeTiming();
    }
    const Receipt receipt = receiver.open(std::span(round[at++]).first(octets), Opening::decrypt);
    if (receipt.status != SrtpStatus::ok) state.SkipWithError("not opened");
  }
  state.SetLabel(std::string(facts(suite).sdp_name));
  state.SetItemsProcessed(state.iterations());
}

/// The floor: counter mode and HMAC-SHA1 through OpenSSL's public interface, with kept contexts and no RTP around.
void bare_openssl(benchmark::State& state) {
  const auto key_octets = static_cast<std::size_t>(state.range(0));
  const auto payload = static_cast<std::size_t>(state.range(1));
  const Bytes secret(64, 7);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               EVP_CIPHER_CTX_free);
  EVP_EncryptInit_ex(cipher.get(), key_octets == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), nullptr, secret.data(),
                     nullptr);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // The quickest HMAC that OpenSSL itself offers: a kept HMAC_CTX, started anew without its key.
  const std::unique_ptr<HMAC_CTX, decltype(&HMAC_CTX_free)> hmac(HMAC_CTX_new(), HMAC_CTX_free);
  HMAC_Init_ex(hmac.get(), secret.data(), 20, EVP_sha1(), nullptr);
  Bytes packet = voice(payload);
  std::array<std::uint8_t, 16> iv{};
  std::array<std::uint8_t, 20> tag{};
  for (auto _ : state) {
    ++iv[13];
    int done = 0;
    unsigned tag_octets = 0;
    EVP_EncryptInit_ex(cipher.get(), nullptr, nullptr, nullptr, iv.data());
    EVP_EncryptUpdate(cipher.get(), packet.data() + kHeader, &done, packet.data() + kHeader, static_cast<int>(payload));
    HMAC_Init_ex(hmac.get(), nullptr, 0, nullptr, nullptr);
    HMAC_Update(hmac.get(), packet.data(), kHeader + payload + 4);
    HMAC_Final(hmac.get(), tag.data(), &tag_octets);
    benchmark::DoNotOptimize(tag);
  }
#pragma GCC diagnostic pop
  state.SetLabel("AES-" + std::to_string(key_octets * 8) + "-CTR + HMAC-SHA1");
  state.SetItemsProcessed(state.iterations());
}

/// The same floor for AES-GCM.
void bare_openssl_gcm(benchmark::State& state) {
  const auto key_octets = static_cast<std::size_t>(state.range(0));
  const auto payload = static_cast<std::size_t>(state.range(1));
  const Bytes secret(64, 7);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               EVP_CIPHER_CTX_free);
  EVP_EncryptInit_ex(cipher.get(), key_octets == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, secret.data(),
                     nullptr);
  Bytes packet = voice(payload);
  std::array<std::uint8_t, 12> iv{};
  for (auto _ : state) {
    ++iv[11];
    int done = 0;
    EVP_EncryptInit_ex(cipher.get(), nullptr, nullptr, nullptr, iv.data());
    EVP_EncryptUpdate(cipher.get(), nullptr, &done, packet.data(), kHeader);
    EVP_EncryptUpdate(cipher.get(), packet.data() + kHeader, &done, packet.data() + kHeader, static_cast<int>(payload));
    EVP_EncryptFinal_ex(cipher.get(), nullptr, &done);
    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, 16, packet.data() + kHeader + payload);
    benchmark::ClobberMemory();
  }
  state.SetLabel("AES-" + std::to_string(key_octets * 8) + "-GCM");
  state.SetItemsProcessed(state.iterations());
}

/// A whole session from SRTP to RTP, all that the board does with a packet but the system calls.
void relay_srtp_to_rtp(benchmark::State& state) {
  const auto sessions = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kPayload = 160;
  constexpr Suite suite = Suite::aes_cm_128_hmac_sha1_80;
  const auto phone = *cadenas::base::Endpoint::parse("192.0.2.1", 4000);
  struct Call {
    Session session{std::make_shared<SessionCounters>()};
    SrtpSender phone{key(suite, 1)};
    Bytes packet = voice(kPayload);
    std::size_t octets = 0;
  };
  std::vector<std::unique_ptr<Call>> calls;
  for (std::size_t i = 0; i < sessions; ++i) {
    calls.push_back(std::make_unique<Call>());
    LegMedia a, b;
    a.remote_rtp = b.remote_rtp = phone;
    a.receive = key(suite, 1);
    a.send = key(suite, 2);
    calls.back()->session.configure(Side::a, std::move(a));
    calls.back()->session.configure(Side::b, std::move(b));
  }
  std::uint16_t sequence = 0;
  std::size_t at = calls.size();
  for (auto _ : state) {
    if (at == calls.size()) {
      state.PauseTiming();
      for (const auto& call : calls) {
        call->packet[0] = 0x80;
        number(call->packet, sequence);
        call->octets = kHeader + kPayload;
        call->phone.protect(call->packet, call->octets);
      }
      ++sequence;
      at = 0;
      state.ResumeTiming();
    }
    Call& call = *calls[at++];
    const auto out = call.session.relay(Side::a, Protocol::rtp, call.packet, call.octets, phone, {});
    if (!out) state.SkipWithError("not relayed");
  }
  state.SetItemsProcessed(state.iterations());
}

void every_suite(benchmark::internal::Benchmark* bench) {
  for (const SuiteFacts& suite : all_suites()) {
    for (const int payload : {20, 160, 1000}) bench->Args({static_cast<int>(suite.suite), payload});
  }
}

BENCHMARK(protect)->Apply(every_suite)->ArgNames({"suite", "payload"});
BENCHMARK(unprotect)->Apply(every_suite)->ArgNames({"suite", "payload"});
BENCHMARK(bare_openssl)->ArgsProduct({{16, 32}, {20, 160, 1000}})->ArgNames({"key", "payload"});
BENCHMARK(bare_openssl_gcm)->ArgsProduct({{16, 32}, {20, 160, 1000}})->ArgNames({"key", "payload"});
BENCHMARK(relay_srtp_to_rtp)->Arg(100)->Arg(1000)->ArgName("sessions");

}  // namespace
