#include "admin/metrics.hpp"

#include <map>

namespace cadenas::admin {

namespace {

std::string escaped_help(std::string_view help) {
  std::string out;
  for (const char c : help) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void add_own_samples(std::vector<pbx::CounterSample>& samples, const store::Snapshot& snapshot,
                     const std::optional<pki::Certificate>& certificate, base::WallTime now, std::size_t sessions) {
  const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
    samples.push_back({name, help, "", true, value});
  };
  gauge("cadenas_subscriptions", "Numbers declared.", snapshot.subscriptions.size());
  gauge("cadenas_encryption_unlocked", "1 when the licence unlocks encryption.", snapshot.settings.licensed ? 1 : 0);
  gauge("cadenas_voice_encryption", "1 when voice encryption is on.", snapshot.settings.voice_encryption ? 1 : 0);
  gauge("cadenas_admin_sessions", "Sessions of the admin API.", sessions);
  if (!certificate) return;
  const auto end = std::chrono::floor<std::chrono::seconds>(certificate->facts().not_after);
  const auto state = certificate->state(now);
  const bool valid = state == pki::CertificateState::valid || state == pki::CertificateState::expiring;
  gauge("cadenas_certificate_not_after_seconds", "End of the certificate in service, in seconds since 1970.",
        static_cast<std::uint64_t>(end.time_since_epoch().count()));
  gauge("cadenas_certificate_valid", "1 when the certificate in service is within its dates.", valid ? 1 : 0);
}

std::string exposition(const std::vector<pbx::CounterSample>& samples) {
  std::map<std::string_view, std::vector<const pbx::CounterSample*>> by_name;
  for (const auto& sample : samples) by_name[sample.name].push_back(&sample);
  std::string out;
  for (const auto& [name, of_name] : by_name) {
    out.append("# HELP ").append(name).append(" ").append(escaped_help(of_name.front()->help)).append("\n");
    out.append("# TYPE ").append(name).append(of_name.front()->gauge ? " gauge\n" : " counter\n");
    for (const auto* sample : of_name) {
      out.append(name);
      if (!sample->labels.empty()) out.append("{").append(sample->labels).append("}");
      out.append(" ").append(std::to_string(sample->value)).append("\n");
    }
  }
  return out;
}

}  // namespace cadenas::admin
