#include "pbx/intrusion_dialled.hpp"

#include <utility>

namespace cadenas::pbx {

std::optional<IntrusionDialled> intrusion_dialled(const CallSettings& settings, const std::string& number) {
  using policy::Intrusion;
  for (const auto& [prefix, kind] : {std::pair{&settings.intrusion_prefix, Intrusion::intrude},
                                     {&settings.listen_prefix, Intrusion::listen_in},
                                     {&settings.intervention_prefix, Intrusion::intervene}}) {
    if (prefix->empty() || number.size() <= prefix->size() || !number.starts_with(*prefix)) continue;
    return IntrusionDialled{kind, number.substr(prefix->size())};
  }
  return std::nullopt;
}

std::string word_of(policy::Intrusion kind) {
  switch (kind) {
    case policy::Intrusion::intrude:
      return "intrusion";
    case policy::Intrusion::listen_in:
      return "listen-in";
    case policy::Intrusion::intervene:
      break;
  }
  return "intervention";
}

}  // namespace cadenas::pbx
