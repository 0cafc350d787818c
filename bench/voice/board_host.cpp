#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include <sys/resource.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "media/board.hpp"

namespace {

using namespace cadenas;

std::string in_words_of_sdp(const std::optional<media::SrtpParams>& key) {
  if (!key) return "-";
  return std::string(media::facts(key->suite).sdp_name) + ":" + base::to_base64(key->keying.view());
}

media::SrtpParams fresh_key(media::Suite suite = media::Suite::aes_cm_128_hmac_sha1_80) {
  return {suite, base::SecretBytes::random(media::facts(suite).keying())};
}

struct Keys {
  std::optional<media::SrtpParams> a_send, a_receive, b_send, b_receive;  // from the phones' side
};

Keys keys_for(const std::string& mode) {
  Keys keys;
  if (mode == "clear") return keys;
  keys.a_send = fresh_key();
  keys.a_receive = fresh_key();
  if (mode == "rekey") {
    // Another suite too: it is what makes rtpengine, measured beside, encrypt anew.
    keys.b_send = fresh_key(media::Suite::aes_cm_128_hmac_sha1_32);
    keys.b_receive = fresh_key(media::Suite::aes_cm_128_hmac_sha1_32);
  } else if (mode == "pass") {
    keys.b_receive = keys.a_send->clone();
    keys.b_send = keys.a_receive->clone();
  }
  return keys;
}

media::LegMedia leg(const base::Endpoint& phone, std::optional<media::SrtpParams> receive,
                    std::optional<media::SrtpParams> send) {
  media::LegMedia media;
  media.remote_rtp = phone;
  media.srtp_only = receive.has_value();
  media.receive = std::move(receive);
  media.send = std::move(send);
  return media;
}

std::optional<media::SrtpParams> clone(const std::optional<media::SrtpParams>& key) {
  return key ? std::optional(key->clone()) : std::nullopt;
}

}  // namespace

/// Our media board alone in a process, with its calls set up: prints the plan for cadenas-media-load, then relays until
/// it is told to end.
int main(int argc, char** argv) {
  CLI::App app{"cadenas-board-host: the media board as a process of its own, for measurements"};
  unsigned calls = 100, threads = 1;
  std::string mode = "transcrypt", engine = "auto";
  std::uint16_t a_port = 40000, b_port = 40002, first_port = 42000;
  app.add_option("--calls", calls, "sessions to set up");
  app.add_option("--threads", threads, "media threads");
  app.add_option("--mode", mode, "transcrypt (SRTP to RTP), rekey (SRTP to SRTP), pass (shared keys) or clear")
      ->check(CLI::IsMember({"transcrypt", "rekey", "pass", "clear"}));
  app.add_option("--engine", engine, "auto, io_uring or epoll")->check(CLI::IsMember({"auto", "io_uring", "epoll"}));
  app.add_option("--a-port", a_port, "the phones' port on the A side");
  app.add_option("--b-port", b_port, "the phones' port on the B side");
  app.add_option("--first-port", first_port, "first port of the relay");
  CLI11_PARSE(app, argc, argv);

  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, nullptr);

  const base::SystemClock clock;
  media::BoardSettings settings;
  settings.bind_ip4 = *base::Endpoint::parse("127.0.0.1", 0);
  settings.first_port = first_port;
  settings.last_port = 65535;
  settings.threads = threads;
  settings.engine = engine == "auto"       ? media::PacketEngine::automatic
                    : engine == "io_uring" ? media::PacketEngine::io_uring
                                           : media::PacketEngine::epoll;
  media::Board board(settings, clock);
  const auto a_phone = *base::Endpoint::parse("127.0.0.1", a_port);
  const auto b_phone = *base::Endpoint::parse("127.0.0.1", b_port);
  for (media::SessionId id = 1; id <= calls; ++id) {
    const auto ports = board.open(id);
    if (!ports) {
      std::fprintf(stderr, "cadenas-board-host: %s\n", ports.error().message.c_str());
      return 1;
    }
    const Keys keys = keys_for(mode);
    board.configure(id, media::Side::a, leg(a_phone, clone(keys.a_send), clone(keys.a_receive)));
    board.configure(id, media::Side::b, leg(b_phone, clone(keys.b_send), clone(keys.b_receive)));
    std::printf("%u %s %s %u %s %s\n", ports->a.port(), in_words_of_sdp(keys.a_send).c_str(),
                in_words_of_sdp(keys.a_receive).c_str(), ports->b.port(), in_words_of_sdp(keys.b_send).c_str(),
                in_words_of_sdp(keys.b_receive).c_str());
  }
  std::printf("ready\n");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
