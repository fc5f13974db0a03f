// The states of a search with fingerprints in a checkpoint: all levels, written out in full, and
// the fingerprints. Who met a state does not matter, so one worker gets it all.
#include <algorithm>

#include "checker/engine/archive.hpp"
#include "checker/engine/fingerprint_search.hpp"

namespace engine {
namespace {

constexpr std::uint32_t kFingerprintVersion = 1;  // of every section here

// Refuses a block that no log wrote, or whose states are not of these halves and messages.
void require_states(ArchiveReader& reader, std::uint32_t states, std::span<const std::byte> bytes,
                    const std::vector<bool>& halves, std::size_t messages) {
  std::vector<MessageId> of_state;
  try {
    StateLogReader block(bytes);
    for (; !block.at_end(); --states) {
      const HalfId half = block.next(of_state);
      const auto is_unknown = [&](MessageId message) { return message >= messages; };
      if (states == 0 || half >= halves.size() || !halves[half] ||
          std::ranges::any_of(of_state, is_unknown)) {
        reader.refuse("a state that was not saved");
      }
    }
  } catch (const std::out_of_range& error) {
    reader.refuse(error.what());
  }
  if (states != 0) reader.refuse("fewer states than were saved");
}

}  // namespace

void FingerprintSearch::save_found(ArchiveWriter& writer) const {
  FingerprintWorker::Found found;
  for (const auto& worker : workers_) {
    found.states += worker->found().states;
    found.orbits += worker->found().orbits;
  }
  writer.begin_section("fingerprint.found", kFingerprintVersion);
  writer.put_u64(found.states);
  writer.put_u64(found.orbits);
  writer.put_list(visited_halves());
  writer.end_section();
}

// A level: how many blocks, and these: how many states, and their bytes. The last level is the one
// that is being added. Of the one before it, so many blocks as is said first are explored.
void FingerprintSearch::save_levels(ArchiveWriter& writer) {
  for (const auto& worker : workers_) worker->log().end_block();
  writer.begin_section("fingerprint.levels", kFingerprintVersion);
  writer.put_u64(std::min(next_chunk(), chunks_.size()));
  std::vector<std::byte> scratch;
  for (std::size_t level = 0; level <= workers_.front()->log().levels(); ++level) {
    std::uint64_t blocks = 0;
    for (const auto& worker : workers_) blocks += worker->log().blocks(level).size();
    writer.put_u64(blocks);
    for (const auto& worker : workers_) {
      for (const StateLog::Block& block : worker->log().blocks(level)) {
        writer.put_u32(block.states);
        writer.put_list(worker->log().bytes(block, scratch));
      }
    }
  }
  writer.end_section();
}

void FingerprintSearch::save_states(ArchiveWriter& writer) {
  save_found(writer);
  writer.begin_section("fingerprint.table", kFingerprintVersion);
  table_.for_each([&](std::uint64_t fingerprint) { writer.put_u64(fingerprint); });
  writer.end_section();
  save_levels(writer);
}

void FingerprintSearch::load_found(ArchiveReader& reader) {
  reader.open_section("fingerprint.found", kFingerprintVersion);
  FingerprintWorker::Found found;
  found.states = reader.get_u64();
  found.orbits = reader.get_u64();
  for (const HalfId half : reader.get_list<HalfId>()) {
    graph_.restore(half);
    if (half >= found.halves.size()) found.halves.resize(half + std::size_t{1}, false);
    found.halves[half] = true;
  }
  reader.close_section();
  workers_.front()->restore_found(std::move(found));
}

void FingerprintSearch::load_levels(ArchiveReader& reader) {
  const std::vector<bool>& halves = workers_.front()->found().halves;
  const std::size_t messages = graph_.model().message_count();
  StateLog& log = workers_.front()->log();
  reader.open_section("fingerprint.levels", kFingerprintVersion);
  skip_chunks(reader.get_u64());
  std::vector<std::byte> bytes;
  do {
    for (std::uint64_t left = reader.get_u64(); left > 0; --left) {
      const std::uint32_t states = reader.get_u32();
      reader.get_list(bytes);
      require_states(reader, states, bytes, halves, messages);
      log.append_block(states, bytes);
    }
    if (reader.remaining() > 0) {
      for (const auto& worker : workers_) worker->log().end_level();
    }
  } while (reader.remaining() > 0);
  reader.close_section();
}

void FingerprintSearch::load_states(ArchiveReader& reader) {
  load_found(reader);
  reader.open_section("fingerprint.table", kFingerprintVersion);
  while (reader.remaining() > 0) {
    const std::uint64_t fingerprint = reader.get_u64();
    if (fingerprint == 0) reader.refuse("a fingerprint that no state has");
    table_.insert(fingerprint);
    if (table_.wants_growth()) table_.grow();
  }
  reader.close_section();
  load_levels(reader);
  for (const auto& worker : workers_) worker->show();
}

}  // namespace engine
