// A server of the core with all that a driver keeps for it: its disk, its state machine and the
// writes that are under way. What the boundary's two forms have in common: `Node`, where a machine
// is bytes that a search remembers, and `Live`, where it is stepped in place. Internal to this
// room.
#pragma once

#include <string_view>
#include <vector>

#include "checker/node/node.hpp"
#include "src/raft/disk.hpp"
#include "src/raft/step.hpp"

namespace node {

// A write that is not yet durable, and the messages that wait for it. One message waits once: to
// answer twice what came twice is not needed.
struct PendingWrite {
  raft::Write write{};
  std::vector<raft::Message> messages{};
  bool operator==(const PendingWrite&) const = default;
};
RAFT_FIELDS(PendingWrite, write, messages)

// What a state's bytes hold.
struct Machine {
  raft::Server server{};
  raft::Durable durable{};
  std::vector<raft::Entry> applied{};   // where servers take snapshots: all that was applied
  std::vector<PendingWrite> pending{};  // with an asynchronous disk: oldest first
  bool operator==(const Machine&) const = default;
};
RAFT_FIELDS(Machine, server, durable, applied, pending)

// Of Input::payload of a Compact. Throws std::invalid_argument if it is none.
raft::Index compacted_through(std::string_view payload);

// Equal situations are equal states: in which order messages came to wait does not matter.
void sort_waiting(std::vector<raft::Message>& waiting);

// Does for a machine what effects.hpp asks of a driver.
class Driver {
 public:
  // Throws raft::ContractViolation if the options make no cluster.
  explicit Driver(const Options& options);

  [[nodiscard]] const raft::Config& config() const { return config_; }
  [[nodiscard]] Machine initial(spec::ServerId id) const;

  // What the core is to be told. A crash first tears what was being written; a write that is done
  // first lets go what waited for it, to `sent`. Not for a receipt, which needs none of this.
  // Precondition of DiskWrite: something is pending.
  raft::Input begin(Machine& machine, const Input& input, std::vector<raft::Message>& sent) const;

  // Takes the step and brings disk and state machine up to it; adds to `sent` what may leave at
  // once. Throws raft::ContractViolation: the machine must not be used any more. What is returned
  // is valid until the next call.
  const raft::Effects& step(Machine& machine, const raft::Input& input,
                            std::vector<raft::Message>& sent);

  // What the last step handed to the state machine.
  [[nodiscard]] spec::Applied applied(const Machine& machine) const;
  [[nodiscard]] Timers timers() const;

 private:
  void apply(Machine& machine) const;
  void write_later(Machine& machine, std::vector<raft::Message>& sent) const;

  raft::Config config_;
  bool has_state_machines_;
  raft::Effects effects_;
};

}  // namespace node
