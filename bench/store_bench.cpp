// What the database thread spends on history: one recorded call of two legs, and one journal line, in a history that is
// full, so that old rows go as new ones come. The CPU column is the thread's own; "real" holds the waits for the disk.
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include "store/database.hpp"

namespace cadenas::store {
namespace {

constexpr std::size_t kept = 20'000;
constexpr int filling_batch = 512;

/// A database in a folder of its own, gone afterwards.
class TemporaryDatabase {
 public:
  TemporaryDatabase() {
    std::string name = (std::filesystem::temp_directory_path() / "cadenas-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    folder_ = name;
    auto opened = Database::open((folder_ / "cadenas.db").string(), {kept, kept});
    if (!opened) throw std::runtime_error(opened.error().code);
    database_ = *std::move(opened);
  }
  ~TemporaryDatabase() {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;

  Database& operator*() { return *database_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
};

/// Ids without order, as calls choose them: each insert meets another page of the index.
std::string id_of(std::uint64_t number) {
  std::uint64_t mixed = number * 0x9e3779b97f4a7c15U;
  mixed ^= mixed >> 29;
  mixed *= 0xbf58476d1ce4e5b9U;
  return std::to_string(mixed) + "-" + std::to_string(number);
}

CallRecord call(std::uint64_t number) {
  CallRecord out;
  out.id = id_of(number);
  out.from = "2001";
  out.to = "2002";
  out.started = base::WallTime{base::Millis{1'700'000'000'000 + static_cast<std::int64_t>(number)}};
  out.answered = out.started + base::Millis{2500};
  out.ended = out.started + base::Millis{9000};
  out.cause = "bye";
  const LegRecord leg{"2001", "TLS", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "AES_CM_128_HMAC_SHA1_80", "SDES", 450, 0, 0,
                      0,      true,  {}};
  out.legs = {leg, leg};
  return out;
}

JournalEntry line(std::uint64_t) {
  return {0, base::WallTime{base::Millis{1'700'000'000'000}}, "system", "register.accepted", "Registered.", "2001"};
}

void must(const base::Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().code);
}

/// Writes `batch` values with one commit each turn, as the database thread does.
template <class Make, class Write>
void write_batches(benchmark::State& state, Make make, Write write) {
  TemporaryDatabase database;
  std::uint64_t number = 0;
  const auto commit_of = [&](std::int64_t size) {
    must((*database).begin());
    for (std::int64_t i = 0; i < size; ++i) must(write(*database, make(number++)));
    must((*database).commit());
  };
  while (number < kept) commit_of(filling_batch);
  for (auto _ : state) commit_of(state.range(0));
  state.counters["cpu_per_write"] = benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                                                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void recorded_call(benchmark::State& state) {
  write_batches(state, call, [](Database& database, const CallRecord& c) { return database.record_call(c); });
}
void journal_line(benchmark::State& state) {
  write_batches(state, line, [](Database& database, const JournalEntry& e) { return database.write_journal(e); });
}

BENCHMARK(recorded_call)->Arg(64)->Arg(1)->Unit(benchmark::kMicrosecond);
BENCHMARK(journal_line)->Arg(64)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cadenas::store
