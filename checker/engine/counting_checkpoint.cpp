// A counting search in a checkpoint, taken while no worker works: the model, the steps that are
// known, the networks, the states with the levels they belong to, what was counted, and what of the
// current level is not yet explored. Nothing depends on the number of threads: states are dealt out
// anew by their halves.
//
// The steps are saved as the questions that led to them and asked again. What is memoised of
// networks is computed again as it is needed.
#include <algorithm>
#include <functional>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/interner_archive.hpp"

namespace engine {
namespace {

constexpr std::uint32_t kVersion = 1;  // of every section here

void put_options(const CountingOptions& options, ArchiveWriter& writer) {
  writer.put_u8(static_cast<std::uint8_t>(options.order));
  writer.put_u8(static_cast<std::uint8_t>(options.loss));
  writer.put_u64(options.inflight);
  writer.put_u64(options.symmetry == nullptr ? 0 : options.symmetry->size());
}

void require_options(const CountingOptions& options, ArchiveReader& reader) {
  const auto require = [&](bool is_equal, const char* what) {
    if (!is_equal) {
      reader.refuse(std::string("the search that was saved has another ") + what +
                    " than the one that is to go on");
    }
  };
  require(reader.get_u8() == static_cast<std::uint8_t>(options.order), "order of messages");
  require(reader.get_u8() == static_cast<std::uint8_t>(options.loss), "way to lose messages");
  require(reader.get_u64() == options.inflight, "number of messages in flight");
  require(reader.get_u64() == (options.symmetry == nullptr ? 0 : options.symmetry->size()),
          "symmetry");
}

std::vector<std::uint64_t> get_counts(ArchiveReader& reader, std::size_t expected) {
  auto counts = reader.get_list<std::uint64_t>();
  if (counts.size() != expected) reader.refuse("counts of other actions or bounds");
  return counts;
}

// A question to the graph: the internal steps of a half (message kNone), or one receipt.
struct Question {
  HalfId half = kNone;
  MessageId message = kNone;
  std::uint32_t alternative = 0;
  bool operator==(const Question&) const = default;
};

void save_graph(const HalfGraph& graph, ArchiveWriter& writer) {
  writer.begin_section("counting.steps", kVersion);
  Question last;
  for (EdgeId id = 0; id < graph.edge_count(); ++id) {
    const EdgeDetail& detail = graph.detail(id);
    const Question question{detail.from, detail.message, detail.alternative};
    if (question != last) writer.put_item(question);
    last = question;
  }
  writer.end_section();
}

void load_graph(HalfGraph& graph, ArchiveReader& reader) {
  reader.open_section("counting.steps", kVersion);
  while (reader.remaining() > 0) {
    const auto question = reader.get_item<Question>();
    if (question.message == kNone) {
      graph.internal(question.half);
      continue;
    }
    if (question.message >= graph.model().message_count() ||
        question.alternative >= graph.alternatives()) {
      reader.refuse("a receipt of a message that was not saved");
    }
    graph.delivery(question.half, question.message, question.alternative);
  }
  reader.close_section();
}

void save_networks(NetworkTable& networks, ArchiveWriter& writer) {
  writer.begin_section("counting.networks", kVersion);
  writer.put_u64(networks.size());
  for (NetworkId id = 0; id < networks.size(); ++id) writer.put_list(networks.messages(id));
  writer.end_section();
}

void load_networks(NetworkTable& networks, std::size_t known, ArchiveReader& reader) {
  reader.open_section("counting.networks", kVersion);
  load_values<MessageId>(reader, [&](std::span<const MessageId> messages) {
    for (const MessageId message : messages) {
      if (message >= known) reader.refuse("a message that was not saved");
    }
    if (networks.wants_growth()) networks.grow_tables();
    return networks.intern(messages);
  });
  reader.close_section();
}

void get_networks(ArchiveReader& reader, std::vector<NetworkId>& networks, std::size_t known) {
  reader.get_list(networks);
  const auto is_unknown = [&](NetworkId id) { return id >= known; };
  if (std::ranges::any_of(networks, is_unknown)) reader.refuse("a network that was not saved");
}

}  // namespace

void CountingSearch::write_checkpoint() {
  if (options_.checkpointing == nullptr) return;
  for (const auto& worker : workers_) worker->receive();
  options_.checkpointing->write([this](ArchiveWriter& writer) { save(writer); });
}

void CountingSearch::save(ArchiveWriter& writer) {
  save_counts(writer);
  system_.graph().model().save(writer);
  save_graph(system_.graph(), writer);
  save_networks(system_.networks(), writer);
  save_states(writer);
  save_frontier(writer);
  save_levels(writer);
}

void CountingSearch::save_counts(ArchiveWriter& writer) {
  std::uint64_t generated = 0;
  std::uint64_t expanded = 0;
  std::uint32_t violation = 0;
  std::vector<std::uint64_t> actions(system_.graph().model().action_names().size(), 0);
  std::vector<std::uint64_t> cut_off(system_.graph().model().bound_names().size(), 0);
  const auto add = [](std::vector<std::uint64_t>& sums, const std::vector<std::uint64_t>& counts) {
    std::ranges::transform(sums, counts, sums.begin(), std::plus<>());
  };
  for (const auto& worker : workers_) {
    generated += worker->generated();
    expanded += worker->expanded();
    const std::uint32_t found = worker->violation();
    if (found != 0) violation = violation == 0 ? found : std::min(violation, found);
    add(actions, worker->action_counts());
    add(cut_off, worker->cut_off());
  }
  writer.begin_section("counting", kVersion);
  put_options(options_, writer);
  writer.put_u64(generated);
  writer.put_u64(expanded);
  writer.put_u32(violation);
  writer.put_u64(level_);
  writer.put_u32(system_.graph().witnesses());
  writer.put_list(actions);
  writer.put_list(cut_off);
  writer.end_section();
}

void CountingSearch::load_counts(ArchiveReader& reader) {
  reader.open_section("counting", kVersion);
  require_options(options_, reader);
  const std::uint64_t generated = reader.get_u64();
  const std::uint64_t expanded = reader.get_u64();
  const std::uint32_t violation = reader.get_u32();
  level_ = reader.get_u64();
  system_.graph().add_witnesses(reader.get_u32());
  const auto actions = get_counts(reader, system_.graph().model().action_names().size());
  const auto cut_off = get_counts(reader, system_.graph().model().bound_names().size());
  reader.close_section();
  workers_.front()->restore(generated, expanded, violation);
  workers_.front()->restore_counts(actions, cut_off);
}

void CountingSearch::save_states(ArchiveWriter& writer) const {
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

void CountingSearch::load_states(ArchiveReader& reader) {
  const std::size_t known = system_.networks().size();
  std::vector<NetworkId> networks;
  reader.open_section("counting.states", kVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    get_networks(reader, networks, known);
    system_.graph().restore(half);
    owner_of(half).store().restore(half, networks);
  }
  reader.close_section();

  reader.open_section("counting.fresh", kVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    const NetworkId network = reader.get_u32();
    if (network >= known) reader.refuse("a network that was not saved");
    owner_of(half).store().restore_fresh(half, network);
  }
  reader.close_section();
}

void CountingSearch::save_frontier(ArchiveWriter& writer) const {
  writer.begin_section("counting.frontier", kVersion);
  for (std::size_t number = next_chunk_; number < chunks_.size(); ++number) {
    const Chunk& chunk = chunks_[number];
    writer.put_u32(chunk.half);
    writer.put_list(workers_[chunk.worker]->store().frontier().subspan(chunk.first, chunk.size));
  }
  writer.end_section();
}

void CountingSearch::load_frontier(ArchiveReader& reader) {
  std::vector<NetworkId> networks;
  reader.open_section("counting.frontier", kVersion);
  while (reader.remaining() > 0) {
    const HalfId half = reader.get_u32();
    get_networks(reader, networks, system_.networks().size());
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
void CountingSearch::load_levels(ArchiveReader& reader) {
  reader.open_section("counting.levels", kVersion);
  std::vector<NetworkId> part;
  while (reader.remaining() > 0) {
    std::vector<LevelLog::Segment> segments;
    std::vector<NetworkId> networks;
    while (reader.get_u8() != 0) {
      const HalfId half = reader.get_u32();
      get_networks(reader, part, system_.networks().size());
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

void CountingSearch::resume(ArchiveReader& reader) {
  load_counts(reader);  // before the long parts: other options are refused at once
  Model& model = system_.graph().model();
  model.load(reader);
  load_graph(system_.graph(), reader);
  load_networks(system_.networks(), model.message_count(), reader);
  load_states(reader);
  load_frontier(reader);
  load_levels(reader);
  for (const auto& worker : workers_) {  // shows how many states are stored
    worker->restore(worker->generated(), worker->expanded(), worker->violation());
  }
  deal_out();
  polled_at_ = workers_.front()->expanded();
  is_resumed_ = true;
}

}  // namespace engine
