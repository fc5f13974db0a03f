#include "checker/engine/covering_worker.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace engine {
namespace {
constexpr std::size_t kHalvesMax = std::size_t{1} << 30U;
constexpr std::size_t kPlacesMax = std::size_t{1} << 27U;  // of one worker
constexpr std::size_t kNodesMax = std::size_t{1} << 32U;   // of one worker
constexpr std::size_t kEdgesMax = std::size_t{1} << 31U;
constexpr std::size_t kFoundHeader = 5;  // words

// A step that only sends.
bool is_plain_loop(const Edge& edge) {
  return edge.is_loop && !edge.is_violation && !edge.is_outside;
}
}  // namespace

void rename(MessageNames& names, const Messages& set, Renaming renaming, Messages& target) {
  target.clear();
  for (const MessageId message : set) target.push_back(names.renamed(message, renaming));
  std::ranges::sort(target);
}

CoveringGround::CoveringGround(Model& model, const CoveringOptions& asked)
    : graph(model),
      options(asked),
      names(graph, asked.symmetry),
      relevance(graph, names),
      place_of(kHalvesMax, Pages::Huge),
      is_taken(kEdgesMax, Pages::Huge) {}

CoveringWorker::CoveringWorker(CoveringGround& ground, std::size_t number, std::size_t count,
                               const Others& all)
    : ground_(ground),
      graph_(ground.graph),
      relevance_(ground.relevance),
      number_(number),
      count_(count),
      all_(all),
      places_(kPlacesMax, Pages::HugeWhereLarge),
      nodes_(kNodesMax, Pages::HugeWhereLarge),
      action_counts_(graph_.model().action_names().size(), 0),
      cut_off_(graph_.model().bound_names().size(), 0),
      outboxes_(count),
      mailboxes_(count) {}

std::uint64_t CoveringWorker::orbit_size(const Place& place) const {
  const Permutations* symmetry = ground_.options.symmetry;
  return symmetry == nullptr ? 1 : symmetry->size() / (place.automorphisms.size() + 1);
}

// In the order Fastest a loop is taken by the closure, once for each half; else like any step.
void CoveringWorker::note_loop(EdgeId id) {
  if (!is_fastest()) return;
  ++generated_;
  ++action_counts_[graph_.edge(id).action];
  graph_.take(id);
}

CoveringWorker::Place& CoveringWorker::place(HalfId half) {
  const std::uint32_t at = ground_.place_of.at(half, "cluster halves");
  return at == 0 ? make_place(half) : places_[at - 1];
}

CoveringWorker::Place& CoveringWorker::make_place(HalfId half) {
  relevance_.learn_half(half);
  Place& made = places_.emplace_back(&pool_);
  ground_.place_of[half] = static_cast<std::uint32_t>(places_.size());
  made.half = half;
  made.parts = relevance_.parts_of(half);
  {
    const auto lock = graph_.lock_model();
    made.progress = graph_.model().progress(half);
  }
  made.images_at = relevance_.time();
  made.automorphisms = graph_.automorphisms(half);
  const HalfGraph::EdgeRange internal = graph_.internal(half);
  for (EdgeId id = internal.first; id != internal.last; ++id) {
    if (!is_plain_loop(graph_.edge(id)) || !is_fastest()) {
      made.moves.push_back(id);
      continue;
    }
    note_loop(id);
    for (const MessageId sent : graph_.sends(graph_.edge(id).sends)) {
      insert(made.always, sent);
    }
  }
  made.moves.shrink_to_fit();
  graph_.count_cut_off(half, orbit_size(made), cut_off_);
  return made;
}

const CoveringWorker::Known& CoveringWorker::known(HalfId half, MessageId message) {
  return known(place(half), message);
}

const CoveringWorker::Known& CoveringWorker::known(Place& at, MessageId message) {
  const auto find = [&] {
    return std::ranges::lower_bound(at.known, message, {}, &Known::message);
  };
  if (const auto found = find(); found != at.known.end() && found->message == message) {
    return *found;
  }
  learn(at, std::span(&message, 1));
  return *find();
}

void CoveringWorker::learn(Place& at, std::span<const Imaged> messages) {
  unknown_.clear();
  for (const Imaged& each : messages) {
    if (!std::ranges::binary_search(at.known, each.message, {}, &Known::message)) {
      unknown_.push_back(each.message);
    }
  }
  if (!unknown_.empty()) learn(at, unknown_);
}

void CoveringWorker::learn(Place& at, std::span<const MessageId> unknown) {
  EdgeId id = graph_.add_deliveries(at.half, unknown);
  at.known.reserve(at.known.size() + unknown.size());
  for (const MessageId message : unknown) {
    const auto after = std::ranges::lower_bound(at.known, message, {}, &Known::message);
    at.known.insert(after, judged(at, message, id++));
  }
}

CoveringWorker::Known CoveringWorker::judged(const Place& at, MessageId message, EdgeId id) {
  const Edge& edge = graph_.edge(id);
  Known known{message, id, Reception::Nothing};
  if (edge.next == kNone) {
    if (const auto bound = graph_.detail(id).cut_off_by; bound != 0) {
      cut_off_[bound - 1U] += orbit_size(at);
    }
  } else if (!is_plain_loop(edge)) {
    known.reception = Reception::Moves;
  } else {
    note_loop(id);
    if (edge.sends != kNoSends) known.reception = Reception::Answers;
  }
  return known;
}

bool CoveringWorker::is_lesson(EdgeId id) {
  std::uint8_t& is_taken = ground_.is_taken.at(id, "steps");
  if (is_taken != 0 || graph_.edge(id).is_loop) return false;
  is_taken = 1;
  return true;
}

void CoveringWorker::learn_step(EdgeId id) {
  const Edge& edge = graph_.edge(id);
  relevance_.learn_step(graph_.detail(id).from, edge.next, edge.renaming, lessons_);
}

MessageId CoveringWorker::image(Place& at, MessageId message) {
  auto found = std::ranges::lower_bound(at.images, message, {}, &Imaged::message);
  if (found == at.images.end() || found->message != message) {
    found = at.images.insert(found, imaged(at, message));
  }
  return found->image;
}

void CoveringWorker::reduce(Place& at, MessagesView set) {
  imaged_.clear();
  auto known = at.images.begin();  // step by step: most that came here before come again
  for (const MessageId message : set) {
    while (known != at.images.end() && known->message < message) ++known;
    if (known == at.images.end() || known->message != message) {
      known = at.images.insert(known, imaged(at, message));
    }
    if (known->image != kNone) imaged_.push_back(*known);
  }
  std::ranges::sort(imaged_);
  const auto repeated = std::ranges::unique(imaged_, {}, &Imaged::image);
  imaged_.erase(repeated.begin(), repeated.end());
}

bool CoveringWorker::is_in_reduced(MessageId image) const {
  return std::ranges::find(imaged_, image, &Imaged::image) != imaged_.end();
}

void CoveringWorker::close(Place& at) {
  const auto add = [&](MessageId message) {
    const MessageId found = image(at, message);
    if (found != kNone && !is_in_reduced(found)) imaged_.push_back({found, message});
  };
  for (const MessageId message : at.always) add(message);
  std::size_t learned = 0;
  for (std::size_t i = 0; i < imaged_.size(); ++i) {
    if (i == learned) {
      learn(at, std::span<const Imaged>(imaged_).subspan(i));
      learned = imaged_.size();
    }
    const Known found = known(at, imaged_[i].message);
    if (found.reception != Reception::Answers) continue;
    for (const MessageId sent : graph_.sends(graph_.edge(found.edge).sends)) add(sent);
  }
  std::ranges::sort(imaged_);
}

void CoveringWorker::split_imaged() {
  kept_set_.clear();
  image_.clear();
  for (const Imaged& each : imaged_) {
    kept_set_.push_back(each.message);
    image_.push_back(each.image);
  }
  std::ranges::sort(kept_set_);
}

bool CoveringWorker::is_covered(Place& at) {
  image_.clear();
  for (const Imaged& each : imaged_) image_.push_back(each.image);
  if (at.sets.covers(image_)) return true;
  for (const Renaming renaming : at.automorphisms) {
    renamed_.clear();
    for (const Imaged& each : imaged_) {
      renamed_.push_back(image(at, ground_.names.renamed(each.message, renaming)));
    }
    std::ranges::sort(renamed_);
    if (at.sets.covers(renamed_)) return true;
  }
  return false;
}

void CoveringWorker::push(NodeId id, std::size_t size) {
  Node& node = nodes_[id / count_];
  if (node.is_queued) return;
  node.is_queued = true;
  const std::size_t progress = place(node.half).progress;
  if (progress >= pending_.size()) pending_.resize(progress + 1);
  Pending& pending = pending_[progress];
  if (size >= pending.by_size.size()) pending.by_size.resize(size + 1);
  pending.by_size[size].push_back(id);
  pending.largest = std::max(pending.largest, size);
  ++pending.count;
  least_ = std::min(least_, progress);
  ++queued_;
}

std::optional<NodeId> CoveringWorker::next() {
  if (queued_ == 0) return std::nullopt;
  while (pending_[least_].count == 0) ++least_;
  Pending& pending = pending_[least_];
  while (pending.by_size[pending.largest].empty()) --pending.largest;
  const NodeId id = pending.by_size[pending.largest].back();
  pending.by_size[pending.largest].pop_back();
  --pending.count;
  nodes_[id / count_].is_queued = false;
  --queued_;
  return id;
}

void CoveringWorker::keep(const Origin& origin, Place& at) {
  if (nodes_.size() >= kNone / count_ - 1) {
    throw std::length_error("more than 2^32 - 1 states were kept");
  }
  const auto id = static_cast<NodeId>(nodes_.size() * count_ + number_);
  nodes_.push_back(
      {.half = at.half, .parent = origin.from, .edge = origin.edge, .depth = origin.depth});
  depth_ = std::max(depth_, origin.depth);
  maximal_ += 1;
  maximal_ -= at.sets.add(id, kept_set_, image_, is_fastest() ? 0 : level_first_);
  if (is_fastest()) push(id, image_.size());
}

void CoveringWorker::settle_in(const Origin& origin, HalfId half, MessagesView set) {
  Place& at = place(half);
  bring_up_to_date(at);
  reduce(at, set);
  if (is_covered(at)) return;
  // If the closed set were covered, so was the smaller one: there is nothing to ask again.
  if (is_fastest()) close(at);
  split_imaged();
  keep(origin, at);
}

bool CoveringWorker::arrive(NodeId from, EdgeId id) {
  ++generated_;
  const Edge& edge = graph_.edge(id);
  ++action_counts_[edge.action];
  graph_.take(id);
  if (edge.is_violation) {
    last_edge_ = id;
    return true;
  }
  if (edge.is_outside) return false;
  arrived_ = set_;
  bool grew = false;
  for (const MessageId sent : graph_.sends(edge.sends)) grew |= insert(arrived_, sent);
  if (edge.is_loop && !grew) return false;
  if (edge.renaming != 0) {
    rename(ground_.names, arrived_, edge.renaming, renamed_);
    arrived_.swap(renamed_);
  }
  const Origin origin{from, id, node(from).depth + 1};
  const std::size_t owner = owner_of(edge.next, ground_.options);
  const bool is_lesson_due = is_lesson(id);
  if (owner != number_) {
    send(owner, origin, edge.next, is_lesson_due);
    return false;
  }
  place(edge.next);
  if (is_lesson_due) learn_step(id);
  settle_in(origin, edge.next, arrived_);
  return false;
}

bool CoveringWorker::expand(NodeId id) {
  Place& at = place(node(id).half);
  const Antichain::Found found = at.sets.find(id);
  if (!found.present) return false;  // covered since it was kept
  nodes_[id / count_].expanded_at = relevance_.time();
  set_.assign(found.set.begin(), found.set.end());
  taken_.assign(at.moves.begin(), at.moves.end());
  for (const MessageId message : set_) {
    const Known step = known(at, message);
    const bool is_taken = step.reception == Reception::Moves ||
                          (step.reception == Reception::Answers && !is_fastest());
    if (is_taken) taken_.push_back(step.edge);
  }
  // Edges, and what is known of halves, lie all over memory: they come while others are waited for.
  for (const EdgeId edge : taken_) __builtin_prefetch(&graph_.edge(edge));
  for (const EdgeId edge : taken_) {
    const HalfId next = graph_.edge(edge).next;
    if (next != kNone) __builtin_prefetch(&ground_.place_of[next]);
  }
  return std::ranges::any_of(taken_, [&](EdgeId edge) { return arrive(id, edge); });
}

void CoveringWorker::send(std::size_t to, const Origin& origin, HalfId half, bool is_lesson) {
  Found& found = outboxes_[to];
  const auto size = static_cast<std::uint32_t>(arrived_.size());
  found.insert(found.end(),
               {origin.from, origin.edge, origin.depth, half, size << 1U | (is_lesson ? 1U : 0U)});
  found.insert(found.end(), arrived_.begin(), arrived_.end());
}

void CoveringWorker::flush() {
  for (std::size_t to = 0; to < count_; ++to) {
    if (outboxes_[to].empty()) continue;
    Mailbox& box = all_[to]->mailboxes_[number_];
    if (box.is_full.load(std::memory_order_acquire)) continue;
    box.found.swap(outboxes_[to]);
    box.is_full.store(true, std::memory_order_release);
  }
  show();
}

bool CoveringWorker::has_unsent() const {
  return std::ranges::any_of(outboxes_, [](const Found& found) { return !found.empty(); });
}

bool CoveringWorker::has_mail() const {
  return std::ranges::any_of(
      mailboxes_, [](const Mailbox& box) { return box.is_full.load(std::memory_order_acquire); });
}

void CoveringWorker::receive() {
  for (Mailbox& box : mailboxes_) {
    if (!box.is_full.load(std::memory_order_acquire)) continue;
    mail_.swap(box.found);
    box.is_full.store(false, std::memory_order_release);
    settle_mail();
  }
}

void CoveringWorker::settle_mail() {
  for (std::size_t at = 0; at < mail_.size();) {
    const Origin origin{mail_[at], mail_[at + 1], mail_[at + 2]};
    const HalfId half = mail_[at + 3];
    const bool is_lesson = (mail_[at + 4] & 1U) != 0;
    const auto set = std::span(mail_).subspan(at + kFoundHeader, mail_[at + 4] >> 1U);
    at += kFoundHeader + set.size();
    place(half);
    if (is_lesson) learn_step(origin.edge);
    settle_in(origin, half, set);
  }
  mail_.clear();
  show();
}

void CoveringWorker::bring_up_to_date(Place& at) {
  if (at.images_at == relevance_.time()) return;
  if (relevance_.changed_at(at.parts) > at.images_at) {
    at.images.clear();
    refresh(at);
  }
  at.images_at = relevance_.time();
}

// What was left out of a closure may matter now, so each set is closed again. The larger images
// come first, so that none that is kept is covered by a later one.
void CoveringWorker::refresh(Place& at) {
  refreshed_.clear();
  refreshed_sets_.clear();
  at.sets.for_each([&](NodeId node, MessagesView set) {
    reduce(at, set);
    const std::size_t before = imaged_.size();
    if (is_fastest()) close(at);
    refreshed_.push_back({node, imaged_.size() != before, refreshed_sets_.size(), imaged_.size()});
    refreshed_sets_.insert(refreshed_sets_.end(), imaged_.begin(), imaged_.end());
  });
  std::ranges::sort(refreshed_, [](const Refreshed& a, const Refreshed& b) {
    return std::pair(b.size, a.first) < std::pair(a.size, b.first);
  });
  maximal_ -= at.sets.size();
  at.sets.clear();
  for (const Refreshed& member : refreshed_) {
    const auto set = std::span(refreshed_sets_).subspan(member.first, member.size);
    imaged_.assign(set.begin(), set.end());
    if (is_covered(at)) continue;
    split_imaged();
    at.sets.add(member.node, kept_set_, image_, 0);
    if (member.grew) push(member.node, image_.size());
  }
  maximal_ += at.sets.size();
}

bool CoveringWorker::is_stale(const Place& at, NodeId id, MessagesView set) const {
  const auto leads_to_change = [&](EdgeId edge) {
    const HalfId next = graph_.edge(edge).next;
    if (ground_.place_of[next] == 0) return false;  // never reached, so it is not known either
    const auto parts = relevance_.parts_of(next);
    return relevance_.changed_at(parts) > node(id).expanded_at;
  };
  if (std::ranges::any_of(at.moves, leads_to_change)) return true;
  return std::ranges::any_of(at.known, [&](const Known& step) {
    return step.reception == Reception::Moves && contains(set, step.message) &&
           leads_to_change(step.edge);
  });
}

void CoveringWorker::put_right(Place& at) {
  if (at.sets.empty()) return;
  bring_up_to_date(at);
  at.sets.for_each([&](NodeId id, MessagesView set) {
    if (is_stale(at, id, set)) push(id, set.size());
  });
}

void CoveringWorker::drop_covered_under_renamings() {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& at = places_[i];
    if (at.sets.size() < 2 || at.automorphisms.empty()) continue;
    bring_up_to_date(at);
    refresh(at);
  }
  show();
}

void CoveringWorker::forget_states() {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].sets.clear();
    places_[i].images.clear();
    places_[i].images_at = relevance_.time();
  }
  nodes_.restart();
  maximal_ = 0;
  generated_ = 0;
  depth_ = 0;
  std::ranges::fill(action_counts_, 0);
  show();
}

void CoveringWorker::show() {
  shown_.generated.store(generated_, std::memory_order_relaxed);
  shown_.maximal.store(maximal_, std::memory_order_relaxed);
  shown_.queued.store(queued_, std::memory_order_relaxed);
  shown_.kept.store(nodes_.size(), std::memory_order_relaxed);
  shown_.depth.store(depth_, std::memory_order_relaxed);
}

}  // namespace engine
