// The states of an exact counting search in a checkpoint, taken while no worker works and nothing
// is left to be looked up: the networks that were interned, the states with the levels they belong
// to, and what of the current level is not yet explored. Nothing depends on the number of threads.
#include <vector>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/interner_archive.hpp"

namespace engine {
namespace {

constexpr std::uint32_t kCountingVersion = 3;  // of every section here

void save_networks(const SharedSequences<MessageId>& lists, ArchiveWriter& writer) {
  writer.begin_section("counting.networks", kCountingVersion);
  writer.put_u64(lists.size());
  for (std::uint32_t id = 0; id < lists.size(); ++id) writer.put_list(lists[id]);
  writer.end_section();
}

void load_networks(NetworkNames& names, std::size_t known, ArchiveReader& reader) {
  SharedSequences<MessageId>& lists = names.lists();
  reader.open_section("counting.networks", kCountingVersion);
  load_values<MessageId>(reader, [&](std::span<const MessageId> messages) {
    for (const MessageId message : messages) {
      if (message >= known) reader.refuse("a message that was not saved");
    }
    if (lists.wants_growth()) lists.grow_table();
    return std::size_t{lists.intern(messages, names.lists_max())};
  });
  reader.close_section();
}

void put_level(const LevelStates::Level& level, ArchiveWriter& writer) {
  std::size_t first = 0;
  for (const LevelLog::Segment& segment : level.segments) {
    writer.put_u32(segment.half);
    writer.put_list(level.networks.span(first, segment.size));
    first += segment.size;
  }
}

}  // namespace

// Reads names of networks, and refuses what is the name of none.
class CountingSearch::NetworkReader {
 public:
  NetworkReader(ArchiveReader& reader, const NetworkNames& names, std::size_t messages)
      : reader_(reader), names_(names), messages_(messages) {}

  void list(std::vector<NetworkId>& networks) {
    reader_.get_list(networks);
    for (const NetworkId network : networks) {
      if (!is_known(network)) reader_.refuse("a network that was not saved");
    }
  }

 private:
  [[nodiscard]] bool is_known(NetworkId network) const {
    if (!names_.is_name(network)) return false;
    BagRanks::Bag bag;
    const auto messages = names_.messages(network, bag);
    return messages.empty() || messages.back() < messages_ || !names_.is_ranked(network);
  }

  ArchiveReader& reader_;
  const NetworkNames& names_;
  std::size_t messages_;
};

void CountingSearch::save_states(ArchiveWriter& writer) {
  save_networks(system_.names().lists(), writer);
  save_store(writer);
  save_added(writer);
  save_frontier(writer);
  save_levels(writer);
}

void CountingSearch::load_states(ArchiveReader& reader) {
  const std::size_t messages = system_.graph().model().message_count();
  load_networks(system_.names(), messages, reader);
  NetworkReader networks(reader, system_.names(), messages);
  load_store(reader, networks);
  load_added(reader, networks);
  load_frontier(reader, networks);
  load_levels(reader, networks);
  for (const auto& worker : workers_) worker->show();
  end_look_up();
}

void CountingSearch::save_store(ArchiveWriter& writer) const {
  writer.begin_section("counting.states", kCountingVersion);
  store_.for_each_half([&](HalfId half, std::uint64_t states) {
    writer.put_u32(half);
    writer.put_u64(states);
    store_.for_each_network(half, [&](NetworkId network) { writer.put_u32(network); });
  });
  writer.end_section();
}

void CountingSearch::load_store(ArchiveReader& reader, NetworkReader& ids) {
  std::vector<NetworkId> networks;
  std::uint64_t distinct = 0;
  reader.open_section("counting.states", kCountingVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    ids.list(networks);
    system_.graph().restore(half);
    for (const NetworkId network : networks) distinct += store_.insert(half, network) ? 1 : 0;
  }
  reader.close_section();
  workers_.front()->restore_distinct(distinct);
}

void CountingSearch::save_added(ArchiveWriter& writer) const {
  writer.begin_section("counting.added", kCountingVersion);
  for (const auto& worker : workers_) put_level(worker->states().added(), writer);
  writer.end_section();
}

// Who has a state does not matter, so one worker gets them all.
void CountingSearch::load_added(ArchiveReader& reader, NetworkReader& ids) {
  std::vector<NetworkId> networks;
  reader.open_section("counting.added", kCountingVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    ids.list(networks);
    workers_.front()->states().added().add(half, networks);
  }
  reader.close_section();
}

void CountingSearch::save_frontier(ArchiveWriter& writer) const {
  writer.begin_section("counting.frontier", kCountingVersion);
  for (std::size_t number = next_chunk(); number < chunks_.size(); ++number) {
    writer.put_u32(chunks_[number].half);
    writer.put_list(chunks_[number].networks);
  }
  writer.end_section();
}

void CountingSearch::load_frontier(ArchiveReader& reader, NetworkReader& ids) {
  std::vector<NetworkId> networks;
  reader.open_section("counting.frontier", kCountingVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    ids.list(networks);
    workers_.front()->states().explored().add(half, networks);
  }
  reader.close_section();
}

// A level: 1, a half and some of its networks, as often as need be; then 0.
void CountingSearch::save_levels(ArchiveWriter& writer) const {
  writer.begin_section("counting.levels", kCountingVersion);
  const std::size_t levels = workers_.front()->states().log().levels();
  for (std::size_t level = 0; level < levels; ++level) {
    for (const auto& worker : workers_) {
      worker->states().log().for_each(
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

void CountingSearch::load_levels(ArchiveReader& reader, NetworkReader& ids) {
  reader.open_section("counting.levels", kCountingVersion);
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
    workers_.front()->states().log().add_level(segments, networks);
    for (std::size_t other = 1; other < workers_.size(); ++other) {
      workers_[other]->states().log().add_level({}, {});
    }
  }
  reader.close_section();
}

}  // namespace engine
