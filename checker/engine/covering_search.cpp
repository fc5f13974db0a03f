#include "checker/engine/covering_search.hpp"

#include <algorithm>
#include <stdexcept>

namespace engine {
namespace {
constexpr std::uint64_t kPollInterval = 32;  // expansions between two questions whether to go on
}  // namespace

CoveringSearch::CoveringSearch(Model& model, const CoveringOptions& options)
    : graph_(model), options_(options), names_(model, options.symmetry), relevance_(model, names_) {
  result_.action_counts.assign(model.action_names().size(), 0);
  result_.cut_off.assign(model.bound_names().size(), 0);
}

std::uint64_t CoveringSearch::orbit_size(const Place& place) const {
  if (options_.symmetry == nullptr) return 1;
  return options_.symmetry->size() / (place.automorphisms.size() + 1);
}

// In the order Fastest a loop is taken by the closure, once for each half; else like any step.
void CoveringSearch::note_loop(EdgeId id) {
  if (options_.order != CoverOrder::Fastest) return;
  ++generated_;
  ++result_.action_counts[graph_.edge(id).action];
  graph_.take(id);
}

CoveringSearch::Place& CoveringSearch::place(HalfId half) {
  if (half >= places_.size()) places_.resize(half + 1);
  if (!places_[half].is_ready) make_ready(half);
  return places_[half];
}

void CoveringSearch::make_ready(HalfId half) {
  Place& made = places_[half];
  made.is_ready = true;
  made.parts = relevance_.parts_of(half);
  made.images_at = relevance_.time();
  const auto same = graph_.automorphisms(half);
  made.automorphisms.assign(same.begin(), same.end());
  const HalfGraph::EdgeRange internal = graph_.internal(half);
  for (EdgeId id = internal.first; id != internal.last; ++id) {
    const bool is_loop = graph_.edge(id).is_loop && !graph_.edge(id).is_violation;
    if (!is_loop || options_.order == CoverOrder::Shortest) {
      made.moves.push_back(id);
      continue;
    }
    note_loop(id);
    for (const MessageId sent : graph_.sends(graph_.edge(id).sends)) {
      insert(made.always, sent);
    }
  }
  made.moves.shrink_to_fit();
  graph_.count_cut_off(half, orbit_size(made), result_.cut_off);
}

const CoveringSearch::Known& CoveringSearch::known(Place& at, HalfId half, MessageId message) {
  auto found = std::ranges::lower_bound(at.known, message, {}, &Known::message);
  if (found == at.known.end() || found->message != message) {
    found = at.known.insert(found, learn(half, message));
  }
  return *found;
}

CoveringSearch::Known CoveringSearch::learn(HalfId half, MessageId message) {
  const EdgeId id = graph_.delivery(half, message);
  const Edge& edge = graph_.edge(id);
  Known known{message, id, Reception::Nothing};
  if (edge.next == kNone) {
    if (const auto bound = graph_.detail(id).cut_off_by; bound != 0) {
      result_.cut_off[bound - 1U] += orbit_size(places_[half]);
    }
  } else if (!edge.is_loop || edge.is_violation) {
    known.reception = Reception::Moves;
  } else {
    note_loop(id);
    if (edge.sends != kNoSends) known.reception = Reception::Answers;
  }
  return known;
}

void CoveringSearch::learn_step(HalfId from, EdgeId id) {
  if (id >= is_learned_.size()) is_learned_.resize(id + 1, false);
  if (is_learned_[id]) return;
  is_learned_[id] = true;
  const Edge& edge = graph_.edge(id);
  const Place& after = place(edge.next);
  relevance_.learn_step(places_[from].parts, after.parts, edge.renaming);
}

void CoveringSearch::rename(const Messages& set, Renaming renaming, Messages& target) {
  target.clear();
  for (const MessageId message : set) target.push_back(names_.renamed(message, renaming));
  std::ranges::sort(target);
}

void CoveringSearch::reduce(const Place& at, const Messages& set) {
  imaged_.clear();
  for (const MessageId message : set) {
    const MessageId image = relevance_.image(at.parts, message);
    if (image != kNone) imaged_.push_back({image, message});
  }
  std::ranges::sort(imaged_);
  const auto repeated = std::ranges::unique(imaged_, {}, &Imaged::image);
  imaged_.erase(repeated.begin(), repeated.end());
}

bool CoveringSearch::is_in_reduced(MessageId image) const {
  return std::ranges::find(imaged_, image, &Imaged::image) != imaged_.end();
}

void CoveringSearch::close(Place& at, HalfId half) {
  const auto add = [&](MessageId message) {
    const MessageId image = relevance_.image(at.parts, message);
    if (image != kNone && !is_in_reduced(image)) imaged_.push_back({image, message});
  };
  for (const MessageId message : at.always) add(message);
  for (std::size_t i = 0; i < imaged_.size(); ++i) {
    const Known found = known(at, half, imaged_[i].message);
    if (found.reception != Reception::Answers) continue;
    for (const MessageId sent : graph_.sends(graph_.edge(found.edge).sends)) add(sent);
  }
  std::ranges::sort(imaged_);
}

void CoveringSearch::split_imaged() {
  kept_set_.clear();
  image_.clear();
  for (const Imaged& each : imaged_) {
    kept_set_.push_back(each.message);
    image_.push_back(each.image);
  }
  std::ranges::sort(kept_set_);
}

bool CoveringSearch::is_covered(const Place& at) {
  split_imaged();
  if (at.sets.covers(image_)) return true;
  for (const Renaming renaming : at.automorphisms) {
    renamed_.clear();
    for (const Imaged& each : imaged_) {
      renamed_.push_back(relevance_.image(at.parts, names_.renamed(each.message, renaming)));
    }
    std::ranges::sort(renamed_);
    if (at.sets.covers(renamed_)) return true;
  }
  return false;
}

void CoveringSearch::push(NodeId id, std::size_t size) {
  if (nodes_[id].is_queued) return;
  nodes_[id].is_queued = true;
  if (size >= buckets_.size()) buckets_.resize(size + 1);
  buckets_[size].push_back(id);
  bucket_ = std::max(bucket_, size);
  ++queued_;
}

void CoveringSearch::keep(NodeId from, EdgeId edge, HalfId half) {
  if (nodes_.size() >= kNone) throw std::length_error("more than 2^32 - 1 states were kept");
  const auto id = static_cast<NodeId>(nodes_.size());
  nodes_.push_back({.half = half,
                    .parent = from,
                    .edge = edge,
                    .depth = from == kNone ? 0 : nodes_[from].depth + 1});
  depth_ = std::max(depth_, nodes_.back().depth);
  const bool fastest = options_.order == CoverOrder::Fastest;
  maximal_ += 1;
  maximal_ -= places_[half].sets.add(id, kept_set_, image_, fastest ? 0 : level_first_);
  if (fastest) push(id, image_.size());
}

void CoveringSearch::settle_in(NodeId from, EdgeId edge, HalfId half, const Messages& set) {
  Place& at = place(half);
  if (relevance_.changed_at(at.parts) > at.images_at) refresh(at, half);
  reduce(at, set);
  if (is_covered(at)) return;
  // If the closed set were covered, so was the smaller one: there is nothing to ask again.
  if (options_.order == CoverOrder::Fastest) {
    close(at, half);
    split_imaged();
  }
  keep(from, edge, half);
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
  arrived_ = set_;
  bool grew = false;
  for (const MessageId sent : graph_.sends(edge.sends)) grew |= insert(arrived_, sent);
  if (edge.is_loop && !grew) return false;
  if (!edge.is_loop) learn_step(nodes_[from].half, id);
  if (edge.renaming != 0) {
    rename(arrived_, edge.renaming, renamed_);
    arrived_.swap(renamed_);
  }
  settle_in(from, id, edge.next, arrived_);
  return false;
}

bool CoveringSearch::expand(NodeId id) {
  const HalfId half = nodes_[id].half;
  const Antichain::Found found = place(half).sets.find(id);
  if (!found.present) return false;  // covered since it was kept
  nodes_[id].expanded_at = relevance_.time();
  set_.assign(found.set.begin(), found.set.end());
  for (std::size_t i = 0; i < places_[half].moves.size(); ++i) {
    if (arrive(id, places_[half].moves[i])) return true;
  }
  for (const MessageId message : set_) {
    const Known step = known(places_[half], half, message);
    const bool is_taken =
        step.reception == Reception::Moves ||
        (step.reception == Reception::Answers && options_.order == CoverOrder::Shortest);
    if (is_taken && arrive(id, step.edge)) return true;
  }
  return false;
}

// What was left out of a closure may matter now, so each set is closed again. The larger images
// come first, so that none that is kept is covered by a later one.
void CoveringSearch::refresh(Place& at, HalfId half) {
  struct Member {
    NodeId node;
    bool grew;
    std::vector<Imaged> imaged;
  };
  std::vector<Member> members;
  at.sets.for_each([&](NodeId node, MessagesView set) {
    reduce(at, Messages(set.begin(), set.end()));
    const std::size_t before = imaged_.size();
    if (options_.order == CoverOrder::Fastest) close(at, half);
    members.push_back({node, imaged_.size() != before, imaged_});
  });
  std::ranges::stable_sort(members, std::ranges::greater{},
                           [](const Member& member) { return member.imaged.size(); });
  maximal_ -= at.sets.size();
  at.sets = {};
  for (const Member& member : members) {
    imaged_ = member.imaged;
    if (is_covered(at)) continue;
    at.sets.add(member.node, kept_set_, image_, 0);
    if (member.grew) push(member.node, image_.size());
  }
  maximal_ += at.sets.size();
  at.images_at = relevance_.time();
}

bool CoveringSearch::is_stale(const Place& at, NodeId id, MessagesView set) {
  const auto leads_to_change = [&](EdgeId edge) {
    const HalfId next = graph_.edge(edge).next;
    return next != kNone && relevance_.changed_at(places_[next].parts) > nodes_[id].expanded_at;
  };
  if (std::ranges::any_of(at.moves, leads_to_change)) return true;
  return std::ranges::any_of(at.known, [&](const Known& step) {
    return step.reception == Reception::Moves && contains(set, step.message) &&
           leads_to_change(step.edge);
  });
}

void CoveringSearch::put_right() {
  relevance_.settle();
  for (HalfId half = 0; half < places_.size(); ++half) {
    Place& at = places_[half];
    if (at.sets.empty()) continue;
    if (relevance_.changed_at(at.parts) > at.images_at) refresh(at, half);
    at.sets.for_each([&](NodeId id, MessagesView set) {
      if (is_stale(at, id, set)) push(id, set.size());
    });
  }
  const Canonical initial = graph_.initial();
  settle_in(kNone, kNone, initial.half, {});
}

std::optional<NodeId> CoveringSearch::next_node() {
  if (options_.order == CoverOrder::Shortest) return next_in_breadth();
  if (relevance_.is_due()) relevance_.settle();
  if (queued_ == 0) put_right();
  if (queued_ == 0) return std::nullopt;
  while (buckets_[bucket_].empty()) --bucket_;
  const NodeId id = buckets_[bucket_].back();
  buckets_[bucket_].pop_back();
  nodes_[id].is_queued = false;
  --queued_;
  return id;
}

std::optional<NodeId> CoveringSearch::next_in_breadth() {
  if (cursor_ == level_first_ && relevance_.is_due()) {
    relevance_.settle();
    if (relevance_.time() != started_at_) start_anew();
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
  return {generated_, maximal_, queue, depth_ + 1};
}

void CoveringSearch::start() {
  started_at_ = relevance_.time();
  const Canonical initial = graph_.initial();
  settle_in(kNone, kNone, initial.half, {});
}

void CoveringSearch::start_anew() {
  for (Place& at : places_) {
    at.sets = {};
    at.images_at = relevance_.time();
  }
  nodes_.clear();
  maximal_ = 0;
  cursor_ = 0;
  level_first_ = 0;
  depth_ = 0;
  generated_ = 1;
  std::ranges::fill(result_.action_counts, 0);
  result_.violation = 0;
  result_.stopped_by = StopReason::Exhausted;
  start();
}

bool CoveringSearch::reached_limit(Observer& observer) {
  if (options_.limits.states && nodes_.size() >= *options_.limits.states && progress().queue > 0) {
    result_.stopped_by = StopReason::States;
    return true;
  }
  if (++expanded_ % kPollInterval != 0) return false;
  const auto stop = observer.poll(progress());
  if (stop) result_.stopped_by = *stop;
  return stop.has_value();
}

void CoveringSearch::search(Observer& observer) {
  while (const std::optional<NodeId> id = next_node()) {
    if (expand(*id)) {
      result_.stopped_by = StopReason::Violation;
      return;
    }
    if (reached_limit(observer)) return;
  }
}

SearchResult CoveringSearch::run(Observer& observer) {
  result_.shortest = options_.order == CoverOrder::Shortest;
  result_.violation = graph_.model().initial_violation();
  start();
  if (result_.violation != 0) {
    result_.stopped_by = StopReason::Violation;
    finish();
    return result_;
  }
  search(observer);
  const auto was_too_bold = [&] {
    const StopReason by = result_.stopped_by;
    if (options_.order == CoverOrder::Fastest || by == StopReason::States ||
        by == StopReason::Time || by == StopReason::Memory || by == StopReason::Interrupted) {
      return false;
    }
    relevance_.settle();
    return relevance_.time() != started_at_;
  };
  while (was_too_bold()) {
    start_anew();
    search(observer);
  }
  if (result_.violation != 0) result_.path = path_to_violation();
  finish();
  return result_;
}

void CoveringSearch::finish() {
  // A set kept early may be covered under a renaming, which is not asked when a set is added.
  const bool counts = options_.order == CoverOrder::Fastest;
  for (HalfId half = 0; half < places_.size(); ++half) {
    Place& at = places_[half];
    if (counts && at.sets.size() > 1 && !at.automorphisms.empty()) refresh(at, half);
    if (!at.sets.empty()) result_.halves += orbit_size(at);
  }
  result_.progress = progress();
  result_.witnesses = graph_.witnesses();
}

std::vector<HalfId> CoveringSearch::reached_halves() const {
  std::vector<HalfId> halves;
  for (HalfId half = 0; half < places_.size(); ++half) {
    if (!places_[half].sets.empty()) halves.push_back(half);
  }
  return halves;
}

}  // namespace engine
