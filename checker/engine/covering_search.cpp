#include "checker/engine/covering_search.hpp"

#include <algorithm>
#include <stdexcept>

namespace engine {
namespace {
constexpr std::uint64_t kPollInterval = 32;  // expansions between two questions whether to go on
}  // namespace

CoveringSearch::CoveringSearch(Model& model, const CoveringOptions& options)
    : graph_(model), options_(options) {
  result_.action_counts.assign(model.action_names().size(), 0);
  result_.cut_off.assign(model.bound_names().size(), 0);
}

std::uint64_t CoveringSearch::orbit_size(HalfId half) {
  if (options_.symmetry == nullptr) return 1;
  return options_.symmetry->size() / (graph_.model().automorphisms(half).size() + 1);
}

// In the order Fastest a loop is taken by the closure, once for each half; else like any step.
void CoveringSearch::note_loop(EdgeId id) {
  if (options_.order != CoverOrder::Fastest) return;
  ++generated_;
  ++result_.action_counts[graph_.edge(id).action];
  graph_.take(id);
}

CoveringSearch::Reactions& CoveringSearch::reactions(HalfId half) {
  if (half >= reactions_.size()) reactions_.resize(half + 1);
  Reactions& found = reactions_[half];
  if (found.is_ready) return found;
  found.is_ready = true;
  const HalfGraph::EdgeRange internal = graph_.internal(half);
  for (EdgeId id = internal.first; id != internal.last; ++id) {
    if (!graph_.edge(id).is_loop || graph_.detail(id).violation != 0) continue;
    note_loop(id);
    for (const MessageId sent : graph_.model().sends(graph_.edge(id).sends)) {
      insert(found.always, sent);
    }
  }
  graph_.count_cut_off(half, orbit_size(half), result_.cut_off);
  return found;
}

void CoveringSearch::learn(HalfId half, MessageId message) {
  const EdgeId id = graph_.delivery(half, message);
  const Edge& edge = graph_.edge(id);
  Reactions& known = reactions_[half];
  insert(known.known, message);
  if (edge.next == kNone) {
    if (const auto bound = graph_.detail(id).cut_off_by; bound != 0) {
      result_.cut_off[bound - 1U] += orbit_size(half);
    }
  } else if (!edge.is_loop || graph_.detail(id).violation != 0) {
    insert(known.moves, message);
  } else {
    note_loop(id);
    if (edge.sends != kNoSends) insert(known.answers, message);
  }
}

void CoveringSearch::learn_all(HalfId half, const MessageSet& set) {
  const Reactions& known = reactions(half);
  for (std::size_t word = 0; word < set.size(); ++word) {
    const std::uint64_t seen = word < known.known.size() ? known.known[word] : 0;
    any_in_word(word, set[word] & ~seen, [&](MessageId message) {
      learn(half, message);
      return false;
    });
  }
}

template <class F>
void CoveringSearch::close(HalfId half, MessageSet& set, F taken) {
  const Reactions& known = reactions(half);
  const HalfGraph::EdgeRange internal = graph_.internal(half);
  bool is_news = false;
  for (std::size_t word = 0; word < known.always.size() && !is_news; ++word) {
    is_news = word >= set.size() || (known.always[word] & ~set[word]) != 0;
  }
  const auto take = [&](EdgeId id) {
    bool added = false;
    for (const MessageId sent : graph_.model().sends(graph_.edge(id).sends)) {
      added |= insert(set, sent);
    }
    if (added) taken(id);
    return added;
  };
  for (EdgeId id = internal.first; is_news && id != internal.last; ++id) {
    if (graph_.edge(id).is_loop && !graph_.edge(id).is_violation) take(id);
  }
  for (bool changed = true; changed;) {
    changed = false;
    learn_all(half, set);
    for (std::size_t word = 0; word < std::min(set.size(), known.answers.size()); ++word) {
      any_in_word(word, set[word] & known.answers[word], [&](MessageId message) {
        changed |= take(graph_.delivery(half, message));
        return false;
      });
    }
  }
}

void CoveringSearch::rename(const MessageSet& set, Renaming renaming, MessageSet& target) {
  target.assign(set.size(), 0);
  for_each_message(
      set, [&](MessageId message) { insert(target, graph_.model().renamed(message, renaming)); });
}

bool CoveringSearch::is_covered(HalfId half, const MessageSet& set) {
  if (antichain_.covers(half, set)) return true;
  for (const Renaming renaming : graph_.model().automorphisms(half)) {
    rename(set, renaming, image_);
    if (antichain_.covers(half, image_)) return true;
  }
  return false;
}

void CoveringSearch::keep(NodeId from, EdgeId edge, HalfId half, MessageSet& set) {
  if (nodes_.size() >= kNone) throw std::length_error("more than 2^32 - 1 states were kept");
  const auto id = static_cast<NodeId>(nodes_.size());
  nodes_.push_back({half, from, edge, from == kNone ? 0 : nodes_[from].depth + 1});
  depth_ = std::max(depth_, nodes_.back().depth);
  const bool fastest = options_.order == CoverOrder::Fastest;
  antichain_.add(half, set, id, fastest ? 0 : level_first_);
  if (!fastest) return;
  const std::size_t bucket = size_of(set);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  buckets_[bucket].push_back(id);
  bucket_ = std::max(bucket_, bucket);
  ++queued_;
}

bool CoveringSearch::arrive(NodeId from, EdgeId id) {
  ++generated_;
  const Edge& edge = graph_.edge(id);
  ++result_.action_counts[edge.action];
  graph_.take(id);
  if (edge.is_violation) {
    result_.violation = graph_.detail(id).violation;
    found_node_ = from;
    found_edge_ = id;
    return true;
  }
  arrived_.assign(set_.begin(), set_.end());
  bool grew = false;
  for (const MessageId sent : graph_.model().sends(edge.sends)) grew |= insert(arrived_, sent);
  if (edge.is_loop && !grew) return false;
  if (edge.renaming != 0) {
    rename(arrived_, edge.renaming, renamed_);
    arrived_.swap(renamed_);
  }
  if (is_covered(edge.next, arrived_)) return false;
  // If the closed set were covered, so was the smaller one: there is nothing to ask again.
  if (options_.order == CoverOrder::Fastest) close(edge.next, arrived_, [](EdgeId) {});
  keep(from, id, edge.next, arrived_);
  return false;
}

bool CoveringSearch::expand(NodeId id) {
  const HalfId half = nodes_[id].half;
  const Antichain::Found found = antichain_.find(half, id);
  if (!found.present) return false;  // covered since it was kept
  set_.assign(found.set.begin(), found.set.end());
  learn_all(half, set_);
  const bool closed = options_.order == CoverOrder::Fastest;
  const HalfGraph::EdgeRange internal = graph_.internal(half);
  for (EdgeId edge = internal.first; edge != internal.last; ++edge) {
    if (closed && graph_.edge(edge).is_loop && !graph_.edge(edge).is_violation) continue;
    if (arrive(id, edge)) return true;
  }
  for (std::size_t word = 0; word < set_.size(); ++word) {
    const auto at = [&](const MessageSet& set) { return word < set.size() ? set[word] : 0; };
    const Reactions& known = reactions_[half];
    const std::uint64_t active = at(known.moves) | (closed ? 0 : at(known.answers));
    const auto leads_to_violation = [&](MessageId message) {
      return arrive(id, graph_.delivery(half, message));
    };
    if (any_in_word(word, set_[word] & active, leads_to_violation)) return true;
  }
  return false;
}

std::optional<NodeId> CoveringSearch::next_node() {
  if (options_.order == CoverOrder::Fastest) {
    while (bucket_ > 0 && buckets_[bucket_].empty()) --bucket_;
    if (buckets_[bucket_].empty()) return std::nullopt;
    const NodeId id = buckets_[bucket_].back();
    buckets_[bucket_].pop_back();
    --queued_;
    return id;
  }
  if (cursor_ == nodes_.size()) return std::nullopt;
  if (cursor_ == level_first_) {
    if (options_.limits.depth && nodes_[cursor_].depth >= *options_.limits.depth) {
      result_.stopped_by = StopReason::Depth;
      return std::nullopt;
    }
    level_first_ = static_cast<NodeId>(nodes_.size());
  }
  return cursor_++;
}

Progress CoveringSearch::progress() const {
  const std::uint64_t queue =
      options_.order == CoverOrder::Fastest ? queued_ : nodes_.size() - cursor_;
  return {generated_, antichain_.size(), queue, depth_ + 1};
}

void CoveringSearch::start() {
  Model& model = graph_.model();
  const Canonical initial = model.canonical(model.initial());
  MessageSet nothing;
  if (options_.order == CoverOrder::Fastest) close(initial.half, nothing, [](EdgeId) {});
  buckets_.resize(1);
  keep(kNone, kNone, initial.half, nothing);
}

SearchResult CoveringSearch::run(Observer& observer) {
  result_.shortest = options_.order == CoverOrder::Shortest;
  start();
  result_.violation = graph_.model().initial_violation();
  if (result_.violation != 0) result_.stopped_by = StopReason::Violation;
  std::uint64_t expanded = 0;
  while (result_.violation == 0) {
    const std::optional<NodeId> id = next_node();
    if (!id) break;
    if (expand(*id)) {
      result_.stopped_by = StopReason::Violation;
      result_.path = path_to_violation();
      break;
    }
    if (options_.limits.states && nodes_.size() >= *options_.limits.states &&
        progress().queue > 0) {
      result_.stopped_by = StopReason::States;
      break;
    }
    if (++expanded % kPollInterval != 0) continue;
    if (const auto stop = observer.poll(progress())) {
      result_.stopped_by = *stop;
      break;
    }
  }
  finish();
  return result_;
}

void CoveringSearch::finish() {
  result_.progress = progress();
  result_.witnesses = graph_.witnesses();
  antichain_.for_each_half([&](HalfId half) { result_.halves += orbit_size(half); });
}

std::vector<HalfId> CoveringSearch::reached_halves() const {
  std::vector<HalfId> halves;
  antichain_.for_each_half([&](HalfId half) { halves.push_back(half); });
  return halves;
}

// The kept states to the violating step, with the steps of the closure in between, in the run's
// names: those of the initial state.
std::vector<CoveringSearch::Taken> CoveringSearch::run_to_violation() {
  Model& model = graph_.model();
  std::vector<EdgeId> edges{found_edge_};
  for (NodeId id = found_node_; nodes_[id].parent != kNone; id = nodes_[id].parent) {
    edges.push_back(nodes_[id].edge);
  }
  std::ranges::reverse(edges);
  const Canonical initial = model.canonical(model.initial());
  Renaming names = 0;
  if (options_.symmetry != nullptr) names = options_.symmetry->inverse(initial.renaming);
  std::vector<Taken> run;
  const auto take = [&](EdgeId id) {
    const Edge& edge = graph_.edge(id);
    Taken taken{.edge = id, .names = names, .is_loop = edge.is_loop};
    if (const MessageId message = graph_.detail(id).message; message != kNone) {
      taken.message = model.renamed(message, names);
    }
    for (const MessageId sent : model.sends(edge.sends)) {
      taken.sends.push_back(model.renamed(sent, names));
    }
    run.push_back(std::move(taken));
  };
  HalfId half = initial.half;
  MessageSet set;
  for (const EdgeId id : edges) {
    if (options_.order == CoverOrder::Fastest) close(half, set, take);
    take(id);
    const Edge& edge = graph_.edge(id);
    for (const MessageId sent : model.sends(edge.sends)) insert(set, sent);
    if (edge.renaming != 0) {
      rename(set, edge.renaming, renamed_);
      set.swap(renamed_);
      names = options_.symmetry->then(options_.symmetry->inverse(edge.renaming), names);
    }
    half = edge.next;
  }
  return run;
}

// A step that leaves the half as it is and sends nothing that is received later is left out.
void CoveringSearch::drop_needless(std::vector<Taken>& run) {
  MessageSet needed;
  std::vector<Taken> kept;
  for (std::size_t i = run.size(); i-- > 0;) {
    Taken& step = run[i];
    const bool is_last = i + 1 == run.size();
    const bool is_needed = std::ranges::any_of(
        step.sends, [&](MessageId message) { return contains(needed, message); });
    if (step.is_loop && !is_needed && !is_last) continue;
    if (step.message != kNone) insert(needed, step.message);
    kept.push_back(std::move(step));
  }
  std::ranges::reverse(kept);
  run.swap(kept);
}

std::vector<PathStep> CoveringSearch::path_to_violation() {
  std::vector<Taken> run = run_to_violation();
  drop_needless(run);
  std::vector<PathStep> path;
  for (const Taken& step : run) {
    path.push_back(
        {.label = graph_.detail(step.edge).label, .renaming = step.names, .message = step.message});
  }
  return path;
}

}  // namespace engine
