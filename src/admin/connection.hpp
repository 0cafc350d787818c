#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "admin/http.hpp"
#include "admin/server.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::admin {

/// Where a connection hands its requests.
using OnRequest = std::function<void(Request, Reply)>;

/// Serves one HTTPS connection, one request after the other, until the client or a time-out ends it. The caller keeps
/// what is returned until `on_ended`, which runs once, posted. `post` carries work to the API thread. On that thread.
std::shared_ptr<void> serve(boost::asio::ip::tcp::socket socket, pki::SslHandle tls, const HttpLimits& limits,
                            OnRequest on_request, std::function<void(std::function<void()>)> post,
                            std::function<void()> on_ended);

}  // namespace cadenas::admin
