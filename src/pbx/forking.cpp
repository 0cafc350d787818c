#include "pbx/forking.hpp"

#include <utility>

namespace cadenas::pbx {

namespace {

int as_seen_by_caller(int status) {
  if (status < 400) return 480;
  if (status == 401 || status == 407) return 502;
  return status == 503 ? 500 : status;
}

// Lower is better.
int rank(int status) {
  if (status >= 600) return 0;
  if (status >= 500) return 4;
  if (status == 487) return 3;
  return status == 408 || status == 481 ? 2 : 1;
}

}  // namespace

void BestRefusal::add(CallRefusal refusal) {
  refusal.status = as_seen_by_caller(refusal.status);
  if (!best_ || rank(refusal.status) < rank(best_->status)) best_ = std::move(refusal);
}

}  // namespace cadenas::pbx
