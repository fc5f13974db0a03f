#include "checker/engine/counting_search.hpp"

#include <algorithm>
#include <bit>

namespace engine {
namespace {
constexpr std::size_t kBatch = 256;            // of a pipeline's stage
constexpr std::size_t kAhead = 6;              // states: how far ahead a frontier is fetched
constexpr std::uint64_t kPollInterval = 4096;  // states between two questions whether to go on
}  // namespace

CountingSearch::CountingSearch(Model& model, const CountingOptions& options)
    : graph_(model),
      options_(options),
      networks_(model, options.order, options.loss, options.inflight) {
  result_.action_counts.assign(model.action_names().size(), 0);
  result_.cut_off.assign(model.bound_names().size(), 0);
}

void CountingSearch::note_cut_off(EdgeId edge) {
  if (const auto bound = graph_.detail(edge).cut_off_by; bound != 0) {
    ++result_.cut_off[bound - 1U];
  }
}

template <class Visit>
void CountingSearch::for_each_step(State state, Visit visit) {
  const HalfGraph::EdgeRange internal = graph_.internal(state.half);
  for (EdgeId id = internal.first; id != internal.last; ++id) {
    visit(Taken{state, id, state.network});
  }
  const std::size_t count = networks_.messages(state.network).size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!networks_.is_deliverable(state.network, i)) continue;
    const MessageId message = networks_.messages(state.network)[i];
    const EdgeId once = graph_.delivery(state.half, message);
    if (graph_.edge(once).next != kNone) {
      visit(Taken{state, once, networks_.without(state.network, i)});
    } else {
      note_cut_off(once);
    }
    if (!options_.duplicates) continue;
    const EdgeId twice = graph_.duplicate_delivery(state.half, message);
    if (graph_.edge(twice).next != kNone) {
      visit(Taken{state, twice, state.network});
    } else {
      note_cut_off(twice);
    }
  }
}

template <class Visit>
void CountingSearch::settle(const Edge& edge, NetworkId network, std::uint32_t lost, Visit visit) {
  Model& model = graph_.model();
  Outcome outcome{{edge.next, network}, lost, edge.renaming};
  bool has_ties = edge.has_ties;
  if (lost != 0 && options_.loss == Loss::Budgeted) {
    // The budget is part of the half: the half that the step leads to, with the losses noted.
    const HalfId after = model.after_losses(edge.next, static_cast<unsigned>(std::popcount(lost)));
    if (after == kNone) {
      ++result_.cut_off[options_.loss_bound];
      return;
    }
    const Canonical canonical = model.canonical(after);
    outcome.to.half = canonical.half;
    if (canonical.renaming != 0) {
      outcome.renaming = options_.symmetry->then(outcome.renaming, canonical.renaming);
    }
    has_ties = true;  // not known: ask
  }
  if (options_.symmetry != nullptr) {
    const NetworkId first = networks_.renamed(network, outcome.renaming, model);
    outcome.to.network = first;
    Renaming tied = 0;
    if (has_ties) {
      for (const Renaming tie : model.automorphisms(outcome.to.half)) {
        const NetworkId candidate = networks_.renamed(first, tie, model);
        if (candidate < outcome.to.network) {
          outcome.to.network = candidate;
          tied = tie;
        }
      }
    }
    if (tied != 0) outcome.renaming = options_.symmetry->then(outcome.renaming, tied);
  }
  visit(outcome);
}

template <class Visit>
void CountingSearch::for_each_outcome(const Taken& taken, Visit visit) {
  const Edge edge = graph_.edge(taken.edge);
  if (edge.sends == kNoSends) {
    settle(edge, taken.rest, 0, visit);
    return;
  }
  const NetworkTable::GrowthId id = networks_.growth(taken.rest, edge.sends);
  for (std::size_t way = 0; way < networks_.ways(id).size(); ++way) {
    const Outgrowth grown = networks_.ways(id)[way];
    settle(edge, grown.network, grown.lost, visit);
  }
}

bool CountingSearch::take_news(const Taken& taken, const Outcome& outcome) {
  result_.violation = graph_.take_news(taken.edge);
  if (result_.violation == 0) return false;
  result_.stopped_by = StopReason::Violation;
  found_step_ = taken;
  found_outcome_ = outcome;
  return true;
}

inline void CountingSearch::add(const Taken& taken, const Outcome& outcome) {
  ++generated_;
  const Edge& edge = graph_.edge(taken.edge);
  ++result_.action_counts[edge.action];
  if (edge.is_news && result_.violation == 0 && take_news(taken, outcome)) return;
  store_.prefetch(outcome.to.half, outcome.to.network);
  arriving_.push_back(outcome.to);
}

void CountingSearch::drain_growing() {
  growths_.clear();
  for (const Taken& taken : growing_) {
    growths_.push_back(networks_.growth(taken.rest, graph_.edge(taken.edge).sends));
  }
  for (std::size_t i = 0; i < growing_.size(); ++i) {
    const Taken& taken = growing_[i];
    const Edge edge = graph_.edge(taken.edge);
    const NetworkTable::Growth ways = networks_.ways(growths_[i]);
    if (ways.was_cut()) ++result_.cut_off[options_.inflight_bound];
    for (std::size_t way = 0; way < ways.size(); ++way) {
      const Outgrowth grown = ways[way];
      settle(edge, grown.network, grown.lost, [&](const Outcome& outcome) { add(taken, outcome); });
    }
  }
  growing_.clear();
}

void CountingSearch::drain_arriving() {
  for (const State& state : arriving_) store_.insert(state.half, state.network);
  arriving_.clear();
}

bool CountingSearch::explore_state(State state) {
  for_each_step(state, [&](const Taken& taken) {
    const Edge& edge = graph_.edge(taken.edge);
    if (edge.sends == kNoSends) {
      settle(edge, taken.rest, 0, [&](const Outcome& outcome) { add(taken, outcome); });
    } else if (sends_into_full(taken)) {
      ++result_.cut_off[options_.inflight_bound];
      settle(edge, taken.rest, kNone, [&](const Outcome& outcome) { add(taken, outcome); });
    } else {
      networks_.prefetch_growth(taken.rest, edge.sends);
      growing_.push_back(taken);
    }
  });
  ++expanded_;
  if (growing_.size() >= kBatch) drain_growing();
  if (arriving_.size() >= kBatch) drain_arriving();
  return result_.violation != 0;
}

Progress CountingSearch::progress() const {
  return {generated_, store_.size(), store_.size() - expanded_, level_ + 1};
}

bool CountingSearch::is_over(Observer& observer) {
  if (options_.limits.states && store_.size() >= *options_.limits.states) {
    result_.stopped_by = StopReason::States;
    return true;
  }
  const std::optional<StopReason> stop = observer.poll(progress());
  if (stop) result_.stopped_by = *stop;
  return stop.has_value();
}

bool CountingSearch::explore_level(Observer& observer) {
  for (const HalfId half : *frontier_) {
    const StateStore::Range range = store_.frontier(half);
    graph_.internal(half);
    graph_.count_cut_off(half, range.last - range.first, result_.cut_off);
    for (std::size_t at = range.first; at < range.last; ++at) {
      if (at + 2 * kAhead < range.last) networks_.prefetch(store_.at(half, at + 2 * kAhead));
      if (at + kAhead < range.last) networks_.prefetch_messages(store_.at(half, at + kAhead));
      if (explore_state({half, store_.at(half, at)})) return true;
      if (expanded_ % kPollInterval == 0 && is_over(observer)) return true;
    }
  }
  drain_growing();
  drain_arriving();
  return result_.violation != 0;
}

SearchResult CountingSearch::run(Observer& observer) {
  Model& model = graph_.model();
  const Canonical initial = model.canonical(model.initial());
  store_.insert(initial.half, NetworkTable::kEmptyNetwork);
  frontier_ = &store_.advance();
  result_.violation = model.initial_violation();
  if (result_.violation != 0) {
    result_.stopped_by = StopReason::Violation;
    finish();
    return result_;
  }
  while (!frontier_->empty()) {
    if (options_.limits.depth && level_ >= *options_.limits.depth) {
      result_.stopped_by = StopReason::Depth;
      break;
    }
    if (options_.limits.states && store_.size() >= *options_.limits.states) {
      result_.stopped_by = StopReason::States;
      break;
    }
    if (explore_level(observer)) break;
    frontier_ = &store_.advance();
    if (!frontier_->empty()) ++level_;
  }
  finish();
  if (result_.stopped_by == StopReason::Violation) result_.path = rebuild(level_);
  return result_;
}

void CountingSearch::finish() {
  drain_growing();
  drain_arriving();
  result_.progress = progress();
  result_.witnesses = graph_.witnesses();
  store_.for_each_half([&](HalfId half) {
    std::uint64_t orbit = 1;
    if (options_.symmetry != nullptr) {
      orbit = options_.symmetry->size() / (graph_.model().automorphisms(half).size() + 1);
    }
    result_.halves += orbit;
  });
  if (options_.symmetry == nullptr) {
    result_.orbits = store_.size();
    return;
  }
  store_.for_each_state(
      [&](HalfId half, NetworkId network) { result_.orbits += orbit_size(half, network); });
}

std::uint64_t CountingSearch::orbit_size(HalfId half, NetworkId network) {
  std::uint64_t stabiliser = 1;
  for (const Renaming renaming : graph_.model().automorphisms(half)) {
    if (networks_.renamed(network, renaming, graph_.model()) == network) ++stabiliser;
  }
  return options_.symmetry->size() / stabiliser;
}

std::vector<HalfId> CountingSearch::visited_halves() const {
  std::vector<HalfId> halves;
  store_.for_each_half([&](HalfId half) { halves.push_back(half); });
  return halves;
}

// Backwards from the state whose step violated: for each level, the first state that has a step to
// the one already found. Then forwards, undoing the renamings: `names` turns the names that the
// search used at a state into those of the run.
std::vector<PathStep> CountingSearch::rebuild(std::size_t level) {
  const std::vector<std::uint64_t> cut_off = result_.cut_off;  // taking steps again counts again
  struct Linked {
    Taken taken;
    Outcome outcome;
  };
  std::vector<Linked> links{{found_step_, found_outcome_}};
  while (level-- > 0) {
    const State target = links.back().taken.from;
    std::optional<Linked> found;
    store_.any_of_level(level, [&](HalfId half, NetworkId network) {
      for_each_step({half, network}, [&](const Taken& taken) {
        for_each_outcome(taken, [&](const Outcome& outcome) {
          if (!found && outcome.to == target) found = Linked{taken, outcome};
        });
      });
      return found.has_value();
    });
    links.push_back(found.value());
  }
  std::vector<PathStep> path;
  Renaming names = 0;
  if (options_.symmetry != nullptr) {
    names = options_.symmetry->inverse(graph_.model().canonical(graph_.model().initial()).renaming);
  }
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    const EdgeDetail& detail = graph_.detail(link->taken.edge);
    PathStep step{.label = detail.label, .renaming = names, .keep_copy = detail.keep_copy};
    if (detail.message != kNone) step.message = graph_.model().renamed(detail.message, names);
    const auto span = graph_.model().sends(graph_.edge(link->taken.edge).sends);
    const std::vector<MessageId> sent(span.begin(), span.end());  // renaming may add messages
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if ((link->outcome.lost >> i & 1U) == 0) continue;
      step.lost.push_back(graph_.model().renamed(sent[i], names));
    }
    path.push_back(std::move(step));
    if (options_.symmetry != nullptr) {
      names = options_.symmetry->then(options_.symmetry->inverse(link->outcome.renaming), names);
    }
  }
  result_.cut_off = cut_off;
  return path;
}

}  // namespace engine
