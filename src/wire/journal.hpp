// A server's durable state as one file that only grows: the state with which the journal began, and
// each write since. FORMAT.md describes the bytes; where they lie and when they are synced is the
// driver's business.
//
// A crash can leave the last write torn: cut short, or unwritten in part, so that zeros stand to
// the end of the file. Then the journal ends before it. Anything else that is wrong was damaged
// later, and the journal is refused: what it lost had been promised to somebody. So what comes back
// is always the state after some write, and after the last one unless that was torn.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/wire/values.hpp"

namespace wire {

struct Recovered {
  JournalStart state{};           // whose journal it is, and what is durable now
  std::size_t writes = 0;         // that were found whole
  std::size_t bytes = 0;          // through the last of them: the file is to be cut off here
  std::optional<Problem> torn{};  // what followed
  std::uint32_t check = 0;        // for the next write
};

// What a journal says. A file must hold a whole JournalStart before it becomes the journal (write
// it under another name, sync, rename): one that does not is refused, as an empty one is.
Decoded<Recovered> recover(std::string_view bytes);

// Makes the frames of a journal, each of which goes on from the one before.
class JournalWriter {
 public:
  // Begins a new one: the frame is all of it.
  std::string begin(const JournalStart& start) { return continued_by(frame_of(start, 0)); }
  // Goes on where the file was cut off.
  void resume(const Recovered& recovered) { check_ = recovered.check; }
  std::string append(const raft::Write& write) { return continued_by(frame_of(write, check_)); }

 private:
  std::string continued_by(std::string frame) {
    check_ = check_of(frame);
    return frame;
  }
  std::uint32_t check_ = 0;
};

}  // namespace wire
