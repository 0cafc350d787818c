#include "admin/connection.hpp"

#include <array>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "admin/routes.hpp"

namespace cadenas::admin {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using ErrorCode = beast::error_code;

constexpr std::size_t most_discarded = std::size_t{1024} * 1024;
constexpr std::string_view bearer_scheme = "bearer ";

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, pki::SslHandle tls, const HttpLimits& limits, OnRequest on_request,
             std::function<void(std::function<void()>)> post, std::function<void()> on_ended)
      : peer_(remote_of(socket)),
        stream_(beast::tcp_stream(std::move(socket)), tls.release()),
        limits_(limits),
        on_request_(std::move(on_request)),
        post_(std::move(post)),
        on_ended_(std::move(on_ended)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void begin() {
    beast::get_lowest_layer(stream_).expires_after(limits_.handshake_timeout);
    stream_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](const ErrorCode& error) {
      if (error) return self->end();
      self->read();
    });
  }

 private:
  static base::Endpoint remote_of(const asio::ip::tcp::socket& socket) {
    ErrorCode error;
    const auto remote = socket.remote_endpoint(error);
    return error ? base::Endpoint{} : base::Endpoint::from(remote.data());
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(limits_.header_octets);
    // What a body may be is known with the target: a length that is too much even for the largest ends here.
    parser_->body_limit(limits_.large_body_octets);
    beast::get_lowest_layer(stream_).expires_after(limits_.request_timeout);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->on_header(error); });
  }

  void on_header(const ErrorCode& header_error) {
    if (header_error) return on_read(header_error);
    const auto& header = parser_->get();
    const std::string_view target(header.target().data(), header.target().size());
    if (!takes_large_body(target)) {
      if (parser_->content_length().value_or(0) > limits_.body_octets) return on_read(http::error::body_limit);
      parser_->body_limit(limits_.body_octets);
    }
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->on_read(error); });
  }

  void on_read(const ErrorCode& error) {
    if (error == http::error::body_limit) {
      return refuse({"api.body-too-large", "The body of the request is too large.", ""});
    }
    if (error == http::error::header_limit) {
      return refuse({"api.header-too-large", "The header of the request is too large.", ""});
    }
    if (error == http::error::end_of_stream) return shut_down();
    if (error.category() == make_error_code(http::error::bad_version).category() &&
        error != http::error::partial_message) {
      return refuse({"request.http", "This is not an HTTP/1.1 request.", ""});
    }
    if (error) return end();

    auto message = parser_->release();
    version_ = message.version();
    keep_alive_ = message.keep_alive();
    is_head_ = message.method() == http::verb::head;
    Request request;
    request.method = is_head_ ? "GET" : std::string(message.method_string());
    request.target = std::string(message.target());
    request.bearer = bearer_of(message[http::field::authorization]);
    request.body = std::move(message.body());
    request.peer = peer_;
    // Answering may take as long as the disk or the password hash take.
    beast::get_lowest_layer(stream_).expires_never();
    expects_answer_ = true;
    on_request_(std::move(request), [post = post_, weak = weak_from_this()](Response response) {
      auto shared = std::make_shared<Response>(std::move(response));
      post([weak, shared] {
        if (const auto self = weak.lock()) self->write(std::move(*shared));
      });
    });
  }

  static std::string bearer_of(beast::string_view authorization) {
    if (authorization.size() <= bearer_scheme.size() ||
        !beast::iequals(authorization.substr(0, bearer_scheme.size()), bearer_scheme)) {
      return {};
    }
    return std::string(authorization.substr(bearer_scheme.size()));
  }

  void refuse(const base::Error& error) {
    expects_answer_ = true;
    keep_alive_ = false;
    lingering_ = true;
    write(problem(error));
  }

  void write(Response response) {
    if (!std::exchange(expects_answer_, false)) return;
    out_ = http::response<http::string_body>(static_cast<http::status>(response.status), version_);
    out_.keep_alive(keep_alive_);
    out_.set(http::field::cache_control, "no-store");
    out_.set("X-Content-Type-Options", "nosniff");
    if (!response.content_type.empty()) out_.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) out_.set(name, value);
    if (response.status != 204) out_.content_length(response.body.size());
    if (!is_head_) out_.body() = std::move(response.body);
    beast::get_lowest_layer(stream_).expires_after(limits_.request_timeout);
    http::async_write(stream_, out_, [self = shared_from_this()](const ErrorCode& error, std::size_t) {
      if (error) return self->end();
      if (self->keep_alive_) {
        self->read();
      } else if (self->lingering_) {
        beast::get_lowest_layer(self->stream_).expires_after(self->limits_.handshake_timeout);
        self->discard();
      } else {
        self->shut_down();
      }
    });
  }

  // Closing on a client that still sends would reset the connection, and the refusal would be lost (RFC 9112 §9.6).
  void discard() {
    stream_.async_read_some(asio::buffer(discarded_),
                            [self = shared_from_this()](const ErrorCode& error, std::size_t octets) {
                              self->discarded_octets_ += octets;
                              if (error || self->discarded_octets_ > most_discarded) return self->end();
                              self->discard();
                            });
  }

  void shut_down() {
    beast::get_lowest_layer(stream_).expires_after(limits_.handshake_timeout);
    stream_.async_shutdown([self = shared_from_this()](const ErrorCode&) { self->end(); });
  }

  void end() {
    if (on_ended_) post_(std::exchange(on_ended_, nullptr));
  }

  base::Endpoint peer_;
  asio::ssl::stream<beast::tcp_stream> stream_;
  const HttpLimits limits_;
  OnRequest on_request_;
  std::function<void(std::function<void()>)> post_;
  std::function<void()> on_ended_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> out_;
  unsigned version_ = 11;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool lingering_ = false;
  bool expects_answer_ = false;
  std::array<char, 4096> discarded_;
  std::size_t discarded_octets_ = 0;
};

}  // namespace

std::shared_ptr<void> serve(asio::ip::tcp::socket socket, pki::SslHandle tls, const HttpLimits& limits,
                            OnRequest on_request, std::function<void(std::function<void()>)> post,
                            std::function<void()> on_ended) {
  auto connection = std::make_shared<Connection>(std::move(socket), std::move(tls), limits, std::move(on_request),
                                                 std::move(post), std::move(on_ended));
  connection->begin();
  return connection;
}

}  // namespace cadenas::admin
