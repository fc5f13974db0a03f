// A breadth-first search in a checkpoint, taken while no worker works: the model, the steps that
// are known, what was counted, and the states (counting_checkpoint.cpp,
// fingerprint_checkpoint.cpp).
//
// The steps are saved as the questions that led to them and asked again.
#include <algorithm>
#include <string>

#include "checker/engine/archive.hpp"
#include "checker/engine/counts.hpp"
#include "checker/engine/level_search.hpp"

namespace engine {
namespace {

constexpr std::uint32_t kLevelVersion = 2;
constexpr std::uint32_t kStepsVersion = 1;

void put_options(const CountingOptions& options, ArchiveWriter& writer) {
  writer.put_u8(static_cast<std::uint8_t>(options.order));
  writer.put_u8(static_cast<std::uint8_t>(options.loss));
  writer.put_u64(options.inflight);
  writer.put_u64(options.symmetry == nullptr ? 0 : options.symmetry->size());
  writer.put_u8(static_cast<std::uint8_t>(options.store));
  writer.put_u64(options.fingerprint_seed);
  writer.put_u32(options.fingerprint_bits);
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
  require(reader.get_u8() == static_cast<std::uint8_t>(options.store), "store");
  require(reader.get_u64() == options.fingerprint_seed, "seed of fingerprints");
  require(reader.get_u32() == options.fingerprint_bits, "length of fingerprints");
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
  writer.begin_section("counting.steps", kStepsVersion);
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
  reader.open_section("counting.steps", kStepsVersion);
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

}  // namespace

void LevelSearch::write_checkpoint() {
  if (options_.checkpointing == nullptr) return;
  options_.checkpointing->write([this](ArchiveWriter& writer) { save(writer); });
}

void LevelSearch::save(ArchiveWriter& writer) {
  save_counts(writer);
  graph().model().save(writer);
  save_graph(graph(), writer);
  save_states(writer);
}

void LevelSearch::resume(ArchiveReader& reader) {
  load_counts(reader);  // before the long parts: other options are refused at once
  graph().model().load(reader);
  load_graph(graph(), reader);
  load_states(reader);
  deal_out();
  polled_at_ = tally(0).work();
  is_resumed_ = true;
}

void LevelSearch::save_counts(ArchiveWriter& writer) {
  std::uint64_t generated = 0;
  std::uint64_t expanded = 0;
  std::vector<std::uint64_t> actions(graph().model().action_names().size(), 0);
  std::vector<std::uint64_t> cut_off(graph().model().bound_names().size(), 0);
  for (std::size_t worker = 0; worker < options_.threads; ++worker) {
    generated += tally(worker).generated();
    expanded += tally(worker).expanded();
    add_to(actions, tally(worker).action_counts());
    add_to(cut_off, tally(worker).cut_off());
  }
  writer.begin_section("counting", kLevelVersion);
  put_options(options_, writer);
  writer.put_u64(generated);
  writer.put_u64(expanded);
  writer.put_u32(least_violation());
  writer.put_u64(level_);
  writer.put_u64(graph().witnesses());
  writer.put_list(actions);
  writer.put_list(cut_off);
  writer.end_section();
}

void LevelSearch::load_counts(ArchiveReader& reader) {
  reader.open_section("counting", kLevelVersion);
  require_options(options_, reader);
  const std::uint64_t generated = reader.get_u64();
  const std::uint64_t expanded = reader.get_u64();
  const std::uint32_t violation = reader.get_u32();
  level_ = reader.get_u64();
  graph().add_witnesses(reader.get_u64());
  const auto actions = get_counts(reader, graph().model().action_names().size());
  const auto cut_off = get_counts(reader, graph().model().bound_names().size());
  reader.close_section();
  tally(0).restore(generated, expanded, violation);
  tally(0).restore_counts(actions, cut_off);
}

}  // namespace engine
