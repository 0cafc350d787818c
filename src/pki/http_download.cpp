#include "pki/http_download.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

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

tl::unexpected<base::Error> failed(const DownloadSubject& subject, const std::string& uri, const std::string& why) {
  return base::fail(std::string(subject.code) + ".download-failed",
                    "The " + std::string(subject.noun) + " could not be fetched from " + uri + ": " + why + ".", uri);
}

base::Result<urls::url> read_uri(const DownloadSubject& subject, const std::string& uri) {
  const auto parsed = urls::parse_uri(uri);
  // Boost.URL takes the letters of "host:port/" for a path.
  const bool usable = uri.size() <= longest_uri && parsed && parsed->scheme_id() == urls::scheme::http &&
                      !parsed->host().empty() &&
                      (parsed->encoded_path().empty() || parsed->encoded_path().starts_with('/'));
  if (!usable) {
    return base::fail(std::string(subject.code) + ".unsupported-uri",
                      "Expected an http URI to fetch the " + std::string(subject.noun) + " from, found \"" +
                          uri.substr(0, longest_uri) + "\".",
                      uri.substr(0, longest_uri));
  }
  return urls::url(*parsed);
}

/// What is posted goes on only where a redirect says that it is to be posted there too (RFC 9110 §15.4).
bool is_redirect(http::status status, bool posted) {
  const bool keeps_method = status == http::status::temporary_redirect || status == http::status::permanent_redirect;
  return keeps_method || (!posted && (status == http::status::moved_permanently || status == http::status::found ||
                                      status == http::status::see_other));
}

/// One request on a connection of its own.
class Exchange {
 public:
  Exchange(std::chrono::steady_clock::time_point deadline, std::size_t octets) : stream_(io_) {
    stream_.expires_at(deadline);
    parser_.body_limit(octets);
    parser_.header_limit(largest_header);
  }

  beast::error_code run(const urls::url& url, const Posted* posted) {
    const std::string port = url.has_port() && !url.port().empty() ? std::string(url.port()) : "80";
    const std::string host = url.host_type() == urls::host_type::ipv6 ? url.host_address() : url.host();
    beast::error_code error;
    const auto found = tcp::resolver(io_).resolve(host, port, error);
    if (!error) error = step([&](auto done) { stream_.async_connect(found, done); });
    if (error) return error;
    http::request<Body> request(posted != nullptr ? http::verb::post : http::verb::get, "", 11);
    const std::string target(url.encoded_target());
    request.target(target.starts_with('/') ? target : "/" + target);
    request.set(http::field::host, std::string(url.encoded_host_and_port()));
    request.set(http::field::user_agent, "cadenas");
    request.set(http::field::connection, "close");
    if (posted != nullptr) {
      request.set(http::field::content_type, posted->content_type);
      request.body() = posted->body;
      request.prepare_payload();
    }
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

}  // namespace

base::Result<base::Bytes> download(const std::string& uri, const DownloadSubject& subject, const DownloadLimits& limits,
                                   const Posted* posted) {
  const auto deadline = std::chrono::steady_clock::now() + limits.patience;
  auto url = read_uri(subject, uri);
  for (int redirects = 0; url; ++redirects) {
    Exchange exchange(deadline, limits.octets);
    if (const auto error = exchange.run(*url, posted)) return failed(subject, uri, error.message());
    auto& answer = exchange.answer();
    if (answer.result() == http::status::ok) return std::move(answer.body());
    if (!is_redirect(answer.result(), posted != nullptr)) {
      return failed(subject, uri, "status " + std::to_string(answer.result_int()));
    }
    if (redirects == limits.redirects) return failed(subject, uri, "too many redirects");
    const auto location = urls::parse_uri_reference(answer[http::field::location]);
    urls::url next;
    if (!location || !urls::resolve(*url, *location, next)) {
      return failed(subject, uri, "a redirect that leads nowhere");
    }
    url = read_uri(subject, std::string(next.buffer()));
  }
  return tl::unexpected(url.error());
}

}  // namespace cadenas::pki
