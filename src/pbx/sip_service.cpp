#include "pbx/sip_service.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/loop.hpp"
#include "pbx/node.hpp"

namespace cadenas::pbx {

namespace {

using Listening = std::vector<ListeningAt>;

bool has(const Listening& listening, sip::Transport transport) {
  return std::any_of(listening.begin(), listening.end(),
                     [&](const ListeningAt& at) { return at.transport == transport; });
}

base::Result<void> listen_at(sip::TransportLayer& layer, sip::Transport transport, const base::Endpoint& wanted,
                             const std::shared_ptr<pki::TlsServerContext>& tls, Listening& opened) {
  const auto got = layer.listen(transport, wanted, tls);
  if (!got) return tl::unexpected(got.error());
  opened.push_back({transport, *got});
  return {};
}

// UDP and TCP on one port, on every address. Where the system chooses the port, it chooses for UDP alone and TCP may
// find that one taken: ask for another.
base::Result<Listening> open_plain(sip::TransportLayer& layer, const std::vector<base::Endpoint>& addresses) {
  constexpr int attempts = 16;
  base::Result<Listening> outcome;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    Listening opened;
    base::Result<void> step;
    bool chosen_by_system = false;
    for (const auto& address : addresses) {
      chosen_by_system = chosen_by_system || address.port() == 0;
      step = listen_at(layer, sip::Transport::udp, address, nullptr, opened);
      if (step) step = listen_at(layer, sip::Transport::tcp, opened.back().address, nullptr, opened);
      if (!step) break;
    }
    if (step) return opened;
    layer.stop_listening(sip::Transport::udp);
    layer.stop_listening(sip::Transport::tcp);
    outcome = tl::unexpected(step.error());
    if (!chosen_by_system) break;
  }
  return outcome;
}

base::Result<std::vector<base::Endpoint>> endpoints(const std::vector<std::string>& addresses, std::uint16_t port) {
  std::vector<base::Endpoint> out;
  for (const auto& address : addresses) {
    const auto parsed = base::Endpoint::parse(address, port);
    if (!parsed) return tl::unexpected(parsed.error());
    out.push_back(*parsed);
  }
  return out;
}

}  // namespace

struct SipService::Change {
  store::TransportMode mode{};
  std::shared_ptr<pki::TlsServerContext> tls;
  Done done;
  bool open_plain = false;
  std::vector<sip::Transport> open_secure;
  bool close_secure = false;
  std::size_t next = 0;  // node
  Listening opened;      // by this change; addresses of the first node, which the others share
};

SipService::SipService(std::vector<Node*> nodes, SipListen listen)
    : nodes_(std::move(nodes)), listen_(std::move(listen)), state_(std::make_shared<const State>()) {}

std::vector<ListeningAt> SipService::listening() const {
  return state_.load()->listening;
}

store::TransportMode SipService::mode() const {
  return state_.load()->mode;
}

void SipService::apply(store::TransportMode mode, std::shared_ptr<pki::TlsServerContext> tls, Done done) {
  auto change = std::make_shared<Change>();
  change->mode = mode;
  change->tls = std::move(tls);
  change->done = std::move(done);
  nodes_.front()->loop().post([this, change] {
    const bool with_tls = change->mode != store::TransportMode::no_tls;
    if (with_tls && !change->tls) {
      change->done(base::fail("mode.no-certificate", "PBX CERT and BOTHWAY need a certificate in service.", "mode"));
      return;
    }
    const Listening now = listening();
    change->open_plain = !has(now, sip::Transport::udp);
    change->close_secure = !with_tls;
    for (const auto transport : {sip::Transport::tls, sip::Transport::wss}) {
      if (with_tls && port_of(transport) && !has(now, transport)) change->open_secure.push_back(transport);
    }
    open_next(change);
  });
}

std::optional<std::uint16_t> SipService::port_of(sip::Transport transport) const {
  switch (transport) {
    case sip::Transport::udp:
    case sip::Transport::tcp:
      return listen_.plain_port;
    case sip::Transport::tls:
      return listen_.tls_port;
    case sip::Transport::wss:
      return listen_.wss_port;
  }
  return std::nullopt;
}

base::Result<std::vector<base::Endpoint>> SipService::wanted(const Change& change, sip::Transport transport) const {
  if (change.next == 0) return endpoints(listen_.addresses, port_of(transport).value_or(0));
  std::vector<base::Endpoint> out;
  for (const auto& at : change.opened) {
    if (at.transport == transport) out.push_back(at.address);
  }
  return out;
}

base::Result<std::vector<ListeningAt>> SipService::open_on(sip::TransportLayer& layer, const Change& change) const {
  Listening opened;
  if (change.open_plain) {
    const auto addresses = wanted(change, sip::Transport::udp);
    if (!addresses) return tl::unexpected(addresses.error());
    auto outcome = open_plain(layer, *addresses);
    if (!outcome) return outcome;
    opened = *std::move(outcome);
  }
  for (const auto transport : change.open_secure) {
    const auto addresses = wanted(change, transport);
    if (!addresses) return tl::unexpected(addresses.error());
    for (const auto& address : *addresses) {
      if (auto step = listen_at(layer, transport, address, change.tls, opened); !step) {
        return tl::unexpected(step.error());
      }
    }
  }
  return opened;
}

void SipService::open_next(const std::shared_ptr<Change>& change) {
  Node& node = *nodes_[change->next];
  auto opened = open_on(node.transport(), *change);
  if (!opened) {
    give_up(change, opened.error());
    return;
  }
  if (change->next == 0) change->opened = *std::move(opened);
  if (change->close_secure) {
    node.transport().stop_listening(sip::Transport::tls);
    node.transport().stop_listening(sip::Transport::wss);
  }
  node.serve(change->mode);
  if (++change->next == nodes_.size()) {
    finish(change);
    return;
  }
  nodes_[change->next]->loop().dispatch([this, change] { open_next(change); });
}

void SipService::give_up(const std::shared_ptr<Change>& change, base::Error error) {
  for (std::size_t i = 0; i <= change->next; ++i) {
    nodes_[i]->loop().dispatch([node = nodes_[i], change, before = mode()] {
      if (change->open_plain) {
        node->transport().stop_listening(sip::Transport::udp, true);
        node->transport().stop_listening(sip::Transport::tcp, true);
      }
      for (const auto transport : change->open_secure) node->transport().stop_listening(transport, true);
      node->serve(before);
    });
  }
  change->done(tl::unexpected(std::move(error)));
}

void SipService::finish(const std::shared_ptr<Change>& change) {
  auto next = std::make_shared<State>();
  next->mode = change->mode;
  for (const auto& at : listening()) {
    if (!sip::is_secure(at.transport) || !change->close_secure) next->listening.push_back(at);
  }
  next->listening.insert(next->listening.end(), change->opened.begin(), change->opened.end());
  for (const auto& at : change->opened) {
    base::log::info("sip.listening",
                    {{"transport", sip::to_string(at.transport)}, {"address", at.address.to_string()}});
  }
  base::log::info("sip.mode", {{"mode", store::to_string(change->mode)}});
  state_.store(std::move(next));
  change->done({});
}

}  // namespace cadenas::pbx
