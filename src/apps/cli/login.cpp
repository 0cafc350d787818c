#include "apps/cli/login.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fstream>
#include <sstream>

#include <sys/stat.h>

#include "base/atomic_file.hpp"
#include "pki/fingerprint.hpp"

namespace cadenas::apps::cli {

namespace {

constexpr mode_t owner_only = 0600;
constexpr mode_t others = 077;
constexpr std::size_t sha256_digits = 64;
constexpr const char* default_port = "8443";

base::Result<ServerTrust> trust_of(const Access& access) {
  ServerTrust trust;
  if (!access.fingerprint.empty()) {
    const auto read = pki::read_fingerprint(access.fingerprint);
    if (!read || read->size() != sha256_digits) {
      return base::fail("client.fingerprint", "The fingerprint must be one of SHA-256: 64 hexadecimal digits.",
                        "fingerprint");
    }
    trust.fingerprint_sha256 = *read;
    return trust;
  }
  const auto file = access.ca_file.empty() ? access.state_directory / "admin-tls" / "cert.pem" : access.ca_file;
  const auto pem = read_file(file);
  if (!pem) {
    return base::fail("client.no-trust",
                      "The server's certificate cannot be known: " + file.string() +
                          " cannot be read. Give --state, --ca or --fingerprint.",
                      "state");
  }
  auto certificates = pki::Certificate::chain_from_pem(*pem);
  if (!certificates) return tl::unexpected<base::Error>(certificates.error());
  if (access.ca_file.empty()) {
    trust.fingerprint_sha256 = certificates->front().facts().fingerprint_sha256;
  } else {
    trust.anchors = std::move(*certificates);
  }
  return trust;
}

base::Result<std::string> open_session(ApiClient& client, const std::string& user, const std::string& password) {
  auto answer = client.call("POST", "/api/v1/session",
                            boost::json::serialize(boost::json::object{{"user", user}, {"password", password}}));
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  const auto* token = answer->is_object() ? answer->as_object().if_contains("token") : nullptr;
  if (!token || !token->is_string()) return base::fail("client.answer", "The server gave no token.");
  return std::string(token->as_string());
}

}  // namespace

base::Result<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return base::fail("client.file", "The file " + file.string() + " cannot be read.", file.string());
  return text.str();
}

base::Result<std::string> read_secret(const std::filesystem::path& file) {
  struct stat facts {};
  if (stat(file.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & others) != 0) {
    return base::fail("client.secret-file", "Others may read " + file.string() + "; take it to mode 0600.",
                      file.string());
  }
  auto text = read_file(file);
  if (!text) return text;
  return text->substr(0, text->find_first_of("\r\n"));
}

base::Result<std::unique_ptr<ApiClient>> open_client(const Access& access) {
  const auto url = boost::urls::parse_uri(access.server);
  if (!url || url->scheme() != "https" || url->host().empty()) {
    return base::fail("client.server", "The server must be given as https://host:port.", "server");
  }
  const auto trust = trust_of(access);
  if (!trust) return tl::unexpected<base::Error>(trust.error());
  const std::string port = url->has_port() ? std::string(url->port()) : default_port;
  return ApiClient::connect(url->host_address(), port, *trust);
}

base::Result<LoggedIn> LoggedIn::open(const Access& access) {
  auto client = open_client(access);
  if (!client) return tl::unexpected<base::Error>(client.error());
  std::error_code ignored;
  if (!access.token.empty()) {
    (*client)->use_token(access.token);
    return LoggedIn(std::move(*client), false);
  }
  if (access.password_file.empty() && std::filesystem::exists(access.token_file, ignored)) {
    auto token = read_secret(access.token_file);
    if (!token) return tl::unexpected<base::Error>(token.error());
    (*client)->use_token(std::move(*token));
    return LoggedIn(std::move(*client), false);
  }
  const auto initial = access.state_directory / "initial-admin-password";
  const auto file = access.password_file.empty() ? initial : access.password_file;
  if (!std::filesystem::exists(file, ignored)) {
    return base::fail("client.no-login", "Log in first: cadenas login (or set CADENAS_TOKEN).");
  }
  const auto password = read_secret(file);
  if (!password) return tl::unexpected<base::Error>(password.error());
  auto token = open_session(**client, access.user, *password);
  if (!token) return tl::unexpected<base::Error>(token.error());
  (*client)->use_token(std::move(*token));
  return LoggedIn(std::move(*client), true);
}

LoggedIn::~LoggedIn() {
  // Where the connection broke, the session ends by itself.
  if (client_ && one_off_) std::ignore = client_->call("DELETE", "/api/v1/session");
}

base::Result<void> log_in(const Access& access, const std::string& password) {
  auto client = open_client(access);
  if (!client) return tl::unexpected<base::Error>(client.error());
  auto token = open_session(**client, access.user, password);
  if (!token) return tl::unexpected<base::Error>(token.error());
  std::error_code ignored;
  std::filesystem::create_directories(access.token_file.parent_path(), ignored);
  return base::replace_file(access.token_file, base::as_bytes(*token + "\n"), owner_only);
}

base::Result<void> log_out(const Access& access) {
  auto token = read_secret(access.token_file);
  if (!token) return tl::unexpected<base::Error>(token.error());
  auto client = open_client(access);
  if (!client) return tl::unexpected<base::Error>(client.error());
  (*client)->use_token(std::move(*token));
  auto done = (*client)->call("DELETE", "/api/v1/session");
  std::error_code ignored;
  std::filesystem::remove(access.token_file, ignored);
  if (!done) return tl::unexpected<base::Error>(done.error());
  return {};
}

}  // namespace cadenas::apps::cli
