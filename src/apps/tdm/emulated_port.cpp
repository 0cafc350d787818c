#include "apps/tdm/emulated_port.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "media/audio/level.hpp"

namespace cadenas::apps::tdm {
namespace {

constexpr std::size_t kWindow = media::samples_in(media::SampleRate::narrow, 100);
constexpr double kLeastToneDbov = -40;
constexpr double kSameTone = 0.02;

/// Frequency of a tone by its crossings of zero upwards, the first to the last.
double frequency(media::Samples audio) {
  double first = -1, last = -1;
  int crossings = 0;
  for (std::size_t i = 1; i < audio.size(); ++i) {
    if (audio[i - 1] >= 0 || audio[i] < 0) continue;
    last = static_cast<double>(i) - static_cast<double>(audio[i]) / (audio[i] - audio[i - 1]);
    if (crossings++ == 0) first = last;
  }
  return crossings < 2 ? 0 : media::hertz(media::SampleRate::narrow) * (crossings - 1) / (last - first);
}

bool same_tone(double a, double b) {
  return a > 0 && b > 0 && std::abs(a - b) <= kSameTone * a;
}

}  // namespace

EmulatedPort::EmulatedPort(std::string name, media::tdm::PortDescription description, std::optional<LineEcho> echo,
                           media::G711Law law, Report report)
    : name_(std::move(name)), description_(description), law_(law), report_(std::move(report)) {
  if (echo) echo_path_.emplace(*echo);
}

void EmulatedPort::tell(boost::json::object what) const {
  what["port"] = name_;
  report_(std::move(what));
}

void EmulatedPort::play(const std::vector<std::int16_t>& audio) {
  to_play_.insert(to_play_.end(), audio.begin(), audio.end());
}

void EmulatedPort::dial(std::string_view digits) {
  for (const char digit : digits) dialling_.add(digit);
}

void EmulatedPort::stop() {
  to_play_.clear();
}

base::Result<void> EmulatedPort::record(const std::string& path) {
  stop_recording();
  base::Result<WavWriter> writer = WavWriter::create(path);
  if (!writer) return tl::unexpected(writer.error());
  recording_.emplace(std::move(*writer));
  return {};
}

void EmulatedPort::stop_recording() {
  if (!recording_) return;
  recording_->finish();
  tell({{"event", "recorded"}, {"file", recording_->path()}, {"samples", recording_->samples()}});
  recording_.reset();
}

void EmulatedPort::hear(const media::tdm::SlotFrame& frame) {
  std::array<std::int16_t, media::tdm::kFrameOctets> audio;
  std::ranges::transform(frame, audio.begin(), [this](std::uint8_t octet) { return media::g711_decode(law_, octet); });
  if (recording_) recording_->write(audio);
  if (echo_path_) {
    std::ranges::transform(audio, echo_.begin(), [this](std::int16_t heard) { return echo_path_->reflect(heard); });
  }
  const media::HeardDigits heard = detector_.hear(audio);
  for (const char digit : heard.text()) tell({{"event", "digit-heard"}, {"digit", std::string(1, digit)}});
  window_.insert(window_.end(), audio.begin(), audio.end());
  if (window_.size() < kWindow) return;
  look_for_tone(window_);
  window_.clear();
}

void EmulatedPort::look_for_tone(media::Samples audio) {
  const double level = media::level_dbov(audio);
  const double hz = level < kLeastToneDbov ? 0 : frequency(audio);
  if (same_tone(hz, last_hz_)) {
    if (!same_tone(hz, told_hz_)) tell({{"event", "tone"}, {"hz", std::round(hz)}, {"level_dbov", std::round(level)}});
    told_hz_ = hz;
  } else if (!same_tone(last_hz_, told_hz_)) {
    // Two windows without it: it is over, and may begin anew.
    told_hz_ = 0;
  }
  last_hz_ = hz;
}

void EmulatedPort::say(media::tdm::SlotFrame& frame) {
  std::array<std::int16_t, media::tdm::kFrameOctets> audio{};
  if (!to_play_.empty()) {
    const auto samples = static_cast<std::ptrdiff_t>(std::min(to_play_.size(), audio.size()));
    std::copy_n(to_play_.begin(), samples, audio.begin());
    to_play_.erase(to_play_.begin(), to_play_.begin() + samples);
    if (to_play_.empty()) tell({{"event", "played"}});
  }
  dialling_.fill(audio);
  std::ranges::transform(audio, echo_, audio.begin(), [](int said, int echo) {
    return static_cast<std::int16_t>(std::clamp(said + echo, -32'768, 32'767));
  });
  std::ranges::transform(audio, frame.begin(),
                         [this](std::int16_t sample) { return media::g711_encode(law_, sample); });
}

}  // namespace cadenas::apps::tdm
