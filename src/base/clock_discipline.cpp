#include "base/clock_discipline.hpp"

#include <sys/timex.h>

namespace cadenas::base {

bool clock_is_disciplined() {
  timex state{};
  const int outcome = adjtimex(&state);
  return outcome >= 0 && outcome != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace cadenas::base
