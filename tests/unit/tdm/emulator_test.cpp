// The emulated shelf on a real bus. The script waits for what happens, not for time.
#include "apps/tdm/emulator.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "media/tdm/bus.hpp"

namespace cadenas::apps::tdm {
namespace {

using media::tdm::Event;
using media::tdm::PortId;

/// An emulator on a thread of its own, and the bus that it attaches to.
class EmulatorTest : public testing::Test {
 protected:
  EmulatorTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "cadenas-shelf-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
  }
  ~EmulatorTest() override {
    if (thread_.joinable()) thread_.join();
    std::filesystem::remove_all(folder_);
  }

  std::string path(const char* name) const { return (folder_ / name).string(); }
  void open_bus() {
    bus_ = std::make_unique<media::tdm::Bus>(
        media::tdm::BusSettings{path("cards"), media::TonePlan::france, {}},
        [this](const PortId& port, const Event& event) { act_(port, event); }, clock_);
  }
  /// Runs the script to its end. True if all that it expected happened.
  bool run(const std::string& script, std::vector<FarNumber> far = {}) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    EXPECT_EQ(::write(ends[1], script.data(), script.size()), static_cast<ssize_t>(script.size()));
    ::close(ends[1]);
    const std::vector<NamedPort> ports{parse_port("desk=0/1,analogue").value(), parse_port("set=0/2,digital").value(),
                                       parse_port("pstn=0/17,t2").value()};
    Emulator emulator(
        {path("cards"), describe_shelf("rack", media::G711Law::a, ports).value(), ports, std::move(far)},
        [this](boost::json::object what) { reports_.push_back(std::move(what)); }, clock_);
    const bool went_well = emulator.run(ends[0]);
    ::close(ends[0]);
    return went_well;
  }
  bool was_reported(const boost::json::object& wanted) const {
    return std::ranges::any_of(reports_, [&wanted](const boost::json::object& report) {
      return std::ranges::all_of(wanted, [&report](const auto& member) {
        const boost::json::value* found = report.if_contains(member.key());
        return found && *found == member.value();
      });
    });
  }

  const PortId desk_{"rack", {0, 1}};
  const PortId set_{"rack", {0, 2}};
  const PortId pstn_{"rack", {0, 17}};
  std::filesystem::path folder_;
  base::SystemClock clock_;
  std::function<void(const PortId&, const Event&)> act_ = [](const PortId&, const Event&) {};
  std::unique_ptr<media::tdm::Bus> bus_;
  std::vector<boost::json::object> reports_;
  std::thread thread_;
};

TEST_F(EmulatorTest, DialsIsRungTalksOverTheBusAndRecords) {
  std::string dialled;
  act_ = [&](const PortId& port, const Event& event) {
    if (std::holds_alternative<media::tdm::OffHook>(event) && port == desk_) bus_->play(port, media::CallTone::dial);
    if (const auto* digit = std::get_if<media::tdm::Digit>(&event)) {
      bus_->quiet(port);
      dialled += digit->digit;
      if (dialled == "20") bus_->tell(set_, media::tdm::Ring{"101", {1500, 3500}});
    }
    if (std::holds_alternative<media::tdm::OffHook>(event) && port == set_) {
      bus_->tell(set_, media::tdm::StopRing{});
      EXPECT_TRUE(bus_->join(desk_, set_));
    }
  };
  open_bus();
  {
    WavWriter tone = WavWriter::create(path("said.wav")).value();
    std::vector<std::int16_t> audio(8'000);
    for (std::size_t i = 0; i < audio.size(); ++i) audio[i] = i % 10 < 5 ? 8'000 : -8'000;  // 800 Hz
    tone.write(audio);
    tone.finish();
  }
  EXPECT_TRUE(
      run("expect attached\n"
          "desk off-hook\n"
          "desk expect tone\n"
          "desk dial 20\n"
          "set expect ring\n"
          "set off-hook\n"
          "set expect ring-stopped\n"
          "set record " +
          path("heard.wav") +
          "\n"
          "desk play " +
          path("said.wav") +
          "\n"
          "set expect tone\n"
          "desk expect played\n"
          "quit\n"));
  EXPECT_EQ(dialled, "20");
  EXPECT_TRUE(was_reported({{"port", "desk"}, {"event", "tone"}, {"hz", 440.0}})) << "dial tone of the country";
  EXPECT_TRUE(was_reported({{"port", "set"}, {"event", "ring"}, {"calling", "101"}, {"on_ms", 1500}}));
  EXPECT_TRUE(was_reported({{"port", "set"}, {"event", "tone"}, {"hz", 800.0}}));
  EXPECT_TRUE(was_reported({{"port", "set"}, {"event", "recorded"}, {"file", path("heard.wav")}}));
  const std::vector<std::int16_t> heard = read_wav(path("heard.wav")).value();
  EXPECT_GT(std::ranges::count_if(heard, [](int sample) { return std::abs(std::abs(sample) - 8'000) < 300; }), 4'000);
}

TEST_F(EmulatorTest, IsTheExchangeBehindATrunk) {
  std::string seen;
  act_ = [&](const PortId& port, const Event& event) {
    if (const auto* setup = std::get_if<media::tdm::Setup>(&event)) {
      seen += "setup " + setup->called + " from " + setup->calling + "; ";
      bus_->tell(port, media::tdm::Setup{"0123", "200"});
      bus_->tell(port, media::tdm::Setup{"0124", "200"});
      bus_->tell(port, media::tdm::Setup{"999", "200"});
    }
    if (std::holds_alternative<media::tdm::Alerting>(event)) seen += "alerting; ";
    if (std::holds_alternative<media::tdm::Answer>(event)) seen += "answer; ";
    if (const auto* release = std::get_if<media::tdm::Release>(&event)) {
      seen += "release " + std::to_string(release->cause) + "; ";
      if (release->cause == 1) bus_->tell(port, media::tdm::Release{16});
    }
  };
  open_bus();
  EXPECT_TRUE(
      run("expect attached\n"
          "pstn setup 200 0612\n"
          "pstn expect release\n",
          {parse_far("0123=answer").value(), parse_far("0124=busy").value()}));
  EXPECT_EQ(seen, "setup 200 from 0612; alerting; answer; release 17; release 1; ");
  EXPECT_TRUE(was_reported({{"port", "pstn"}, {"event", "setup"}, {"called", "0124"}, {"calling", "200"}}));
}

TEST_F(EmulatorTest, TellsWhatItDidNotSeeInTimeAndWhatItDoesNotUnderstand) {
  open_bus();
  EXPECT_FALSE(run("expect attached\ndesk expect ring 1\n"));
  EXPECT_TRUE(was_reported({{"event", "error"}, {"code", "script.expected"}}));
  EXPECT_FALSE(run("desk jump\n"));
  EXPECT_TRUE(was_reported({{"event", "error"}, {"code", "script.verb"}}));
  EXPECT_FALSE(run("phone off-hook\n"));
  EXPECT_TRUE(was_reported({{"event", "error"}, {"code", "script.port"}}));
  EXPECT_FALSE(run("expect attached\ndesk play /nowhere.wav\n"));
  EXPECT_TRUE(was_reported({{"event", "error"}, {"code", "wav.read"}}));
}

TEST_F(EmulatorTest, AttachesWhenTheBusComesAndAgainWhenItWasGone) {
  thread_ = std::thread([this] { EXPECT_TRUE(run("expect attached\ndetach\nattach\nexpect attached\nquit\n")); });
  open_bus();
  thread_.join();
  EXPECT_TRUE(was_reported({{"event", "detached"}}));
  ASSERT_EQ(bus_->shelves().size(), 1u);
  EXPECT_EQ(bus_->shelves()[0].attachments, 2u);
}

}  // namespace
}  // namespace cadenas::apps::tdm
