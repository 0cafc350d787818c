#include "media/audio/announcement.hpp"

#include <array>

namespace cadenas::media {
namespace {

constexpr ToneStep kGap{{}, 40};
constexpr std::array kJoined{ToneStep{{660, 0}, 120}, ToneStep{{880, 0}, 160}};
constexpr std::array kLeft{ToneStep{{880, 0}, 120}, ToneStep{{587, 0}, 160}};
constexpr std::array kEncrypted{ToneStep{{784, 0}, 90}, kGap, ToneStep{{988, 0}, 90}, kGap, ToneStep{{1175, 0}, 140}};
constexpr std::array kIntrusion{ToneStep{{1'400, 0}, 120}, kGap, ToneStep{{1'400, 0}, 120}, kGap,
                                ToneStep{{1'400, 0}, 120}};
constexpr std::array kClear{ToneStep{{330, 415}, 180}, kGap, ToneStep{{330, 415}, 180}};

}  // namespace

Tone announcement(Announcement announcement) {
  constexpr double kLevel = -14;
  switch (announcement) {
    case Announcement::joined:
      return {kJoined, false, kLevel};
    case Announcement::left:
      return {kLeft, false, kLevel};
    case Announcement::encrypted:
      return {kEncrypted, false, kLevel};
    case Announcement::intrusion:
      return {kIntrusion, false, kLevel};
    case Announcement::clear:
      return {kClear, false, kLevel};
  }
  return {};
}

}  // namespace cadenas::media
