// The states of an exact counting search in a checkpoint, taken while no worker works: the
// networks, the states with the levels they belong to, and what of the current level is not yet
// explored. Nothing depends on the number of threads: states are dealt out anew by their halves.
// What is memoised of networks is computed again as it is needed.
#include <vector>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/interner_archive.hpp"

namespace engine {
namespace {

constexpr std::uint32_t kVersion = 2;  // of every section here

void save_networks(NetworkTable& networks, ArchiveWriter& writer) {
  writer.begin_section("counting.networks", kVersion);
  writer.put_u64(networks.size());
  networks.for_each([&](NetworkId id) { writer.put_list(networks.messages(id)); });
  writer.end_section();
}

void load_networks(NetworkTable& networks, std::size_t known, ArchiveReader& reader) {
  reader.open_section("counting.networks", kVersion);
  load_values<MessageId>(reader, [&](std::span<const MessageId> messages) {
    for (const MessageId message : messages) {
      if (message >= known) reader.refuse("a message that was not saved");
    }
    if (networks.wants_growth()) networks.grow_tables();
    networks.intern(messages);
    return networks.size() - 1;  // not its number if it was there already
  });
  reader.close_section();
}

}  // namespace

// Reads ids of networks, and refuses what is the id of none.
class CountingSearch::NetworkReader {
 public:
  NetworkReader(ArchiveReader& reader, const NetworkTable& networks) : reader_(reader) {
    networks.for_each([&](NetworkId id) {
      is_known_.resize(std::size_t{id} + 1);
      is_known_[id] = true;
    });
  }
  NetworkId one() {
    const NetworkId id = reader_.get_u32();
    require(id);
    return id;
  }
  void list(std::vector<NetworkId>& networks) {
    reader_.get_list(networks);
    for (const NetworkId id : networks) require(id);
  }

 private:
  void require(NetworkId id) {
    if (id >= is_known_.size() || !is_known_[id]) reader_.refuse("a network that was not saved");
  }

  ArchiveReader& reader_;
  std::vector<bool> is_known_;
};

void CountingSearch::save_states(ArchiveWriter& writer) {
  save_networks(system_.networks(), writer);
  save_stores(writer);
  save_frontier(writer);
  save_levels(writer);
}

void CountingSearch::load_states(ArchiveReader& reader) {
  load_networks(system_.networks(), system_.graph().model().message_count(), reader);
  NetworkReader networks(reader, system_.networks());
  load_stores(reader, networks);
  load_frontier(reader, networks);
  load_levels(reader, networks);
  for (const auto& worker : workers_) worker->show();
}

void CountingSearch::save_stores(ArchiveWriter& writer) const {
  writer.begin_section("counting.states", kVersion);
  for (const auto& worker : workers_) {
    worker->store().for_each_half([&](HalfId half, std::uint64_t states) {
      writer.put_u32(half);
      writer.put_u64(states);
      worker->store().for_each_network(half, [&](NetworkId id) { writer.put_u32(id); });
    });
  }
  writer.end_section();

  writer.begin_section("counting.fresh", kVersion);
  for (const auto& worker : workers_) {
    worker->store().for_each_fresh([&](HalfId half, NetworkId network) {
      writer.put_u32(half);
      writer.put_u32(network);
    });
  }
  writer.end_section();
}

void CountingSearch::load_stores(ArchiveReader& reader, NetworkReader& ids) {
  std::vector<NetworkId> networks;
  reader.open_section("counting.states", kVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    ids.list(networks);
    system_.graph().restore(half);
    owner_of(half).store().restore(half, networks);
  }
  reader.close_section();

  reader.open_section("counting.fresh", kVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    owner_of(half).store().restore_fresh(half, ids.one());
  }
  reader.close_section();
}

void CountingSearch::save_frontier(ArchiveWriter& writer) const {
  writer.begin_section("counting.frontier", kVersion);
  for (std::size_t number = next_chunk(); number < chunks_.size(); ++number) {
    const Chunk& chunk = chunks_[number];
    writer.put_u32(chunk.half);
    writer.put_list(workers_[chunk.worker]->store().frontier().subspan(chunk.first, chunk.size));
  }
  writer.end_section();
}

void CountingSearch::load_frontier(ArchiveReader& reader, NetworkReader& ids) {
  std::vector<NetworkId> networks;
  reader.open_section("counting.frontier", kVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    ids.list(networks);
    owner_of(half).store().restore_frontier(half, networks);
  }
  reader.close_section();
}

// A level: 1, a half and some of its networks, as often as need be; then 0.
void CountingSearch::save_levels(ArchiveWriter& writer) const {
  writer.begin_section("counting.levels", kVersion);
  const std::size_t levels = workers_.front()->store().log().levels();
  for (std::size_t level = 0; level < levels; ++level) {
    for (const auto& worker : workers_) {
      worker->store().log().for_each(
          level, [](HalfId) { return true; },
          [&](HalfId half, std::span<const NetworkId> networks) {
            writer.put_u8(1);
            writer.put_u32(half);
            writer.put_list(networks);
          });
    }
    writer.put_u8(0);
  }
  writer.end_section();
}

// One worker's log gets it all: who explored a state does not matter.
void CountingSearch::load_levels(ArchiveReader& reader, NetworkReader& ids) {
  reader.open_section("counting.levels", kVersion);
  std::vector<NetworkId> part;
  while (reader.remaining() > 0) {
    std::vector<LevelLog::Segment> segments;
    std::vector<NetworkId> networks;
    while (reader.get_u8() != 0) {
      const HalfId half = reader.get_u32();
      ids.list(part);
      segments.push_back({half, static_cast<std::uint32_t>(part.size())});
      networks.insert(networks.end(), part.begin(), part.end());
    }
    workers_.front()->store().restore_level(segments, networks);
    for (std::size_t other = 1; other < workers_.size(); ++other) {
      workers_[other]->store().restore_level({}, {});
    }
  }
  reader.close_section();
}

}  // namespace engine
