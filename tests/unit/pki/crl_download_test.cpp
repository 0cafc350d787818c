#include "pki/crl_download.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "test_ca.hpp"

namespace cadenas::pki {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

using Answers = std::map<std::string, std::string>;

/// Answers each path with a text of the test's choice, one connection after another.
class HttpServer {
 public:
  explicit HttpServer(Answers answers) : answers_(std::move(answers)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    tcp::socket last(io_);
    boost::system::error_code ignored;
    last.connect(acceptor_.local_endpoint(), ignored);
    asio::write(last, asio::buffer(std::string("GET /stop HTTP/1.1\r\n\r\n")), ignored);
    thread_.join();
  }

  std::string uri(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
  }

 private:
  void serve() {
    for (std::string path; path != "/stop";) {
      tcp::socket socket(io_);
      acceptor_.accept(socket);
      std::string request;
      boost::system::error_code error;
      asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", error);
      path = request.substr(4, request.find(' ', 4) - 4);
      const std::string& answer = answers_[path];
      asio::write(socket, asio::buffer(answer), error);
      // Says nothing and keeps the connection until the client gives up.
      char octet = 0;
      if (answer.empty() && path != "/stop") asio::read(socket, asio::buffer(&octet, 1), error);
    }
  }

  asio::io_context io_;
  tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  Answers answers_;
  std::thread thread_;
};

std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string redirect(const std::string& to) {
  return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
}

std::string outcome(const std::string& uri, const DownloadLimits& limits = {}) {
  const auto got = download_crl(uri, limits);
  return got ? std::string(base::as_text(*got)) : got.error().code;
}

TEST(CrlDownload, GetsTheOctetsOfAUri) {
  const HttpServer server({{"/list.crl?ca=1", answer("octets")},
                           {"/", answer("root")},
                           {"/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
                           {"/until-close", "HTTP/1.0 200 OK\r\n\r\nto the end"}});
  EXPECT_EQ(outcome(server.uri("/list.crl?ca=1")), "octets");
  EXPECT_EQ(outcome(server.uri("")), "root");
  EXPECT_EQ(outcome(server.uri("/chunked")), "abc");
  EXPECT_EQ(outcome(server.uri("/until-close")), "to the end");
}

TEST(CrlDownload, FollowsRedirectsToHttpOnlyAndNotForEver) {
  const HttpServer server({{"/old", redirect("/lists/new")},
                           {"/lists/new", answer("octets")},
                           {"/loop", redirect("loop")},
                           {"/https", redirect("https://127.0.0.1/list")},
                           {"/file", redirect("file:///etc/hostname")},
                           {"/nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"}});
  EXPECT_EQ(outcome(server.uri("/old")), "octets");
  EXPECT_EQ(outcome(server.uri("/old"), {.redirects = 0}), "crl.download-failed");
  EXPECT_EQ(outcome(server.uri("/loop")), "crl.download-failed");
  EXPECT_EQ(outcome(server.uri("/https")), "crl.unsupported-uri");
  EXPECT_EQ(outcome(server.uri("/file")), "crl.unsupported-uri");
  EXPECT_EQ(outcome(server.uri("/nowhere")), "crl.download-failed");
}

TEST(CrlDownload, StopsAtTheLimitOfOctets) {
  const HttpServer server(
      {{"/exact", answer("12345")},
       {"/more", answer("123456")},
       {"/claims-more", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"},
       {"/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n0\r\n\r\n"}});
  EXPECT_EQ(outcome(server.uri("/exact"), {.octets = 5}), "12345");
  EXPECT_EQ(outcome(server.uri("/more"), {.octets = 5}), "crl.download-failed");
  EXPECT_EQ(outcome(server.uri("/claims-more"), {.octets = 5}), "crl.download-failed");
  EXPECT_EQ(outcome(server.uri("/chunked"), {.octets = 5}), "crl.download-failed");
}

TEST(CrlDownload, GivesUpOnAServerThatSaysNothing) {
  const HttpServer server(Answers{{"/silent", ""}});
  EXPECT_EQ(outcome(server.uri("/silent"), {.patience = base::Millis(20)}), "crl.download-failed");
}

TEST(CrlDownload, SaysWhichUriFailedAndWhy) {
  const HttpServer server(Answers{{"/gone", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}});
  const auto got = download_crl(server.uri("/gone"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, "crl.download-failed");
  EXPECT_EQ(got.error().field, server.uri("/gone"));
  EXPECT_NE(got.error().message.find("404"), std::string::npos) << got.error().message;
}

TEST(CrlDownload, RefusesUrisThatAreNotHttp) {
  for (const char* uri : {"", "ldap://192.0.2.1/cn=CA", "https://192.0.2.1/", "file:///list", "http:///list", "list",
                          "http://[::1/list", "http://192.0.2.1:port/"}) {
    EXPECT_EQ(outcome(uri), "crl.unsupported-uri") << uri;
  }
  EXPECT_EQ(outcome("http://192.0.2.1/" + std::string(3'000, 'a')), "crl.unsupported-uri");
}

Certificate with_points(const char* points) {
  const Identity plain = issue({.common_name = "phone"});
  X509* x509 = X509_dup(plain.leaf().handle());
  const X509Handle owned(x509);
  CONF* section = NCONF_new(nullptr);
  BIO* text = BIO_new_mem_buf(points, -1);
  long line = 0;
  NCONF_load_bio(section, text, &line);
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509V3_set_nconf(&context, section);
  const bool added = X509V3_EXT_add_nconf(section, &context, "extensions", x509) == 1;
  BIO_free(text);
  NCONF_free(section);
  if (!added || X509_sign(x509, plain.key().handle(), EVP_sha256()) <= 0) throw std::runtime_error(points);
  return Certificate::from_x509(X509Handle(X509_dup(x509)).get()).value();
}

TEST(CrlDistributionPoints, AreReadOffACertificate) {
  EXPECT_TRUE(crl_distribution_points(issue({.common_name = "none"}).leaf()).empty());
  const std::vector<std::string> expected{"http://a.example/1.crl", "ldap://b.example/2", "http://c.example/3.crl"};
  EXPECT_EQ(crl_distribution_points(
                with_points("[extensions]\ncrlDistributionPoints=one,some,three\n"
                            "[one]\nfullname=URI:http://a.example/1.crl,URI:ldap://b.example/2,DNS:x.example\n"
                            "[some]\nfullname=URI:http://d.example/4.crl\nreasons=keyCompromise\n"
                            "[three]\nfullname=URI:http://c.example/3.crl\n")),
            expected);
}

}  // namespace
}  // namespace cadenas::pki
