// A server that is driven by bytes alone: a journal and frames of inputs go in, frames come out.
// Whoever drives it keeps a file, clocks and a network, and need not know a type of the core.
//
// What comes out is to be done in its order, which is that of effects.hpp:
//   a journal_start   becomes the journal, in place of what there was;
//   a write           goes to the end of the journal, and is synced before anything that follows;
//   a message         goes to `to`, or is lost;
//   the report        says what to tell the state machine, the clients and the timers.
// With Config::async_disk nobody waits: a write may be synced later, and what follows the report
// waits until all writes so far are. The `persisted` that follows a write is then to be handed back
// as an input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/raft/step.hpp"
#include "src/wire/journal.hpp"

namespace wire {

struct Asked {
  Kind kind{};
  raft::ServerId to{};  // of a message
  std::string frame;
};

class ByteServer {
 public:
  // Throws raft::ContractViolation if the two make no server.
  ByteServer(const raft::Config& config, raft::ServerId id);

  struct Started {
    std::size_t journal_bytes = 0;  // the journal is to be cut off here first
    std::vector<Asked> asked;
  };
  // Starts it, or starts it again after a crash, with what its journal holds; nothing, if it never
  // ran. Throws raft::ContractViolation if no server can have left that behind.
  Decoded<Started> start(std::string_view journal);

  // Takes a step, once started. Bytes that are no input change nothing. Throws
  // raft::ContractViolation: the server must then be started again.
  Decoded<std::vector<Asked>> take(std::string_view input);

  // A journal that says the same in one frame, where the old one has grown long: it goes on from
  // here. All writes so far are durable once it is.
  Asked renewed_journal();

  [[nodiscard]] const raft::Server& server() const { return server_; }

 private:
  std::vector<Asked> step(const raft::Input& input);
  void ask_for_write(std::vector<Asked>& asked);
  [[nodiscard]] Asked report() const;

  raft::Server server_;
  raft::Effects effects_;
  JournalWriter journal_;
};

}  // namespace wire
