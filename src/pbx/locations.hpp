#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "pbx/binding_table.hpp"
#include "pbx/registration_view.hpp"
#include "sip/flow.hpp"

namespace cadenas::base {
class Loop;
class Loops;
}  // namespace cadenas::base

namespace cadenas::pbx {

/// The location service (RFC 3261 §10): every number's bindings live on one loop, found by hashing the number, and are
/// touched there only. Every member may be called on any thread; what is asked travels as a value. Requests of one
/// loop about one number are carried out in order, so that a connection's end always comes after its REGISTERs.
class Locations {
 public:
  struct Settings {
    std::size_t bindings_per_number = 10;
    base::Millis sweep_interval{
        1'000};  ///< how late an expired binding may leave memory; it is never found after expiry
  };

  /// `loops` must outlive this, and no longer run when it goes.
  explicit Locations(base::Loops& loops);
  Locations(base::Loops& loops, Settings settings);
  ~Locations();
  Locations(const Locations&) = delete;
  Locations& operator=(const Locations&) = delete;

  using Found = std::function<void(std::vector<Binding>)>;
  /// The bindings of a number, by falling q; none for an unknown one. `found` runs on `answer_on`, within the call if
  /// that is both the current loop and the number's.
  void find(std::string number, base::Loop& answer_on, Found found);

  using Applied = std::function<void(base::Result<std::vector<Binding>>)>;
  /// Carries out a REGISTER (BindingTable::apply). `applied` runs as in `find`.
  void apply(std::string number, BindingUpdate update, base::Loop& answer_on, Applied applied);

  using Listed = std::function<void(std::vector<RegistrationView>)>;
  /// All bindings, by number; `listed` runs once, on one of the loops.
  void list(const Listed& listed);

  /// Removes what was bound by a connection that closed; nothing for a UDP flow.
  void remove_flow(const sip::Flow& flow);
  /// Removes the bindings for which `keep` is false; `event` is what the log says of each. `keep` is called on each
  /// loop, maybe at the same time.
  void remove_unless(const BindingTable::Keep& keep, const char* event);

  /// Bindings in memory, of all loops.
  std::size_t size() const;
  /// Bindings removed because their connection closed, and because they ran out, since the start.
  std::uint64_t lost_with_connection() const;
  std::uint64_t expired() const;

  /// The loop that keeps a number.
  base::Loop& home_of(const std::string& number);

 private:
  struct Shard;
  Shard& shard_of(const std::string& number);
  void arm_sweep(Shard& shard);

  base::Loops& loops_;
  Settings settings_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace cadenas::pbx
