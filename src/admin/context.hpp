#pragma once

#include <functional>
#include <memory>

#include "admin/http.hpp"
#include "admin/login_guard.hpp"
#include "admin/sessions.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/store.hpp"

namespace cadenas::admin {

class ManagedPbx;

struct ApiOptions {
  SessionLimits sessions;
  LoginLimits logins;
  unsigned waiting_logins = 8;         ///< password checks in the queue; more are refused with 503
  bool metrics_without_login = false;  ///< /metrics needs no token when asked from a loopback address
};

/// What the handlers of the API work on. Its members belong to the API thread, unless they say otherwise themselves.
/// Held by a shared_ptr, so that an answer of the database that comes after the server has stopped finds it.
struct Context : std::enable_shared_from_this<Context> {
  Context(const base::Clock& clock_, store::Store& store_, ManagedPbx& pbx_, ApiOptions options_)
      : clock(clock_),
        store(store_),
        pbx(pbx_),
        options(options_),
        sessions(clock_, options_.sessions),
        logins(clock_, options_.logins) {}

  const base::Clock& clock;
  store::Store& store;
  ManagedPbx& pbx;
  const ApiOptions options;
  Sessions sessions;
  LoginGuard logins;
  unsigned waiting_logins = 0;
  /// For unknown accounts, so that they take as long as known ones.
  store::PasswordHash nobodys_password;
  base::SteadyTime started = clock.steady();

  /// Runs work on the API thread; from any thread. What is posted must not own the context.
  std::function<void(std::function<void()>)> post;
  /// Runs work that takes long (password hashing) on the thread kept for that; from any thread.
  std::function<void(std::function<void()>)> post_slow;
};

/// One authorised request on its way through a handler.
struct Exchange {
  Context* context;  ///< outlives every piece of work on the API thread
  Request request;
  Caller caller;  ///< the account is empty where the route is open

  const std::string& parameter(std::string_view name) const { return request.parameters.find(name)->second; }
};

/// Carries a completion of another thread to the API thread. `work` runs there, or never when the server has stopped.
template <class T, class Work>
std::function<void(T)> on_api_thread(const Exchange& exchange, Work work) {
  return [context = exchange.context->shared_from_this(), work = std::move(work)](T value) {
    auto shared = std::make_shared<T>(std::move(value));
    context->post([work, shared] { work(std::move(*shared)); });
  };
}

}  // namespace cadenas::admin
