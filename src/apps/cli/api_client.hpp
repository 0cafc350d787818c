#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "pki/certificate.hpp"

namespace cadenas::apps::cli {

/// How the server proves itself; one of the two. There is no third way: it is never trusted blindly.
struct ServerTrust {
  std::string fingerprint_sha256;         ///< lower-case hex of its certificate
  std::vector<pki::Certificate> anchors;  ///< it must be under one of these and name the host
};

struct ApiAnswer {
  unsigned status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  ///< names as sent
};

/// One HTTPS connection to the admin API. Blocking; every step has a time-out of ten seconds.
class ApiClient {
 public:
  /// Connects, and checks the server before an octet of a request goes out. `host` is a name or a literal address.
  /// Errors "client.connect", "client.tls", "client.not-trusted".
  static base::Result<std::unique_ptr<ApiClient>> connect(const std::string& host, const std::string& port,
                                                          const ServerTrust& trust);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  void use_token(std::string token) { token_ = std::move(token); }
  /// `body` is JSON, or empty. Error "client.connection".
  base::Result<ApiAnswer> exchange(const std::string& method, const std::string& target, const std::string& body);
  /// As `exchange`, with the JSON of a good answer (null without a body) and the API's own error otherwise.
  base::Result<boost::json::value> call(const std::string& method, const std::string& target,
                                        const std::string& body = {});

 private:
  class Stream;
  explicit ApiClient(std::unique_ptr<Stream> stream, std::string host);
  std::unique_ptr<Stream> stream_;
  std::string host_;
  std::string token_;
};

}  // namespace cadenas::apps::cli
