#include "pbx/authenticator.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "pbx/counters.hpp"
#include "sip/digest.hpp"
#include "sip/name_addr.hpp"

namespace cadenas::pbx {

namespace {

// The credentials for our realm; of several (RFC 8760 §2.4) the strongest. How many are looked at is bounded, since who
// sends them is not known yet.
std::optional<sip::DigestCredentials> credentials_for(const std::string& realm, const sip::MessageView& request) {
  constexpr int most = 4;
  std::optional<sip::DigestCredentials> best;
  int seen = 0;
  for (const auto& header : request.headers()) {
    if (header.id != sip::HeaderId::authorization) continue;
    if (++seen > most) break;
    auto credentials = sip::DigestCredentials::parse(header.value);
    if (!credentials || credentials->realm != realm) continue;
    if (!best || credentials->algorithm == sip::DigestAlgorithm::sha256) best = *std::move(credentials);
  }
  return best;
}

std::string user_of(std::string_view name_addr) {
  const auto parsed = sip::NameAddr::parse(name_addr);
  return parsed && parsed->uri.is_sip() ? parsed->uri.unescaped_user() : std::string();
}

std::shared_ptr<const store::Subscription> find(const store::Snapshot& snapshot, const std::string& number) {
  const auto at = snapshot.subscriptions.find(number);
  return at == snapshot.subscriptions.end() ? nullptr : at->second;
}

std::shared_ptr<const store::Subscription> claimed(const store::Snapshot& snapshot, const sip::MessageView& request,
                                                   const sip::DigestCredentials& credentials) {
  if (request.method() == sip::Method::register_) return find(snapshot, user_of(request.value(sip::HeaderId::to)));
  auto from = find(snapshot, user_of(request.value(sip::HeaderId::from)));
  return from ? from : find(snapshot, credentials.username);
}

}  // namespace

Authenticator::Authenticator(SnapshotSource snapshot, const base::Clock& clock, NodeCounters& counters)
    : Authenticator(std::move(snapshot), clock, counters, Settings{}) {}

Authenticator::Authenticator(SnapshotSource snapshot, const base::Clock& clock, NodeCounters& counters,
                             Settings settings)
    : snapshot_(std::move(snapshot)),
      counters_(counters),
      algorithms_(std::move(settings.algorithms)),
      nonces_(clock, base::SecretBytes::random(32), settings.nonces),
      guard_(clock, settings.guessing),
      fake_md5_(base::random_hex(16)),
      fake_sha256_(base::random_hex(32)) {}

AuthOutcome Authenticator::check(const sip::MessageView& request, const sip::Flow& flow) {
  const auto snapshot = snapshot_();
  const std::string& realm = snapshot->settings.realm;
  const auto credentials = credentials_for(realm, request);
  if (!credentials || !offers(credentials->algorithm)) return challenge(realm, false);

  if (const auto wait = guard_.wait(flow, credentials->username); wait > base::Millis{0}) {
    counters_.backed_off.add();
    return Refused{503, static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(wait).count())};
  }

  const auto subscription = claimed(*snapshot, request, *credentials);
  const bool sha256 = credentials->algorithm == sip::DigestAlgorithm::sha256;
  const bool matches = subscription && subscription->auth_user == credentials->username;
  std::string_view ha1 = sha256 ? fake_sha256_ : fake_md5_;
  if (matches) ha1 = (sha256 ? subscription->credentials.sha256 : subscription->credentials.md5).reveal_hex();
  const bool right = sip::digest_verify(*credentials, ha1, request.method_name());
  if (!right || !matches) {
    counters_.wrong_credentials.add();
    guard_.failed(flow, credentials->username);
    base::log::debug("auth.wrong-credentials", {{"source", flow.remote.to_string()}});
    return challenge(realm, false);
  }

  // Judged only now: `stale` tells that the credentials were right (RFC 7616 §3.3).
  switch (nonces_.accept(credentials->nonce, credentials->nonce_count, credentials->response)) {
    case sip::NonceState::fresh:
    case sip::NonceState::same_request:
      guard_.succeeded(flow, credentials->username);
      counters_.authenticated.add();
      return Accepted{subscription};
    case sip::NonceState::replayed:
      counters_.replayed_credentials.add();
      return challenge(realm, true);
    case sip::NonceState::stale:
    case sip::NonceState::unknown:
      break;
  }
  return challenge(realm, true);
}

bool Authenticator::offers(sip::DigestAlgorithm algorithm) const {
  return std::find(algorithms_.begin(), algorithms_.end(), algorithm) != algorithms_.end();
}

Challenge Authenticator::challenge(const std::string& realm, bool stale) {
  counters_.challenged.add();
  Challenge out;
  out.stale = stale;
  sip::DigestChallenge value;
  value.realm = realm;
  value.nonce = nonces_.issue();
  value.stale = stale;
  value.has_qop = true;
  value.qop_auth = true;
  for (const auto algorithm : algorithms_) {
    value.algorithm = algorithm;
    out.www_authenticate.push_back(value.to_string());
  }
  return out;
}

}  // namespace cadenas::pbx
