#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "apps/cli/commands.hpp"
#include "base/error.hpp"

namespace cadenas::apps::cli {

/// One operation of the API; the body is sent with POST, PUT and PATCH only.
struct Operation {
  std::string method;
  std::string target;
  boost::json::object body;
};
/// How its answer looks for a person; null: "Done."
using View = void (*)(std::ostream&, const boost::json::value&);

/// Text as one segment of a path.
std::string segment(const std::string& text);

void print(const Printing& printing, const boost::json::value& answer, View view);
/// Logs in, asks and prints. Errors: those of LoggedIn, ApiClient and the API.
base::Result<void> perform(const Access& access, const Printing& printing, const Operation& operation, View view);

/// A command that is one operation, known once the options are parsed.
void on(CLI::App* command, Action& action, View view, std::function<base::Result<Operation>(const Printing&)> make);
void on_get(CLI::App* command, Action& action, View view, const std::string& target);
/// What a group of commands does when none of them is named.
void on_get_alone(CLI::App* group, Action& action, View view, const std::string& target);

/// A password never stands on the command line, where other users see it: from a file, or for "-" from the input.
base::Result<std::string> take_password(const std::string& file, const Printing& printing);

void add_word_option(CLI::App* command, const char* name, std::string& into, std::vector<std::string> words,
                     const char* help);

}  // namespace cadenas::apps::cli
