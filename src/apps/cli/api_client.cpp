#include "apps/cli/api_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/json/parse.hpp>

#include "pki/peer_facts.hpp"
#include "pki/tls_context.hpp"

namespace cadenas::apps::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds patience{10};
constexpr std::uint64_t largest_answer = std::uint64_t{64} * 1024 * 1024;

std::string text_of(const boost::json::object& object, const char* member) {
  const auto* value = object.if_contains(member);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

base::Error error_of(const ApiAnswer& answer) {
  boost::json::error_code unreadable;
  const boost::json::value body = boost::json::parse(answer.body, unreadable);
  if (!unreadable && body.is_object()) {
    const auto* error = body.as_object().if_contains("error");
    if (error && error->is_object()) {
      const auto& what = error->as_object();
      return {text_of(what, "code"), text_of(what, "message"), text_of(what, "field")};
    }
  }
  return {"client.answer", "The server answered with status " + std::to_string(answer.status) + ".", ""};
}

}  // namespace

class ApiClient::Stream {
 public:
  explicit Stream(pki::SslHandle tls) : tls_(beast::tcp_stream(io_), tls.release()) {}

  template <class Start>
  beast::error_code step(Start start) {
    beast::error_code outcome = asio::error::timed_out;
    beast::get_lowest_layer(tls_).expires_after(patience);
    start([&outcome](const beast::error_code& error, auto&&...) { outcome = error; });
    io_.restart();
    io_.run();
    return outcome;
  }

  beast::error_code connect(const std::string& host, const std::string& port) {
    beast::error_code error;
    const auto found = tcp::resolver(io_).resolve(host, port, error);
    if (error) return error;
    return step([&](auto done) { beast::get_lowest_layer(tls_).async_connect(found, done); });
  }
  beast::error_code handshake() {
    return step([&](auto done) { tls_.async_handshake(asio::ssl::stream_base::client, done); });
  }
  beast::error_code write(http::request<http::string_body>& request) {
    return step([&](auto done) { http::async_write(tls_, request, done); });
  }
  beast::error_code read(http::response_parser<http::string_body>& parser) {
    return step([&](auto done) { http::async_read(tls_, buffer_, parser, done); });
  }
  pki::PeerFacts peer() { return pki::read_peer_facts(tls_.native_handle()); }

 private:
  asio::io_context io_{1};
  asio::ssl::stream<beast::tcp_stream> tls_;
  beast::flat_buffer buffer_;
};

ApiClient::ApiClient(std::unique_ptr<Stream> stream, std::string host)
    : stream_(std::move(stream)), host_(std::move(host)) {}
ApiClient::~ApiClient() = default;

base::Result<std::unique_ptr<ApiClient>> ApiClient::connect(const std::string& host, const std::string& port,
                                                            const ServerTrust& trust) {
  const bool by_chain = trust.fingerprint_sha256.empty();
  pki::TlsClientOptions options;
  options.verify_server = by_chain;
  options.trust_anchors = trust.anchors;
  auto context = pki::TlsClientContext::make(std::move(options));
  if (!context) return tl::unexpected<base::Error>(context.error());
  auto session = (*context)->new_session(host);
  if (!session) return tl::unexpected<base::Error>(session.error());

  auto stream = std::make_unique<Stream>(std::move(*session));
  const std::string where = host + " port " + port;
  if (const auto error = stream->connect(host, port)) {
    return base::fail("client.connect", "No connection to " + where + ": " + error.message() + ".", "server");
  }
  if (const auto error = stream->handshake()) {
    return base::fail("client.tls", "No TLS with " + where + ": " + error.message() + ".", "server");
  }
  const pki::PeerFacts peer = stream->peer();
  const bool trusted =
      by_chain ? peer.verified
               : peer.certificate && peer.certificate->facts().fingerprint_sha256 == trust.fingerprint_sha256;
  if (!trusted) {
    return base::fail("client.not-trusted",
                      "The server at " + where + " shows a certificate that is not the one expected" +
                          (peer.verify_problem.empty() || !by_chain ? "." : ": " + peer.verify_problem + "."),
                      "server");
  }
  return std::unique_ptr<ApiClient>(new ApiClient(std::move(stream), host));
}

base::Result<ApiAnswer> ApiClient::exchange(const std::string& method, const std::string& target,
                                            const std::string& body) {
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(target);
  request.set(http::field::host, host_);
  request.set(http::field::user_agent, "cadenas/" CADENAS_VERSION);
  if (!token_.empty()) request.set(http::field::authorization, "Bearer " + token_);
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  http::response_parser<http::string_body> parser;
  parser.body_limit(largest_answer);
  auto error = stream_->write(request);
  if (!error) error = stream_->read(parser);
  if (error) return base::fail("client.connection", "The connection to the server broke: " + error.message() + ".");
  ApiAnswer answer{parser.get().result_int(), std::move(parser.get().body()), {}};
  for (const auto& field : parser.get()) answer.headers[std::string(field.name_string())] = std::string(field.value());
  return answer;
}

base::Result<boost::json::value> ApiClient::call(const std::string& method, const std::string& target,
                                                 const std::string& body) {
  const auto answer = exchange(method, target, body);
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  if (answer->status >= 300) return tl::unexpected<base::Error>(error_of(*answer));
  if (answer->body.empty()) return boost::json::value(nullptr);
  boost::json::error_code unreadable;
  boost::json::value value = boost::json::parse(answer->body, unreadable);
  if (unreadable) return base::fail("client.answer", "The server's answer is no JSON.");
  return value;
}

}  // namespace cadenas::apps::cli
