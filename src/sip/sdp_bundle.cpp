#include "sip/sdp_bundle.hpp"

#include <algorithm>

#include "sip/grammar.hpp"

namespace cadenas::sip {

using namespace grammar;

std::string mid_of(const SdpMedia& section) {
  const auto value = trim(section.attribute("mid").value_or(std::string_view{}));
  return all(value, token) ? std::string(value) : std::string{};
}

std::vector<std::string> bundle_of(const Sdp& sdp, std::string_view mid) {
  for (std::string_view value : sdp.session.attributes("group")) {
    std::vector<std::string> words;
    for (value = trim(value); !value.empty(); value = trim(value)) {
      const std::size_t end = std::min(value.find_first_of(" \t"), value.size());
      words.emplace_back(value.substr(0, end));
      value.remove_prefix(end);
    }
    if (words.empty() || words.front() != "BUNDLE") continue;
    words.erase(words.begin());
    if (std::ranges::find(words, mid) != words.end()) return words;
  }
  return {};
}

void add_bundle(Sdp& sdp, std::string_view mid) {
  sdp.session.add_attribute("group", std::string("BUNDLE ").append(mid));
}

}  // namespace cadenas::sip
