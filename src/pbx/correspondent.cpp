#include "pbx/correspondent.hpp"

#include <utility>

#include "sip/name_addr.hpp"
#include "store/input_rules.hpp"

namespace cadenas::pbx {

namespace {

constexpr std::size_t longest_display_name = 128;

}  // namespace

Correspondent::Correspondent(std::shared_ptr<const store::Subscription> of_ours)
    : number(of_ours->number), display_name(of_ours->display_name), subscription(std::move(of_ours)) {}

Correspondent::Correspondent(std::shared_ptr<const store::Trunk> by, std::string its_number, std::string its_name)
    : number(std::move(its_number)), display_name(std::move(its_name)), trunk(std::move(by)) {}

Correspondent::Correspondent(std::shared_ptr<const store::TdmPort> at, std::string its_number, std::string its_name)
    : number(std::move(its_number)), display_name(std::move(its_name)), port(std::move(at)) {}

Correspondent caller_by_trunk(std::shared_ptr<const store::Trunk> trunk, const sip::MessageView& invite) {
  auto identities = sip::name_addrs(invite, sip::HeaderId::p_asserted_identity);
  if (!identities || identities->empty()) identities = sip::name_addrs(invite, sip::HeaderId::from);
  std::string number;
  std::string name;
  if (identities && !identities->empty()) {
    number = identities->front().uri.unescaped_user();
    name = identities->front().display_text();
  }
  if (!store::check_number(number)) number = anonymous_number;
  if (name.size() > longest_display_name) name.clear();
  return {std::move(trunk), std::move(number), std::move(name)};
}

}  // namespace cadenas::pbx
