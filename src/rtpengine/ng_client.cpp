#include "rtpengine/ng_client.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace cadenas::rtpengine {

namespace {

constexpr std::size_t room_octets = 65'536;
constexpr int datagrams_at_once = 64;  // then timers and posted work get their turn

base::Result<Value> judge(base::Result<Value> answer) {
  if (!answer) return base::fail("rtpengine.answer", answer.error().message);
  const Value* result = answer->find("result");
  if (!result || !result->text()) {
    return base::fail("rtpengine.answer", "The answer of rtpengine holds no result.");
  }
  if (*result->text() != "error") return answer;
  const Value* reason = answer->find("error-reason");
  return base::fail("rtpengine.refused", reason && reason->text() ? *reason->text() : std::string("No reason given."));
}

}  // namespace

base::Result<std::unique_ptr<NgClient>> NgClient::open(base::Loop& loop, const base::Endpoint& instance,
                                                       Settings settings) {
  const int descriptor = socket(instance.data()->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return base::fail("rtpengine.socket", std::string("No socket: ") + std::strerror(errno) + ".");
  // Connected: the system lets in nothing but what comes from the instance.
  if (connect(descriptor, instance.data(), instance.size()) != 0) {
    const int problem = errno;
    close(descriptor);
    return base::fail("rtpengine.socket", instance.to_string() + " cannot be reached: " + std::strerror(problem) + ".");
  }
  std::unique_ptr<NgClient> client(new NgClient(loop, descriptor, settings));
  client->wait_read();
  return client;
}

NgClient::NgClient(base::Loop& loop, int descriptor, Settings settings)
    : loop_(loop),
      descriptor_(loop.io(), descriptor),
      settings_(settings),
      cookie_prefix_(base::random_hex(6) + "_"),
      room_(new char[room_octets]) {}

NgClient::~NgClient() {
  *alive_ = false;
  for (const auto& [cookie, asked] : waiting_) loop_.cancel(asked.timer);
}

void NgClient::ask(const Value& command, Done done) {
  std::string cookie = cookie_prefix_ + std::to_string(++last_cookie_);
  std::string body = encode(command);
  std::string text;
  text.reserve(cookie.size() + 1 + body.size());
  text.append(cookie).append(" ").append(body);
  Asked asked{base::SecretBytes::copy_of(base::as_bytes(text)), std::move(done),
              loop_.clock().steady() + settings_.patience, settings_.first_repeat};
  for (std::string* told : {&body, &text}) {
    base::secure_wipe({reinterpret_cast<std::uint8_t*>(told->data()), told->size()});
  }
  send(asked);
  waiting_.emplace(cookie, std::move(asked));
  arm(cookie);
}

void NgClient::send(const Asked& asked) {
  // A datagram that the system does not take is as good as lost: it is repeated.
  (void)::send(descriptor_.native_handle(), asked.datagram.view().data(), asked.datagram.size(), MSG_DONTWAIT);
}

void NgClient::arm(const std::string& cookie) {
  Asked& asked = waiting_.at(cookie);
  const auto left = std::chrono::ceil<base::Millis>(asked.deadline - loop_.clock().steady());
  asked.timer = loop_.after(std::clamp(left, base::Millis{0}, asked.next_repeat), [this, cookie] { on_time(cookie); });
}

void NgClient::on_time(const std::string& cookie) {
  const auto found = waiting_.find(cookie);
  if (found == waiting_.end()) return;
  if (loop_.clock().steady() >= found->second.deadline) {
    auto node = waiting_.extract(found);
    return node.mapped().done(base::fail("rtpengine.no-answer", "rtpengine did not answer in time."));
  }
  send(found->second);
  found->second.next_repeat *= 2;
  arm(cookie);
}

void NgClient::wait_read() {
  descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                         [this, alive = alive_](const boost::system::error_code& error) {
                           if (!error && *alive) receive();
                         });
}

void NgClient::receive() {
  const auto alive = alive_;
  for (int i = 0; i < datagrams_at_once; ++i) {
    const ssize_t octets = recv(descriptor_.native_handle(), room_.get(), room_octets, MSG_DONTWAIT);
    if (octets < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (octets <= 0) continue;  // an ICMP error of an earlier datagram, or an empty one
    const auto size = static_cast<std::size_t>(octets);
    take({room_.get(), size});
    if (!*alive) return;
    base::secure_wipe({reinterpret_cast<std::uint8_t*>(room_.get()), size});
  }
  wait_read();
}

void NgClient::take(std::string_view datagram) {
  const std::size_t blank = datagram.find(' ');
  const auto found =
      blank == std::string_view::npos ? waiting_.end() : waiting_.find(std::string(datagram.substr(0, blank)));
  if (found == waiting_.end()) {
    ++strays_;
    return;
  }
  auto node = waiting_.extract(found);
  loop_.cancel(node.mapped().timer);
  auto answer = judge(decode(datagram.substr(blank + 1)));
  node.mapped().done(answer);
  if (answer) answer->wipe();  // a description of rtpengine's holds keys
}

}  // namespace cadenas::rtpengine
