#include "base/thread_name.hpp"

#include <string>

#include <pthread.h>

namespace cadenas::base {

namespace {

constexpr std::size_t longest = 15;

}  // namespace

void name_this_thread(std::string_view name) {
  // The kernel refuses only names that are too long.
  pthread_setname_np(pthread_self(), std::string(name.substr(0, longest)).c_str());
}

}  // namespace cadenas::base
