// A covering search in a checkpoint, in the order Fastest, taken while no worker works: the model,
// the halves with the messages that each was asked about and the sets that each keeps, every state
// ever kept (for the run to a violation), what was counted, and the arrows of relevance.hpp.
//
// Steps and conclusions are drawn again from these, so nothing depends on the number of threads. A
// conclusion may come out bolder than it was: about a message that was not known yet when it was
// drawn. That does no harm, since whatever was done before was done with less left out; and what
// turns out to have been too bold later is put right as ever.
#include <algorithm>

#include "checker/engine/archive.hpp"
#include "checker/engine/counts.hpp"
#include "checker/engine/covering_search.hpp"

namespace engine {
namespace {

constexpr std::uint32_t kCoveringVersion = 2;  // of every section here

struct SavedNode {
  HalfId half = kNone;
  std::uint32_t parent_worker = 0;
  std::uint32_t parent_index = kNone;  // kNone: it is the initial state
  MessageId message = kNone;           // received by the step from the parent, or
  std::uint32_t internal = 0;          // which of the internal steps it is
  std::uint32_t depth = 0;
  std::uint32_t expanded_at = 0;
  std::uint32_t is_queued = 0;
};

struct SavedExample {
  std::uint32_t place = kNone;  // which of the halves that were saved has the part
  std::uint32_t slot = 0;
};

}  // namespace

void Relevance::save(ArchiveWriter& writer, std::span<const HalfId> halves,
                     std::span<Lessons* const> lessons) const {
  std::vector<SavedExample> examples(parts_.size());
  for (std::uint32_t place = 0; place < halves.size(); ++place) {
    const auto parts = parts_of(halves[place]);
    for (std::uint32_t slot = 0; slot < parts.size(); ++slot) {
      examples[parts[slot].part] = {place, slot};
    }
  }
  std::vector<std::uint64_t> fresh = unsettled_;
  for (const Lessons* each : lessons) {
    fresh.insert(fresh.end(), each->fresh_.begin(), each->fresh_.end());
  }
  std::ranges::sort(fresh);
  std::vector<std::uint64_t> settled;
  for (PartId from = 0; from < parts_.size(); ++from) {
    for (const Arrow& arrow : parts_[from].arrows) {
      const std::uint64_t key = key_of(from, arrow.to, arrow.names);
      if (!std::ranges::binary_search(fresh, key)) settled.push_back(key);
    }
  }
  writer.begin_section("covering.relevance", kCoveringVersion);
  writer.put_u32(time_);
  writer.put_list(examples);
  writer.put_list(changed_at_.span(0, parts_.size()));
  writer.put_list(settled);
  writer.put_list(fresh);
  writer.end_section();
}

void Relevance::load(ArchiveReader& reader, std::span<const HalfId> halves, Lessons& lessons) {
  reader.open_section("covering.relevance", kCoveringVersion);
  const std::uint32_t time = reader.get_u32();
  const auto examples = reader.get_list<SavedExample>();
  const auto changed_at = reader.get_list<std::uint32_t>();
  if (changed_at.size() != examples.size()) reader.refuse("parts without times");
  std::vector<PartId> now;  // what the parts that were saved are called now
  for (const SavedExample& example : examples) {
    if (example.place == kNone) {  // known by name alone
      now.push_back(kNone);
      continue;
    }
    if (example.place >= halves.size() || example.slot >= slots_.size()) {
      reader.refuse("a part of a half that was not saved");
    }
    now.push_back(parts_of(halves[example.place])[example.slot].part);
  }
  const auto renamed = [&](std::uint64_t key) {
    const std::uint64_t from = key >> 37U;
    const std::uint64_t to = key >> 10U & (kPartsMax - 1);
    const auto names = static_cast<Renaming>(key & 0x3FFU);
    if (std::max(from, to) >= now.size() || now[from] == kNone || now[to] == kNone ||
        names >= names_.renamings()) {
      reader.refuse("an arrow between parts that were not saved");
    }
    return key_of(now[from], now[to], names);
  };
  for (const std::uint64_t key : reader.get_list<std::uint64_t>()) {
    add_arrow(renamed(key));
    ++known_;
    ++news_;
  }
  settle({}, [] { return false; });
  time_ = time;
  std::ranges::fill(std::span(changed_at_.data(), parts_.size()), 0U);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] != kNone) changed_at_[now[i]] = changed_at[i];
  }
  for (const std::uint64_t key : reader.get_list<std::uint64_t>()) {
    const std::uint64_t named = renamed(key);
    note_arrow(static_cast<PartId>(named >> 37U),
               static_cast<PartId>(named >> 10U & (kPartsMax - 1)),
               static_cast<Renaming>(named & 0x3FFU), lessons);
  }
  reader.close_section();
}

void CoveringWorker::save_halves(std::vector<HalfId>& halves) const {
  for (std::size_t i = 0; i < places_.size(); ++i) halves.push_back(places_[i].half);
}

void CoveringWorker::save_nodes(ArchiveWriter& writer) const {
  writer.put_u64(nodes_.size());
  for (const Node& each : nodes_.span(0, nodes_.size())) {
    SavedNode saved{.half = each.half,
                    .depth = each.depth,
                    .expanded_at = each.expanded_at,
                    .is_queued = each.is_queued ? 1U : 0U};
    if (each.parent != kNone) {
      const EdgeDetail& detail = graph_.detail(each.edge);
      saved.parent_worker = static_cast<std::uint32_t>(each.parent % count_);
      saved.parent_index = static_cast<std::uint32_t>(each.parent / count_);
      saved.message = detail.message;
      if (detail.message == kNone) saved.internal = each.edge - graph_.internal(detail.from).first;
    }
    writer.put_item(saved);
  }
}

void CoveringWorker::save_sets(ArchiveWriter& writer) const {
  std::vector<MessageId> asked;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& at = places_[i];
    asked.clear();
    for (const Known& each : at.known) asked.push_back(each.message);
    writer.put_list(asked);
    writer.put_u64(at.sets.size());
    at.sets.for_each([&](NodeId id, MessagesView set) {
      writer.put_u32(static_cast<std::uint32_t>(id / count_));
      writer.put_list(set);
    });
  }
}

void CoveringWorker::restore_half(HalfId half) {
  graph_.restore(half);
  place(half);
}

NodeId CoveringWorker::restore_node(const Node& restored) {
  const auto id = static_cast<NodeId>(nodes_.size() * count_ + number_);
  nodes_.push_back(restored);
  depth_ = std::max(depth_, restored.depth);
  return id;
}

void CoveringWorker::restore_origin(NodeId id, NodeId parent, EdgeId edge) {
  Node& restored = nodes_[id / count_];
  restored.parent = parent;
  restored.edge = edge;
}

void CoveringWorker::restore_sets(HalfId half, std::span<const MessageId> asked,
                                  std::span<const Member> members) {
  Place& at = place(half);
  for (const MessageId message : asked) known(at, message);
  for (const Member& member : members) at.sets.add(member.node, member.set, member.set, kNone);
  maximal_ += at.sets.size();
  refresh(at);
  at.images_at = relevance_.time();
  at.sets.for_each([&](NodeId id, MessagesView set) {
    const auto found = std::ranges::find(members, id, &Member::node);
    if (found->is_queued) push(id, set.size());
  });
}

void CoveringWorker::restore_counts(std::uint64_t generated,
                                    std::span<const std::uint64_t> actions) {
  generated_ = generated;
  action_counts_.assign(actions.begin(), actions.end());
  show();
}

void CoveringSearch::write_checkpoint() {
  if (ground_.options.checkpointing == nullptr) return;
  for (const auto& worker : workers_) worker->receive();  // so that there is room for the rest
  for (const auto& worker : workers_) worker->flush();
  for (const auto& worker : workers_) worker->receive();
  ground_.options.checkpointing->write([this](ArchiveWriter& writer) { save(writer); });
}

void CoveringSearch::save(ArchiveWriter& writer) {
  std::vector<std::uint64_t> actions(ground_.graph.model().action_names().size(), 0);
  for (const auto& worker : workers_) {
    add_to(actions, worker->action_counts());
  }
  writer.begin_section("covering", kCoveringVersion);
  writer.put_u64(ground_.names.renamings());
  writer.put_u64(workers_.size());
  writer.put_u64(progress().generated);
  writer.put_u64(ground_.graph.witnesses());
  writer.put_list(actions);
  writer.end_section();

  ground_.graph.model().save(writer);

  std::vector<HalfId> halves;
  for (const auto& worker : workers_) worker->save_halves(halves);
  writer.begin_section("covering.halves", kCoveringVersion);
  writer.put_list(halves);
  writer.end_section();
  ground_.relevance.save(writer, halves, lessons_);

  writer.begin_section("covering.nodes", kCoveringVersion);
  for (const auto& worker : workers_) worker->save_nodes(writer);
  writer.end_section();
  writer.begin_section("covering.sets", kCoveringVersion);
  for (std::size_t number = 0; number < workers_.size(); ++number) {
    std::vector<HalfId> own;
    workers_[number]->save_halves(own);
    writer.put_u64(own.size());
    workers_[number]->save_sets(writer);
  }
  writer.end_section();
}

// What is known of the nodes while they are read.
struct CoveringSearch::LoadedNodes {
  std::vector<std::vector<NodeId>> now;              // by the worker and its index then
  std::vector<std::vector<std::uint8_t>> is_queued;  // likewise
};

CoveringSearch::LoadedNodes CoveringSearch::load_nodes(ArchiveReader& reader,
                                                       std::size_t workers_then) {
  LoadedNodes loaded;
  std::vector<std::vector<SavedNode>> saved(workers_then);
  reader.open_section("covering.nodes", kCoveringVersion);
  for (auto& nodes : saved) {
    reader.get_list(nodes);
    auto& now = loaded.now.emplace_back();
    auto& is_queued = loaded.is_queued.emplace_back();
    for (const SavedNode& each : nodes) {
      if (!is_place(each.half)) reader.refuse("a state of a half that was not saved");
      now.push_back(owner_of(each.half).restore_node(
          {.half = each.half, .depth = each.depth, .expanded_at = each.expanded_at}));
      is_queued.push_back(each.is_queued != 0 ? 1 : 0);
    }
  }
  const std::size_t messages = ground_.graph.model().message_count();
  for (std::size_t worker = 0; worker < workers_then; ++worker) {
    for (std::size_t i = 0; i < saved[worker].size(); ++i) {
      const SavedNode& each = saved[worker][i];
      if (each.parent_index == kNone) continue;
      if (each.parent_worker >= workers_then ||
          each.parent_index >= saved[each.parent_worker].size() ||
          (each.message != kNone && each.message >= messages)) {
        reader.refuse("a state that was reached from one that was not saved");
      }
      const HalfId from = saved[each.parent_worker][each.parent_index].half;
      const HalfGraph::EdgeRange internal = ground_.graph.internal(from);
      if (each.message == kNone && each.internal >= internal.last - internal.first) {
        reader.refuse("a step that its half does not have");
      }
      const EdgeId edge = each.message == kNone ? internal.first + each.internal
                                                : owner_of(from).known(from, each.message).edge;
      owner_of(each.half).restore_origin(loaded.now[worker][i],
                                         loaded.now[each.parent_worker][each.parent_index], edge);
    }
  }
  reader.close_section();
  return loaded;
}

void CoveringSearch::load_sets(ArchiveReader& reader, std::span<const HalfId> halves,
                               const LoadedNodes& nodes) {
  const std::size_t messages = ground_.graph.model().message_count();
  const auto get_messages = [&](std::vector<MessageId>& list) {
    reader.get_list(list);
    const auto is_unknown = [&](MessageId message) { return message >= messages; };
    if (std::ranges::any_of(list, is_unknown)) reader.refuse("a message that was not saved");
  };
  std::vector<MessageId> asked;
  std::vector<CoveringWorker::Member> members;
  std::size_t place = 0;
  reader.open_section("covering.sets", kCoveringVersion);
  for (std::size_t worker = 0; worker < nodes.now.size(); ++worker) {
    const std::uint64_t own = reader.get_u64();
    for (std::uint64_t i = 0; i < own; ++i, ++place) {
      if (place >= halves.size()) reader.refuse("sets of a half that was not saved");
      get_messages(asked);
      members.clear();
      for (std::size_t left = reader.get_count(sizeof(NodeId) + sizeof(std::uint64_t)); left > 0;
           --left) {
        const std::uint32_t index = reader.get_u32();
        if (index >= nodes.now[worker].size()) reader.refuse("a set of a state that was not saved");
        auto& member = members.emplace_back();
        member.node = nodes.now[worker][index];
        member.is_queued = nodes.is_queued[worker][index] != 0;
        get_messages(member.set);
      }
      owner_of(halves[place]).restore_sets(halves[place], asked, members);
    }
  }
  if (place != halves.size()) reader.refuse("a half without sets");
  reader.close_section();
}

void CoveringSearch::resume(ArchiveReader& reader) {
  if (ground_.options.order != CoverOrder::Fastest) {
    throw std::invalid_argument("the order shortest has no checkpoints");
  }
  reader.open_section("covering", kCoveringVersion);
  if (reader.get_u64() != ground_.names.renamings()) {
    reader.refuse("the search that was saved has another symmetry than the one that is to go on");
  }
  const std::uint64_t workers_then = reader.get_u64();
  if (workers_then == 0 || workers_then > kNone)
    reader.refuse("a number of threads that cannot be");
  const std::uint64_t generated = reader.get_u64();
  ground_.graph.add_witnesses(reader.get_u64());
  const auto actions = reader.get_list<std::uint64_t>();
  if (actions.size() != ground_.graph.model().action_names().size()) {
    reader.refuse("counts of other actions");
  }
  reader.close_section();

  ground_.graph.model().load(reader);
  reader.open_section("covering.halves", kCoveringVersion);
  const auto halves = reader.get_list<HalfId>();
  for (const HalfId half : halves) owner_of(half).restore_half(half);
  reader.close_section();
  ground_.relevance.load(reader, halves, workers_.front()->lessons());
  const LoadedNodes nodes = load_nodes(reader, workers_then);
  load_sets(reader, halves, nodes);
  const std::vector<std::uint64_t> none(actions.size(), 0);
  for (const auto& worker : workers_) worker->restore_counts(0, none);
  workers_.front()->restore_counts(generated - 1, actions);
  is_resumed_ = true;
}

}  // namespace engine
