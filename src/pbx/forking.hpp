#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cadenas::pbx {

/// A final refusal as the caller gets it.
struct CallRefusal {
  int status = 480;
  std::string warning;  ///< a sentence, empty for none
  std::optional<std::uint32_t> retry_after;
  std::string code{};  ///< stable, of what failed on our side of the callee: kept in the call's record
};

/// Chooses among the refusals of several contacts (RFC 3261 §16.7 step 6): a 6xx before all, else the lowest class, and
/// within 4xx one that says something of the callee before 408, 481 and 487. What would tell the caller to act towards
/// the callee's phone is mapped: 3xx to 480, 401 and 407 to 502, 503 to 500.
class BestRefusal {
 public:
  void add(CallRefusal refusal);
  bool empty() const { return !best_.has_value(); }
  /// 480 where there is none.
  CallRefusal get() const { return best_.value_or(CallRefusal{}); }

 private:
  std::optional<CallRefusal> best_;
};

}  // namespace cadenas::pbx
