#include "admin/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "admin/connection.hpp"
#include "admin/routes.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "pki/identity_store.hpp"
#include "pki/tls_context.hpp"

namespace cadenas::admin {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::hours renewal_interval{24};
constexpr std::chrono::milliseconds accept_pause{100};  // when the system is out of descriptors

pki::SelfSignedNames own_names(const base::Endpoint& listen) {
  pki::SelfSignedNames names{"127.0.0.1", {"::1"}, {"localhost"}};
  const std::string address = listen.address();
  if (address != "127.0.0.1" && address != "::1" && address != "0.0.0.0" && address != "::") {
    names.other_addresses.push_back(address);
  }
  return names;
}

}  // namespace

class Server::Core {
 public:
  Core(ServerSettings settings, const base::Clock& clock, store::Store& store, ManagedPbx& pbx)
      : settings_(std::move(settings)),
        identities_(settings_.identity_directory, clock),
        context_(std::make_shared<Owned>(clock, store, pbx, settings_.api)) {}

  ~Core() {
    context_->io.stop();
    slow_io_.stop();
    if (slow_thread_.joinable()) slow_thread_.join();
    if (api_thread_.joinable()) api_thread_.join();
    connections_.clear();
    acceptor_.reset();
    renewal_.reset();
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  base::Result<void> start() {
    if (auto ready = open_identity(); !ready) return ready;
    if (auto bound = listen(); !bound) return bound;
    auto nobody = store::PasswordHash::of(base::random_hex(16));
    if (!nobody) return tl::unexpected<base::Error>(nobody.error());
    context_->nobodys_password = std::move(*nobody);
    context_->post = [&io = context_->io](std::function<void()> work) { asio::post(io, std::move(work)); };
    context_->post_slow = [this](std::function<void()> work) { asio::post(slow_io_, std::move(work)); };
    accept();
    renewal_.emplace(context_->io);
    arm_renewal();
    api_thread_ = std::thread([this] { run(context_->io, "api"); });
    slow_thread_ = std::thread([this] { run(slow_io_, "api/slow"); });
    return {};
  }

  base::Endpoint address() const { return address_; }
  std::string fingerprint() const { return live_->current()->leaf().facts().fingerprint_sha256; }

 private:
  // The io_context must live as long as anything may still post to it: a database answer that comes late.
  struct Owned : Context {
    using Context::Context;
    asio::io_context io{1};
  };

  base::Result<void> open_identity() {
    auto opened = identities_.open(own_names(settings_.listen), {pki::KeyAlgorithm::ecdsa_p256});
    if (!opened) return tl::unexpected<base::Error>(opened.error());
    live_ = std::make_shared<pki::LiveIdentity>(opened->identity);
    auto tls = pki::TlsServerContext::make(live_);
    if (!tls) return tl::unexpected<base::Error>(tls.error());
    tls_ = std::move(*tls);
    return {};
  }

  base::Result<void> listen() {
    acceptor_.emplace(context_->io);
    boost::system::error_code error;
    const auto* address = settings_.listen.data();
    tcp::endpoint at;
    at.resize(settings_.listen.size());
    std::memcpy(at.data(), address, settings_.listen.size());
    acceptor_->open(at.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(at, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return base::fail("api.listen",
                        "The API cannot listen on " + settings_.listen.to_string() + ": " + error.message() + ".",
                        "listen");
    }
    address_ = base::Endpoint::from(acceptor_->local_endpoint().data());
    return {};
  }

  void accept() {
    acceptor_->async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) {
        pause_.emplace(context_->io, accept_pause);
        return pause_->async_wait([this](const boost::system::error_code& cancelled) {
          if (!cancelled) accept();
        });
      }
      take(std::move(socket));
      accept();
    });
  }

  void take(tcp::socket socket) {
    if (connections_.size() >= settings_.http.connections) return;
    auto session = tls_->new_session();
    if (!session) {
      base::log::error("api.tls", {{"code", session.error().code}, {"message", session.error().message}});
      return;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const std::uint64_t id = ++last_connection_;
    Context& context = *context_;
    connections_[id] = serve(
        std::move(socket), std::move(*session), settings_.http,
        [&context](Request request, const Reply& reply) { answer(context, std::move(request), reply); }, context.post,
        [this, id] { connections_.erase(id); });
  }

  // A programming error in one handler is one bad answer, not a client that waits for ever.
  static void answer(Context& context, Request request, const Reply& reply) {
    try {
      dispatch(context, std::move(request), reply);
    } catch (const std::exception& problem_found) {
      base::log::error("api.exception", {{"what", problem_found.what()}});
      reply(problem({"api.failed", "The iPBX could not answer this; its log says more.", ""}));
    }
  }

  // CERT-1: renewed before its end. Key work of a few milliseconds, once in a year.
  void arm_renewal() {
    renewal_->expires_after(renewal_interval);
    renewal_->async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      auto opened = identities_.open(own_names(settings_.listen), {pki::KeyAlgorithm::ecdsa_p256});
      if (opened && opened->replaced) live_->replace(opened->identity);
      if (!opened) base::log::error("api.certificate", {{"code", opened.error().code}});
      arm_renewal();
    });
  }

  static void run(asio::io_context& io, std::string_view name) {
    base::name_this_thread(name);
    const auto busy = asio::make_work_guard(io);
    for (;;) {
      try {
        io.run();
        return;
      } catch (const std::exception& problem) {
        base::log::error("api.exception", {{"what", problem.what()}});
      }
    }
  }

  const ServerSettings settings_;
  pki::IdentityStore identities_;
  std::shared_ptr<pki::LiveIdentity> live_;
  std::unique_ptr<pki::TlsServerContext> tls_;
  std::shared_ptr<Owned> context_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> pause_;
  std::optional<asio::steady_timer> renewal_;
  std::unordered_map<std::uint64_t, std::shared_ptr<void>> connections_;
  std::uint64_t last_connection_ = 0;
  base::Endpoint address_;
  asio::io_context slow_io_{1};
  std::thread slow_thread_;
  std::thread api_thread_;
};

base::Result<std::unique_ptr<Server>> Server::start(ServerSettings settings, const base::Clock& clock,
                                                    store::Store& store, ManagedPbx& pbx) {
  auto core = std::make_unique<Core>(std::move(settings), clock, store, pbx);
  if (auto started = core->start(); !started) return tl::unexpected<base::Error>(started.error());
  base::log::info("api.listening", {{"address", core->address().to_string()}});
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() = default;

base::Endpoint Server::address() const {
  return core_->address();
}

std::string Server::fingerprint() const {
  return core_->fingerprint();
}

}  // namespace cadenas::admin
