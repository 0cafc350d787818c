#include "apps/configuration_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include "apps/toml_section.hpp"
#include "media/audio/echo_canceller.hpp"

namespace cadenas::apps {

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t greatest_port = 65535;
constexpr base::Millis second{1000};
constexpr base::Millis day{86'400'000};

base::Endpoint endpoint(TomlSection& section, std::string_view key, std::uint16_t port) {
  std::string text;
  section.text(key, text);
  if (text.empty()) return {};
  auto parsed = base::Endpoint::parse(text, port);
  if (!parsed) section.refuse(key, "This must be a literal IPv4 or IPv6 address.");
  return parsed.value_or(base::Endpoint{});
}

void check_addresses(TomlSection& section, std::string_view key, const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    if (!base::Endpoint::parse(address, 0)) section.refuse(key, "Each must be a literal IPv4 or IPv6 address.");
  }
}

void read_log(TomlSection log, ProgramConfiguration& out) {
  log.text("file", out.log_file);
  if (const auto at = log.word("level", {"debug", "info", "warning", "error"})) {
    out.log_level = static_cast<base::log::Level>(*at);
  }
  log.finish();
}

void read_system(TomlSection system, pbx::Configuration& out) {
  system.text("realm", out.first.realm);
  system.texts("tel_addresses", out.first.tel_addresses);
  system.texts("admin_addresses", out.first.admin_addresses);
  system.texts("fqdns", out.first.fqdns);
  check_addresses(system, "tel_addresses", out.first.tel_addresses);
  check_addresses(system, "admin_addresses", out.first.admin_addresses);
  if (const auto at = system.word("mode", {"no_tls", "pbx_cert"})) {
    out.first.mode = *at == 0 ? store::TransportMode::no_tls : store::TransportMode::pbx_cert;
  }
  system.finish();
}

void read_limits(TomlSection limits, sip::TransportLimits& out) {
  limits.integer("connections", 1, million, out.connections);
  limits.integer("connections_per_source", 1, million, out.connections_per_source);
  limits.integer("handshakes", 1, million, out.handshakes);
  limits.millis("handshake_timeout_ms", second, day, out.handshake_timeout);
  limits.millis("first_message_timeout_ms", second, day, out.first_message_timeout);
  limits.millis("message_timeout_ms", second, day, out.message_timeout);
  limits.millis("idle_timeout_ms", second, day, out.idle_timeout);
  limits.integer("send_queue_octets", 65'536, 64 * million, out.send_queue_octets);
  limits.integer("message_octets", 4096, 65'535, out.parse.message_octets);
  limits.integer("body_octets", 1024, 65'535, out.parse.body_octets);
  limits.integer("header_fields", 16, 1024, out.parse.header_fields);
  limits.finish();
}

void read_timers(TomlSection timers, sip::Timings& out) {
  timers.millis("t1_ms", base::Millis{10}, 10 * second, out.t1);
  timers.millis("t2_ms", base::Millis{10}, 60 * second, out.t2);
  timers.millis("t4_ms", base::Millis{10}, 60 * second, out.t4);
  timers.finish();
}

// The system would let two services have one port, as the loops share theirs, and hand a connection to either.
void check_ports(TomlSection& section, const pbx::SipListen& sip) {
  if (sip.tls_port != 0 && sip.tls_port == sip.plain_port) {
    section.refuse("tls_port", "This must be another port than plain_port.");
  }
  const std::uint16_t wss_port = sip.wss_port.value_or(0);
  if (wss_port != 0 && (wss_port == sip.plain_port || wss_port == sip.tls_port)) {
    section.refuse("wss_port", "This must be another port than plain_port and tls_port.");
  }
}

void read_sip(TomlSection sip, pbx::Configuration& out) {
  sip.texts("addresses", out.sip.addresses);
  check_addresses(sip, "addresses", out.sip.addresses);
  if (out.sip.addresses.empty()) sip.refuse("addresses", "At least one address is needed.");
  sip.integer("plain_port", 0, greatest_port, out.sip.plain_port);
  sip.integer("tls_port", 0, greatest_port, out.sip.tls_port);
  sip.integer("wss_port", 0, greatest_port, out.sip.wss_port);
  check_ports(sip, out.sip);
  sip.integer("loops", 0, 256, out.loops);
  sip.millis("stop_time_ms", base::Millis{0}, 60 * second, out.stop_time);
  read_limits(sip.section("limits"), out.transport);
  read_timers(sip.section("timers"), out.timings);
  sip.finish();
}

void read_tls(TomlSection tls, pbx::Configuration& out) {
  if (const auto at = tls.word("compatibility", {"modern", "tls12_phones", "tls10_phones"})) {
    out.tls = static_cast<pki::TlsCompatibility>(*at);
  }
  if (const auto at = tls.word("self_signed_key", {"rsa_2048", "rsa_3072", "ecdsa_p256"})) {
    out.self_signed.key = static_cast<pki::KeyAlgorithm>(*at);
  }
  if (const auto at = tls.word("self_signed_hash", {"sha256", "sha1"})) {
    out.self_signed.hash = static_cast<pki::SignatureHash>(*at);
  }
  tls.finish();
}

void read_digest(TomlSection& registrar, pbx::Authenticator::Settings& out) {
  using sip::DigestAlgorithm;
  if (const auto at = registrar.word("digest", {"md5", "sha256", "both"})) {
    out.algorithms = *at == 0   ? std::vector{DigestAlgorithm::md5}
                     : *at == 1 ? std::vector{DigestAlgorithm::sha256}
                                : std::vector{DigestAlgorithm::sha256, DigestAlgorithm::md5};
  }
}

void read_registrar(TomlSection registrar, pbx::Configuration& out) {
  registrar.integer("min_expires_s", 1, 86'400, out.registrar.min_expires_s);
  registrar.integer("default_expires_s", 1, 86'400, out.registrar.default_expires_s);
  registrar.integer("max_expires_s", 1, 604'800, out.registrar.max_expires_s);
  read_digest(registrar, out.authentication);
  registrar.integer("bindings_per_number", 1, 100, out.registrar.bindings_per_number);
  if (out.registrar.min_expires_s > out.registrar.max_expires_s) {
    registrar.refuse("max_expires_s", "This must not be less than min_expires_s.");
  }
  registrar.finish();
}

void read_revocation(TomlSection revocation, pbx::Configuration& out) {
  revocation.millis("audit_interval_ms", base::Millis{1'000}, day, out.audit_interval);
  revocation.millis("crl_interval_ms", base::Millis{1'000}, day, out.crl_interval);
  revocation.millis("crl_patience_ms", base::Millis{100}, 60 * second, out.crl_patience);
  revocation.millis("ocsp_interval_ms", base::Millis{1'000}, day, out.ocsp_interval);
  revocation.finish();
}

void read_alarms(TomlSection alarms, pbx::Configuration& out) {
  alarms.millis("interval_ms", base::Millis{1'000}, day, out.alarm_interval);
  alarms.flag("undisciplined_clock", out.alarm_on_undisciplined_clock);
  std::string root = cadenas::alarms::to_string(out.mib_root);
  alarms.text("snmp_mib_root", root);
  if (auto oid = cadenas::alarms::parse_oid(root)) {
    out.mib_root = *std::move(oid);
  } else {
    alarms.refuse("snmp_mib_root", oid.error().message);
  }
  alarms.millis("snmp_timeout_ms", base::Millis{100}, 60 * second, out.snmp.timeout);
  alarms.integer("snmp_retries", 1, 10, out.snmp.retries);
  alarms.finish();
}

void read_trunks(TomlSection trunks, pbx::Configuration& out) {
  trunks.millis("interval_ms", base::Millis{1'000}, day, out.trunk_interval);
  trunks.finish();
}

void read_guessing(TomlSection guessing, pbx::GuessGuard::Settings& out) {
  guessing.integer("free_per_user", 1, 1000, out.free_per_user);
  guessing.integer("free_per_source", 1, million, out.free_per_source);
  guessing.millis("first_backoff_ms", base::Millis{1}, day, out.first_backoff);
  guessing.millis("longest_backoff_ms", base::Millis{1}, day, out.longest_backoff);
  guessing.finish();
}

std::string known_suites() {
  std::string out;
  for (const media::SuiteFacts& suite : media::all_suites()) {
    if (!out.empty()) out += ", ";
    out += suite.sdp_name;
  }
  return out;
}

void read_suites(TomlSection& calls, std::string_view key, std::vector<media::Suite>& into) {
  std::vector<std::string> names;
  names.reserve(into.size());
  for (const media::Suite suite : into) names.emplace_back(media::facts(suite).sdp_name);
  calls.texts(key, names);
  if (names.empty()) return calls.refuse(key, "At least one suite is needed.");
  into.clear();
  for (const std::string& name : names) {
    const auto suite = media::suite_from_sdp(name);
    if (!suite) return calls.refuse(key, "There is no suite " + name + ". Known are " + known_suites() + ".");
    if (std::ranges::find(into, *suite) != into.end()) return calls.refuse(key, name + " stands there twice.");
    into.push_back(*suite);
  }
}

void read_intrusion(TomlSection& calls, pbx::CallSettings& out) {
  calls.text("intrusion_prefix", out.intrusion_prefix);
  calls.text("listen_prefix", out.listen_prefix);
  calls.text("intervention_prefix", out.intervention_prefix);
  calls.flag("listen_tone", out.listen_tone);
  const std::array prefixes{std::pair{"intrusion_prefix", &out.intrusion_prefix},
                            std::pair{"listen_prefix", &out.listen_prefix},
                            std::pair{"intervention_prefix", &out.intervention_prefix}};
  for (const auto& [name, prefix] : prefixes) {
    constexpr std::string_view dialled = "0123456789*#";
    if (prefix->size() > 8 || prefix->find_first_not_of(dialled) != std::string::npos) {
      calls.refuse(name, "A prefix is at most 8 of 0-9 * #.");
    }
    for (const auto& [other_name, other] : prefixes) {
      if (other == prefix || prefix->empty() || !other->starts_with(*prefix)) continue;
      calls.refuse(name, std::string("What is dialled would begin with ") + other_name + ", too.");
    }
  }
}

void read_calls(TomlSection calls, pbx::CallSettings& out) {
  calls.integer("max_calls", 1, million, out.max_calls);
  calls.integer("max_calls_per_number", 1, million, out.max_calls_per_number);
  calls.integer("max_forks", 1, 100, out.max_forks);
  calls.millis("ring_timeout_ms", second, day, out.ring_timeout);
  calls.millis("offer_timeout_ms", second, day, out.offer_timeout);
  calls.millis("return_wait_ms", base::Millis{0}, day, out.return_wait);
  calls.integer("session_interval_s", 0, 86'400, out.session_timer.interval);
  if (out.session_timer.interval != 0 && out.session_timer.interval < out.session_timer.min_se) {
    calls.refuse("session_interval_s", "This must be 0, or 90 or more (RFC 4028).");
  }
  calls.flag("reliable_provisionals", out.reliable_provisionals);
  calls.flag("pass_through", out.pass_through);
  read_intrusion(calls, out);
  read_suites(calls, "offered_suites", out.suites.offered);
  read_suites(calls, "accepted_suites", out.suites.accepted);
  for (const media::Suite suite : out.suites.offered) {
    if (std::ranges::find(out.suites.accepted, suite) != out.suites.accepted.end()) continue;
    calls.refuse("accepted_suites", std::string(media::facts(suite).sdp_name) + " is offered, so it must be accepted.");
  }
  calls.finish();
}

// "127.0.0.1:2223" or "[::1]:2223".
std::optional<base::Endpoint> control_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto read = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || port == 0) return std::nullopt;
  const auto at = base::Endpoint::parse(host, port);
  return at ? std::optional(*at) : std::nullopt;
}

void read_pool(TomlSection pool, pbx::MediaPool& out) {
  std::vector<std::string> instances;
  std::vector<unsigned> weights;
  bool unprotected = false;
  pool.texts("instances", instances);
  pool.integers("weights", weights);
  pool.flag("control_leaves_this_machine", unprotected);
  for (const std::string& text : instances) {
    const auto at = control_address(text);
    if (!at) {
      pool.refuse("instances", "Each must be a literal address and a port, as 127.0.0.1:2223.");
    } else if (!at->is_loopback() && !unprotected) {
      pool.refuse("instances", "The control link carries voice keys in clear: " + text +
                                   " is not on this machine. Protect the link (VPN, IPsec) and say so with "
                                   "control_leaves_this_machine = true.");
    } else {
      out.relays.instances.push_back({*at, 1});
    }
  }
  if (!weights.empty() && weights.size() != instances.size()) pool.refuse("weights", "One for each instance, or none.");
  for (std::size_t i = 0; i < std::min(weights.size(), out.relays.instances.size()); ++i) {
    if (weights[i] < 1 || weights[i] > 100) pool.refuse("weights", "Each must be 1 to 100.");
    out.relays.instances[i].weight = weights[i];
  }
  if (const auto at = pool.word("when_none_is_up", {"embedded", "refuse"})) out.fall_back = *at == 0;
  pool.millis("ping_interval_ms", base::Millis{100}, 60 * second, out.relays.ping_interval);
  pool.finish();
}

void read_media(TomlSection media, pbx::Configuration& out) {
  media::BoardSettings& board = out.media;
  board.bind_ip4 = endpoint(media, "bind_ip4", 0);
  board.bind_ip6 = endpoint(media, "bind_ip6", 0);
  board.advertise_ip4 = endpoint(media, "advertise_ip4", 0);
  board.advertise_ip6 = endpoint(media, "advertise_ip6", 0);
  if (!board.bind_ip4.is_set() && !board.bind_ip6.is_set()) {
    for (const std::string& address : out.sip.addresses) {
      const auto at = base::Endpoint::parse(address, 0);
      if (!at) continue;
      base::Endpoint& bind = at->is_v6() ? board.bind_ip6 : board.bind_ip4;
      if (!bind.is_set()) bind = *at;
    }
  }
  media.integer("first_port", 1024, greatest_port, board.first_port);
  media.integer("last_port", 1024, greatest_port, board.last_port);
  if (board.last_port < board.first_port) media.refuse("last_port", "This must not be less than first_port.");
  media.integer("threads", 1, 64, board.threads);
  media.integers("pin_to", board.pin_to);
  if (const auto at = media.word("engine", {"auto", "io_uring", "epoll"})) {
    board.engine = static_cast<media::PacketEngine>(*at);
  }
  media.millis("address_interval_ms", base::Millis{1'000}, day, out.eip_interval);
  read_pool(media.section("pool"), out.media_pool);
  media.finish();
}

void read_tdm(TomlSection tdm, const std::filesystem::path& directory, pbx::TdmSettings& out) {
  std::string socket;
  tdm.text("socket", socket);
  if (!socket.empty()) out.bus.socket = (directory / socket).string();
  if (const auto at = tdm.word("tones", {"generic", "france"})) out.bus.tones = static_cast<media::TonePlan>(*at);
  tdm.millis("first_digit_ms", second, 60 * second, out.first_digit);
  tdm.millis("next_digit_ms", second, 60 * second, out.next_digit);
  tdm.integer("echo_tail_ms", 0, media::EchoCanceller::kLongestTailMs, out.bus.echo_tail_ms);
  tdm.millis("flash_digit_ms", base::Millis{0}, 60 * second, out.flash_digit);
  tdm.finish();
}

void read_admin(TomlSection section, admin::ServerSettings& out) {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;
  section.text("address", address);
  section.integer("port", 0, greatest_port, port);
  const auto listen = base::Endpoint::parse(address, port);
  if (listen) {
    out.listen = *listen;
  } else {
    section.refuse("address", "This must be a literal IPv4 or IPv6 address.");
  }
  section.flag("metrics_without_login", out.api.metrics_without_login);
  section.integer("connections", 1, 10'000, out.http.connections);
  section.finish();
}

void read_retention(TomlSection retention, store::Retention& out) {
  retention.integer("calls", 1, 100 * million, out.calls);
  retention.integer("journal", 1, 100 * million, out.journal);
  retention.finish();
}

}  // namespace

base::Result<ProgramConfiguration> parse_configuration(std::string_view text, const std::filesystem::path& directory) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const auto at = parsed.error().source().begin;
    return base::fail("configuration.syntax", "Line " + std::to_string(at.line) + ", column " +
                                                  std::to_string(at.column) + ": " +
                                                  std::string(parsed.error().description()) + ".");
  }
  ProgramConfiguration out;
  std::optional<base::Error> problem;
  TomlSection root(&parsed.table(), "", problem);

  std::string state = out.state_directory;
  root.text("state_directory", state);
  out.state_directory = directory / state;
  read_log(root.section("log"), out);
  read_system(root.section("system"), out.pbx);
  read_sip(root.section("sip"), out.pbx);
  read_tls(root.section("tls"), out.pbx);
  read_revocation(root.section("revocation"), out.pbx);
  read_trunks(root.section("trunks"), out.pbx);
  read_alarms(root.section("alarms"), out.pbx);
  read_registrar(root.section("registrar"), out.pbx);
  read_guessing(root.section("guessing"), out.pbx.authentication.guessing);
  read_calls(root.section("calls"), out.pbx.calls);
  read_media(root.section("media"), out.pbx);
  read_tdm(root.section("tdm"), directory, out.pbx.tdm);
  read_admin(root.section("admin"), out.admin);
  read_retention(root.section("retention"), out.pbx.retention);
  root.finish();
  if (problem) return tl::unexpected<base::Error>(*problem);

  if (!out.log_file.empty()) out.log_file = directory / out.log_file;
  out.pbx.database = out.state_directory / "cadenas.db";
  out.pbx.identity_directory = out.state_directory / "identity";
  out.admin.identity_directory = out.state_directory / "admin-tls";
  return out;
}

base::Result<ProgramConfiguration> load_configuration(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) {
    return base::fail("configuration.unreadable", "The configuration file " + file.string() + " cannot be read.",
                      file.string());
  }
  return parse_configuration(text.view(), std::filesystem::absolute(file).parent_path());
}

}  // namespace cadenas::apps
