#include "pki/crl_download.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <memory>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace cadenas::pki {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace urls = boost::urls;
using asio::ip::tcp;
using Body = http::vector_body<std::uint8_t>;

constexpr std::size_t longest_uri = 2048;
constexpr std::uint32_t largest_header = 16 * 1024;
constexpr std::size_t largest_buffer = 65'536;

tl::unexpected<base::Error> failed(const std::string& uri, const std::string& why) {
  return base::fail("crl.download-failed", "The revocation list could not be fetched from " + uri + ": " + why + ".",
                    uri);
}

base::Result<urls::url> read_uri(const std::string& uri) {
  const auto parsed = urls::parse_uri(uri);
  // Boost.URL takes the letters of "host:port/" for a path.
  const bool usable = uri.size() <= longest_uri && parsed && parsed->scheme_id() == urls::scheme::http &&
                      !parsed->host().empty() &&
                      (parsed->encoded_path().empty() || parsed->encoded_path().starts_with('/'));
  if (!usable) {
    return base::fail(
        "crl.unsupported-uri",
        "Expected an http URI to fetch a revocation list from, found \"" + uri.substr(0, longest_uri) + "\".",
        uri.substr(0, longest_uri));
  }
  return urls::url(*parsed);
}

bool is_redirect(http::status status) {
  return status == http::status::moved_permanently || status == http::status::found ||
         status == http::status::see_other || status == http::status::temporary_redirect ||
         status == http::status::permanent_redirect;
}

/// One request on a connection of its own.
class Exchange {
 public:
  Exchange(std::chrono::steady_clock::time_point deadline, std::size_t octets) : stream_(io_) {
    stream_.expires_at(deadline);
    parser_.body_limit(octets);
    parser_.header_limit(largest_header);
  }

  beast::error_code run(const urls::url& url) {
    const std::string port = url.has_port() && !url.port().empty() ? std::string(url.port()) : "80";
    const std::string host = url.host_type() == urls::host_type::ipv6 ? url.host_address() : url.host();
    beast::error_code error;
    const auto found = tcp::resolver(io_).resolve(host, port, error);
    if (!error) error = step([&](auto done) { stream_.async_connect(found, done); });
    if (error) return error;
    http::request<http::empty_body> request(http::verb::get, "", 11);
    const std::string target(url.encoded_target());
    request.target(target.starts_with('/') ? target : "/" + target);
    request.set(http::field::host, std::string(url.encoded_host_and_port()));
    request.set(http::field::user_agent, "cadenas");
    request.set(http::field::connection, "close");
    error = step([&](auto done) { http::async_write(stream_, request, done); });
    return error ? error : step([&](auto done) { http::async_read(stream_, buffer_, parser_, done); });
  }

  http::response<Body>& answer() { return parser_.get(); }

 private:
  template <class Start>
  beast::error_code step(Start start) {
    beast::error_code outcome = asio::error::timed_out;
    start([&outcome](const beast::error_code& error, auto&&...) { outcome = error; });
    io_.restart();
    io_.run();
    return outcome;
  }

  asio::io_context io_{1};
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{largest_buffer};
  http::response_parser<Body> parser_;
};

void add_uris(const DIST_POINT* point, std::vector<std::string>& uris) {
  const bool whole = point->reasons == nullptr && point->CRLissuer == nullptr;
  if (!whole || point->distpoint == nullptr || point->distpoint->type != 0) return;
  const GENERAL_NAMES* names = point->distpoint->name.fullname;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<std::size_t>(ASN1_STRING_length(uri)));
  }
}

}  // namespace

std::vector<std::string> crl_distribution_points(const Certificate& certificate) {
  const std::unique_ptr<CRL_DIST_POINTS, decltype(&CRL_DIST_POINTS_free)> points(
      static_cast<CRL_DIST_POINTS*>(
          X509_get_ext_d2i(certificate.handle(), NID_crl_distribution_points, nullptr, nullptr)),
      CRL_DIST_POINTS_free);
  std::vector<std::string> uris;
  for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
    add_uris(sk_DIST_POINT_value(points.get(), i), uris);
  }
  ERR_clear_error();
  return uris;
}

base::Result<base::Bytes> download_crl(const std::string& uri, const DownloadLimits& limits) {
  const auto deadline = std::chrono::steady_clock::now() + limits.patience;
  auto url = read_uri(uri);
  for (int redirects = 0; url; ++redirects) {
    Exchange exchange(deadline, limits.octets);
    if (const auto error = exchange.run(*url)) return failed(uri, error.message());
    auto& answer = exchange.answer();
    if (answer.result() == http::status::ok) return std::move(answer.body());
    if (!is_redirect(answer.result())) return failed(uri, "status " + std::to_string(answer.result_int()));
    if (redirects == limits.redirects) return failed(uri, "too many redirects");
    const auto location = urls::parse_uri_reference(answer[http::field::location]);
    urls::url next;
    if (!location || !urls::resolve(*url, *location, next)) return failed(uri, "a redirect that leads nowhere");
    url = read_uri(std::string(next.buffer()));
  }
  return tl::unexpected(url.error());
}

}  // namespace cadenas::pki
