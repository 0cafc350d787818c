#include "load/bare_servers.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cadenas::bench {

namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int bound_socket(const base::Endpoint& at, int type) {
  const int fd = ::socket(at.data()->sa_family, type, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd, at.data(), at.size()) != 0) give_up("bind");
  return fd;
}

std::string bare_answer(std::string_view request) {
  std::string answer = "SIP/2.0 200 OK\r\n";
  while (!request.empty()) {
    const auto end = request.find("\r\n");
    if (end == std::string_view::npos || end == 0) break;
    const auto line = request.substr(0, end + 2);
    for (const std::string_view wanted : {"Via:", "From:", "To:", "Call-ID:", "CSeq:"}) {
      if (line.substr(0, wanted.size()) == wanted) answer += line;
    }
    request.remove_prefix(end + 2);
  }
  return answer + "Content-Length: 0\r\n\r\n";
}

}  // namespace

void serve_bare_udp(const base::Endpoint& at) {
  const int fd = bound_socket(at, SOCK_DGRAM);
  constexpr std::size_t kBatch = 64;
  static std::array<std::array<char, 2048>, kBatch> buffers;
  std::array<sockaddr_storage, kBatch> peers{};
  std::array<iovec, kBatch> blocks{};
  std::array<mmsghdr, kBatch> messages{};
  std::array<std::string, kBatch> answers;
  for (;;) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      blocks[i] = {buffers[i].data(), buffers[i].size()};
      messages[i].msg_hdr = {&peers[i], sizeof peers[i], &blocks[i], 1, nullptr, 0, 0};
    }
    const int got = ::recvmmsg(fd, messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (got < 0) give_up("recvmmsg");
    for (int i = 0; i < got; ++i) {
      answers[i] = bare_answer({buffers[i].data(), messages[i].msg_len});
      blocks[i] = {answers[i].data(), answers[i].size()};
    }
    if (::sendmmsg(fd, messages.data(), static_cast<unsigned>(got), 0) < 0) give_up("sendmmsg");
  }
}

void serve_bare_tls(const base::Endpoint& at, const std::string& certificate, const std::string& key) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    std::fprintf(stderr, "cannot use %s and %s\n", certificate.c_str(), key.c_str());
    std::exit(1);
  }
  const int listener = bound_socket(at, SOCK_STREAM);
  if (::listen(listener, 4096) != 0) give_up("listen");
  for (;;) {
    const int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) give_up("accept");
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), fd);
    SSL_accept(ssl.get());
    ::close(fd);
  }
}

}  // namespace cadenas::bench
