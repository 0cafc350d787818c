#pragma once

#include <boost/json/value.hpp>
#include <iosfwd>
#include <string>

namespace cadenas::apps::cli {

// As in views.hpp, for the certificate of the SIP service. Fingerprints are spelled as people compare them.

void show_certificate(std::ostream& out, const boost::json::value& answer);
/// The CA file for phones: who is in it, then its PEM, which programs read past the rest.
void show_trust(std::ostream& out, const boost::json::value& answer);
/// Its PEM with its line breaks; empty where the answer holds none.
std::string trust_pem(const boost::json::value& answer);
void show_import(std::ostream& out, const boost::json::value& answer);

}  // namespace cadenas::apps::cli
