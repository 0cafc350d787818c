#include "apps/cli/bothway_commands.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/cli/bothway_views.hpp"
#include "apps/cli/operation.hpp"
#include "base/bytes.hpp"

namespace cadenas::apps::cli {

namespace {

void add_authorities(CLI::App& app, Action& action) {
  CLI::App* authorities = app.add_subcommand("phone-ca", "The CAs that phones' certificates are trusted under");
  on_get_alone(authorities, action, show_authorities, "/api/v1/phone-authorities");
  CLI::App* loading = authorities->add_subcommand("load", "Replaces them; no connection drops");
  auto file = std::make_shared<std::string>();
  loading->add_option("file", *file, "PEM file of roots and intermediates")->required();
  on(loading, action, show_authorities, [=](const Printing&) -> base::Result<Operation> {
    auto pem = read_file(*file);
    if (!pem) return tl::unexpected<base::Error>(pem.error());
    return Operation{"PUT", "/api/v1/phone-authorities", {{"pem", *std::move(pem)}}};
  });

  CLI::App* lists = app.add_subcommand("crl", "Certificate revocation lists");
  lists->require_subcommand(1);
  CLI::App* adding = lists->add_subcommand("add", "Takes lists into service; what they revoke is disconnected");
  auto list = std::make_shared<std::string>();
  adding->add_option("file", *list, "DER or PEM file")->required();
  on(adding, action, show_lists, [=](const Printing&) -> base::Result<Operation> {
    const auto octets = read_file(*list);
    if (!octets) return tl::unexpected<base::Error>(octets.error());
    return Operation{"POST", "/api/v1/revocation-lists", {{"crl", base::to_base64(base::as_bytes(*octets))}}};
  });
}

}  // namespace

void add_bothway_commands(CLI::App& app, Action& action) {
  add_authorities(app, action);
  on_get(app.add_subcommand("bothway", "Dry run of BOTHWAY: who would go dark, and why"), action, show_rehearsal,
         "/api/v1/bothway/rehearsal");
  on_get(app.add_subcommand("refusals", "Who was turned away, latest first"), action, show_refusals,
         "/api/v1/refusals");
}

}  // namespace cadenas::apps::cli
