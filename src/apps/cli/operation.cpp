#include "apps/cli/operation.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <istream>
#include <ostream>

namespace cadenas::apps::cli {

using boost::json::value;

std::string segment(const std::string& text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

void print(const Printing& printing, const value& answer, View view) {
  std::ostream& out = printing.surroundings.out;
  if (printing.json) {
    out << boost::json::serialize(answer) << '\n';
  } else if (view) {
    view(out, answer);
  } else {
    out << "Done.\n";
  }
}

base::Result<void> perform(const Access& access, const Printing& printing, const Operation& operation, View view) {
  auto session = LoggedIn::open(access);
  if (!session) return tl::unexpected<base::Error>(session.error());
  const bool has_body = operation.method == "POST" || operation.method == "PUT" || operation.method == "PATCH";
  auto answer = session->client().call(operation.method, operation.target,
                                       has_body ? boost::json::serialize(operation.body) : "");
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  print(printing, *answer, view);
  return {};
}

void on(CLI::App* command, Action& action, View view, std::function<base::Result<Operation>(const Printing&)> make) {
  command->callback([&action, view, make = std::move(make)] {
    action = [view, make](const Access& access, const Printing& printing) -> base::Result<void> {
      auto operation = make(printing);
      if (!operation) return tl::unexpected<base::Error>(operation.error());
      return perform(access, printing, *operation, view);
    };
  });
}

void on_get(CLI::App* command, Action& action, View view, const std::string& target) {
  on(command, action, view, [target](const Printing&) { return Operation{"GET", target, {}}; });
}

void on_get_alone(CLI::App* group, Action& action, View view, const std::string& target) {
  group->callback([=, &action] {
    if (!group->get_subcommands().empty()) return;
    action = [=](const Access& access, const Printing& printing) {
      return perform(access, printing, {"GET", target, {}}, view);
    };
  });
}

base::Result<std::string> take_password(const std::string& file, const Printing& printing) {
  if (file != "-") return read_secret(file);
  std::string password;
  if (!std::getline(printing.surroundings.in, password)) {
    return base::fail("client.file", "No password came on the standard input.", "password-file");
  }
  return password;
}

void add_word_option(CLI::App* command, const char* name, std::string& into, std::vector<std::string> words,
                     const char* help) {
  command->add_option(name, into, help)->check(CLI::IsMember(std::move(words)));
}

}  // namespace cadenas::apps::cli
