#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "apps/cli/api_client.hpp"
#include "base/error.hpp"

namespace cadenas::apps::cli {

/// Where server, trust and login come from; command-line options over environment over defaults.
struct Access {
  std::string server = "https://127.0.0.1:8443";
  std::filesystem::path state_directory = "/var/lib/cadenas";
  std::string fingerprint;              ///< CADENAS_FINGERPRINT or --fingerprint
  std::filesystem::path ca_file;        ///< --ca
  std::string token;                    ///< CADENAS_TOKEN
  std::filesystem::path token_file;     ///< kept by `login`, mode 0600
  std::string user = "admin";           ///< with a password file
  std::filesystem::path password_file;  ///< --admin-password-file: a login for this command alone
};

/// Connects to the server, trusting the certificate named by --fingerprint, under --ca, or else the one in the state
/// directory (admin-tls/cert.pem). Errors those of ApiClient::connect, "client.server", "client.no-trust".
base::Result<std::unique_ptr<ApiClient>> open_client(const Access& access);

/// A connection with a token, and whether it must be given back.
class LoggedIn {
 public:
  /// Takes CADENAS_TOKEN, else --admin-password-file, else the token file, else the first administrator's password in
  /// the state directory. Errors those of open_client and of the login, "client.no-login".
  static base::Result<LoggedIn> open(const Access& access);
  LoggedIn(LoggedIn&&) = default;
  LoggedIn& operator=(LoggedIn&&) = delete;
  ~LoggedIn();  ///< logs out what was opened for this command

  ApiClient& client() { return *client_; }

 private:
  explicit LoggedIn(std::unique_ptr<ApiClient> client, bool one_off) : client_(std::move(client)), one_off_(one_off) {}
  std::unique_ptr<ApiClient> client_;
  bool one_off_;
};

/// Logs in and keeps the token in the token file.
base::Result<void> log_in(const Access& access, const std::string& password);
/// Ends the kept session and removes the file.
base::Result<void> log_out(const Access& access);

/// The whole of a file. Error "client.file".
base::Result<std::string> read_file(const std::filesystem::path& file);

/// The first line of a file, which only its owner may read. Error "client.secret-file".
base::Result<std::string> read_secret(const std::filesystem::path& file);

}  // namespace cadenas::apps::cli
