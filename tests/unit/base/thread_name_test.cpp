#include "base/thread_name.hpp"

#include <array>
#include <future>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>

#include "base/loop.hpp"

namespace cadenas::base {
namespace {

std::string own_name() {
  std::array<char, 16> name{};
  return pthread_getname_np(pthread_self(), name.data(), name.size()) == 0 ? name.data() : "";
}

TEST(ThreadName, IsWhatTheSystemShows) {
  std::string seen;
  std::thread([&] {
    name_this_thread("store");
    seen = own_name();
  }).join();
  EXPECT_EQ(seen, "store");
}

TEST(ThreadName, IsCutToWhatTheSystemKeeps) {
  std::string seen;
  std::thread([&] {
    name_this_thread("a name of more than fifteen octets");
    seen = own_name();
  }).join();
  EXPECT_EQ(seen, "a name of more ");
}

TEST(ThreadName, TellsTheSignallingLoopsApart) {
  const SystemClock clock;
  Loops loops(2, clock);
  loops.start();
  for (unsigned i = 0; i < loops.size(); ++i) {
    std::promise<std::string> name;
    loops.at(i).post([&] { name.set_value(own_name()); });
    EXPECT_EQ(name.get_future().get(), "sip/" + std::to_string(i));
  }
}

}  // namespace
}  // namespace cadenas::base
