// A run as plain values: a cluster's options, and a list of choices of what to try next. Each
// choice names what it wants by servers and links, never by a position in the run, and one that is
// not possible when its turn comes is passed over. So any list of choices is a run, any part of one
// is a run too, and what is left out of a run changes little of what the rest of it means: which is
// what lets somebody else draw runs at random and make failing ones smaller.
//
// The network is unordered and bounded by nothing: messages are late, overtaken, doubled, lost, and
// cut off.
#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <vector>

#include "checker/cluster/runner.hpp"
#include "checker/cluster/world.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"
#include "traces/trace.hpp"

namespace cluster {

enum class ChoiceKind : std::uint8_t {
  Deliver,    // the oldest message from `other` to `server`, but for `number` older ones
  Duplicate,  // the same, and a copy of it stays on the network
  Lose,       // the same message is lost
  ElectionTimeout,
  HeartbeatTimeout,  // of a leader
  LeaseTimeout,      // of a server that has a lease
  Propose,           // to a leader; the k-th of a run carries "vk"
  Read,              // at a leader, or at a follower that knows one; the k-th of a run has the id k
  Crash,             // `number`, cyclically: so many parts of what was not yet durable survive
  Cut,               // into the `number`-th partition, cyclically
  Heal,
  DiskWrite,         // where something is to be written
  Compact,           // through the `number`-th index that it can, cyclically
  Transfer,          // by a leader to `other`
  ChangeMembership,  // by a leader, the `number`-th change that it can be asked for, cyclically
};
inline constexpr std::size_t kChoiceKinds = 15;

const char* to_string(ChoiceKind kind);

struct Choice {
  ChoiceKind kind{};
  std::uint8_t server = 0;  // 1..n; not of Cut and Heal
  std::uint8_t other = 0;
  std::uint8_t number = 0;
  bool operator==(const Choice&) const = default;
};

struct PlannedRun {
  node::Options options{};
  std::vector<Choice> choices{};
};

std::ostream& operator<<(std::ostream& out, const Choice& choice);
// One line for the options, one for each choice.
std::ostream& operator<<(std::ostream& out, const PlannedRun& run);

// What there was to see in a run.
struct Happened {
  spec::WitnessSet witnesses = 0;
  std::uint32_t steps = 0;
  std::uint32_t doubled = 0;    // deliveries that left a copy behind
  std::uint32_t overtaken = 0;  // deliveries before an older message of the same link
  std::uint32_t lost = 0;
  std::uint32_t torn = 0;  // crashes that some, not all, of what was not yet durable survived
  std::uint32_t cuts = 0;
  std::uint32_t heals = 0;
  [[nodiscard]] bool has(spec::Witness witness) const {
    return (witnesses & spec::set_of(witness)) != 0;
  }
};

// Takes the choices of a run one by one on the real code, and judges every step.
class ChosenRun {
 public:
  // The node must be made with `options`.
  ChosenRun(node::Node& node, const node::Options& options,
            spec::PropertySet properties = spec::kAllProperties);

  // Whether the choice was possible; else, and after a violation, nothing happens.
  bool take(const Choice& choice);
  // Takes them all, or until a property is violated.
  void take(const std::vector<Choice>& choices);

  [[nodiscard]] const Runner& runner() const { return runner_; }
  [[nodiscard]] const std::optional<spec::Violation>& violation() const { return violation_; }
  [[nodiscard]] const Happened& happened() const { return happened_; }
  // What was taken, up to and with a violation. `program_version`, `bounds` and `bug` are left for
  // the caller to fill in.
  [[nodiscard]] traces::Trace trace() const;

 private:
  struct Flying {
    spec::ServerId from = spec::kNoServer;
    spec::ServerId to = spec::kNoServer;
    std::size_t step = 0;  // that sent it, by number
    std::size_t position = 0;
    bool is_copy = false;  // it has been received once
  };

  // The action that a choice stands for, if it is possible as far as the servers' views say.
  [[nodiscard]] std::optional<traces::Action> action_of(const Choice& choice) const;
  [[nodiscard]] bool fill_in_action(const Choice& choice, const spec::ServerView& view,
                                    traces::Action& action) const;
  [[nodiscard]] bool fill_in_change(const Choice& choice, const spec::ServerView& view,
                                    traces::Action& action) const;
  [[nodiscard]] std::size_t find(const Choice& choice) const;  // in flying_, or its size
  bool take_message(const Choice& choice);
  bool apply(const traces::Action& action);

  node::Options options_;
  Runner runner_;
  std::vector<Partition> partitions_;  // without the whole
  traces::Trace trace_;
  std::optional<spec::Violation> violation_;
  Happened happened_;
  std::vector<Flying> flying_;  // in the order of sending
  std::uint32_t proposals_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace cluster
