#include "pbx/ocsp_stapler.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::pbx {

OcspStapler::OcspStapler(pki::OcspCache cache, std::shared_ptr<pki::LiveStaple> staple, const base::Clock& clock)
    : cache_(std::move(cache)), staple_(std::move(staple)), loop_(0, clock), thread_([this] {
        base::name_this_thread("ocsp-fetch");
        loop_.run();
      }) {}

OcspStapler::~OcspStapler() {
  loop_.stop();
  thread_.join();
}

void OcspStapler::take_kept(const pki::Identity& identity) {
  publish(identity, cache_.kept(identity));
}

void OcspStapler::look(std::shared_ptr<const pki::Identity> identity, std::function<void()> done) {
  loop_.post([this, identity = std::move(identity), done = std::move(done)] {
    if (identity) {
      pki::OcspState state = cache_.get(*identity);
      if (state.problem) {
        failures_.fetch_add(1, std::memory_order_relaxed);
        base::log::warning(state.problem->code, {{"uri", state.responder}, {"message", state.problem->message}});
      }
      publish(*identity, std::move(state));
    } else {
      staple_->store(nullptr);
      state_.store(nullptr);
    }
    done();
  });
}

void OcspStapler::publish(const pki::Identity& identity, pki::OcspState state) {
  const bool good = state.answer && state.answer->status == pki::OcspStatus::good;
  staple_->store(good ? std::make_shared<const pki::Staple>(
                            pki::Staple{identity.leaf(), state.answer->octets, state.answer->until})
                      : nullptr);
  state_.store(std::make_shared<const pki::OcspState>(std::move(state)));
}

}  // namespace cadenas::pbx
