#include "pbx/q850.hpp"

#include <algorithm>
#include <array>

namespace cadenas::pbx {

namespace {

struct Pair {
  int status;
  std::uint8_t cause;
};

// RFC 3398 §7.2.4.1; a cause that is not here is 500, or 503 where resources are short (34 to 47).
constexpr std::array<Pair, 19> to_sip{{{404, 1},
                                       {404, 2},
                                       {404, 3},
                                       {480, 16},
                                       {486, 17},
                                       {408, 18},
                                       {480, 19},
                                       {480, 20},
                                       {403, 21},
                                       {410, 22},
                                       {404, 26},
                                       {502, 27},
                                       {484, 28},
                                       {501, 29},
                                       {480, 31},
                                       {503, 38},
                                       {403, 57},
                                       {488, 65},
                                       {504, 102}}};
// RFC 3398 §8.2.6.1.
constexpr std::array<Pair, 22> to_cause{{{400, 41}, {401, 21},  {402, 21}, {403, 21},  {404, 1},  {405, 63},
                                         {407, 21}, {408, 102}, {410, 22}, {413, 127}, {415, 79}, {480, 18},
                                         {484, 28}, {486, 17},  {487, 16}, {488, 65},  {501, 79}, {502, 38},
                                         {503, 41}, {504, 102}, {600, 17}, {603, 21}}};

}  // namespace

int status_of_cause(std::uint8_t cause) {
  const auto* found = std::find_if(to_sip.begin(), to_sip.end(), [cause](const Pair& p) { return p.cause == cause; });
  if (found != to_sip.end()) return found->status;
  return cause >= 34 && cause <= 47 ? 503 : 500;
}

std::uint8_t cause_of_status(int status) {
  const auto* found =
      std::find_if(to_cause.begin(), to_cause.end(), [status](const Pair& p) { return p.status == status; });
  if (found != to_cause.end()) return found->cause;
  if (status == 604) return 1;
  return status < 300 ? 16 : 31;
}

}  // namespace cadenas::pbx
