#include "checker/engine/covering_search.hpp"

#include <algorithm>
#include <chrono>

#include "checker/engine/counts.hpp"

namespace engine {
namespace {
constexpr std::uint64_t kPollInterval = 32;  // chances to poll between two questions
constexpr std::uint64_t kFlushInterval = 4;  // expansions between two deliveries to busy workers
constexpr int kYields = 64;                  // of a worker without work before it sleeps
constexpr std::chrono::microseconds kNap{50};

CoveringOptions checked(CoveringOptions options) {
  if (options.order == CoverOrder::Shortest) options.threads = 1;
  return options;
}
}  // namespace

CoveringSearch::CoveringSearch(Model& model, const CoveringOptions& options)
    : ground_(model, checked(options)),
      barrier_(static_cast<std::ptrdiff_t>(ground_.options.threads), OnBarrier{this}) {
  const std::size_t count = ground_.options.threads;
  for (std::size_t number = 0; number < count; ++number) {
    workers_.push_back(std::make_unique<CoveringWorker>(ground_, number, count, workers_));
    lessons_.push_back(&workers_.back()->lessons());
  }
}

void CoveringSearch::start() {
  const HalfId half = ground_.graph.initial().half;
  owner_of(half).settle_in({}, half, {});
  owner_of(half).show();
}

void CoveringSearch::note_violation(NodeId node, EdgeId edge) {
  const std::lock_guard lock(mutex_);
  if (found_edge_ == kNone) {
    found_node_ = node;
    found_edge_ = edge;
  }
  is_stop_wanted_ = true;
  is_pause_wanted_ = true;
}

void CoveringSearch::note_failure() {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::current_exception();
  is_stop_wanted_ = true;
  is_pause_wanted_ = true;
}

void CoveringSearch::stop(StopReason reason) {
  const std::lock_guard lock(mutex_);
  if (!stop_reason_) stop_reason_ = reason;
  is_stop_wanted_ = true;
  is_pause_wanted_ = true;
}

void CoveringSearch::poll(CoveringWorker& worker) {
  if (worker.note_poll() % kPollInterval != 0) return;
  const std::unique_lock lock(poll_mutex_, std::try_to_lock);
  if (!lock) return;  // another worker is at it
  if (const std::optional<StopReason> reason = observer_->poll(progress())) {
    stop(*reason);
  } else if (ground_.options.checkpointing != nullptr && ground_.options.checkpointing->is_due()) {
    is_checkpoint_wanted_ = true;
    is_pause_wanted_ = true;
  }
}

bool CoveringSearch::is_limit_of_states_reached() const {
  const std::optional<std::uint64_t>& states = ground_.options.limits.states;
  if (!states) return false;
  std::uint64_t kept = 0;
  for (const auto& worker : workers_) kept += worker->shown().kept;
  return kept >= *states && progress().queue > 0;
}

void CoveringSearch::wait_for_work(CoveringWorker& worker) {
  ++idle_;
  for (int looks = 0; !worker.has_mail() && !is_pause_wanted_; ++looks) {
    worker.flush();
    // What was on its way may not have been seen yet: the barrier is where that is known.
    if (idle_ == workers_.size() && !worker.has_unsent() && !is_mail_anywhere()) {
      is_pause_wanted_ = true;
      break;
    }
    poll(worker);
    if (looks < kYields) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(kNap);
    }
  }
  --idle_;
}

void CoveringSearch::explore(CoveringWorker& worker) {
  const bool is_alone = workers_.size() == 1;
  for (std::uint64_t expanded = 0; !is_pause_wanted_;) {
    if (!is_alone) worker.receive();
    if (ground_.relevance.is_due()) {
      is_pause_wanted_ = true;
      break;
    }
    const std::optional<NodeId> id = worker.next();
    if (!id) {
      wait_for_work(worker);
      continue;
    }
    if (worker.expand(*id)) note_violation(*id, worker.last_edge());
    worker.show();
    ++expanded;
    if (!is_alone && (idle_ != 0 || expanded % kFlushInterval == 0)) worker.flush();
    if (is_limit_of_states_reached()) stop(StopReason::States);
    poll(worker);
  }
  worker.flush();
}

void CoveringSearch::put_right(CoveringWorker& worker) {
  worker.put_right([&] {
    poll(worker);
    return is_stop_wanted_.load(std::memory_order_relaxed);
  });
}

void CoveringSearch::work(std::size_t number) {
  CoveringWorker& worker = *workers_[number];
  while (phase_ != Phase::Over) {
    try {
      if (phase_ == Phase::Exploring) {
        explore(worker);
      } else {
        put_right(worker);
      }
    } catch (...) {
      note_failure();
    }
    barrier_.arrive_and_wait();
  }
}

bool CoveringSearch::is_mail_anywhere() const {
  return std::ranges::any_of(workers_, [](const auto& worker) { return worker->has_mail(); });
}

bool CoveringSearch::is_nothing_left() const {
  const bool is_unsent =
      std::ranges::any_of(workers_, [](const auto& worker) { return worker->has_unsent(); });
  return !is_unsent && !is_mail_anywhere() && progress().queue == 0;
}

// Draws conclusions, unless the observer has something against it.
bool CoveringSearch::settle() {
  return ground_.relevance.settle(lessons_, [this] {
    poll(*workers_[0]);
    return stop_reason_.has_value();
  });
}

void CoveringSearch::agree_on_phase() {
  if (phase_ == Phase::PuttingRight) {
    start();
    phase_ = is_nothing_left() ? Phase::Over : Phase::Exploring;
    return;
  }
  const bool is_due = ground_.relevance.is_due();
  const bool is_end = is_nothing_left();
  if (!is_due && !is_end) return;
  if (!settle()) return;
  if (is_end) phase_ = Phase::PuttingRight;
}

void CoveringSearch::all_stand_still() noexcept {
  try {
    is_pause_wanted_ = false;
    if (!is_stop_wanted_) agree_on_phase();
    // Not of a search that has met a violation: what it met is not saved, and not to be met again.
    const bool is_wanted = is_checkpoint_wanted_.exchange(false) || stop_reason_.has_value();
    if (is_wanted && found_edge_ == kNone && !failure_) write_checkpoint();
  } catch (...) {
    note_failure();
  }
  if (is_stop_wanted_) phase_ = Phase::Over;
}

void CoveringSearch::start_threads(std::vector<std::jthread>& threads) {
  try {
    threads.reserve(workers_.size() - 1);
    for (std::size_t number = 1; number < workers_.size(); ++number) {
      threads.emplace_back([this, number] { work(number); });
    }
  } catch (...) {  // the system allows no more: those that run are not to wait for the others
    note_failure();
    for (std::size_t missing = threads.size() + 1; missing < workers_.size(); ++missing) {
      barrier_.arrive_and_drop();
    }
  }
}

void CoveringSearch::search_fastest() {
  if (!is_resumed_) start();
  phase_ = Phase::Exploring;
  {
    std::vector<std::jthread> threads;
    start_threads(threads);
    work(0);
  }
  if (failure_) std::rethrow_exception(failure_);
}

std::optional<NodeId> CoveringSearch::next_in_breadth() {
  const Relevance& relevance = ground_.relevance;
  if (cursor_ == level_first_ && relevance.is_due()) {
    if (!settle()) return std::nullopt;
    if (relevance.time() != started_at_) start_anew();
  }
  const std::uint64_t kept = workers_[0]->shown().kept;
  if (cursor_ == kept) return std::nullopt;
  if (cursor_ == level_first_) {
    const Limits& limits = ground_.options.limits;
    if (limits.depth && node(cursor_).depth >= *limits.depth) {
      is_depth_reached_ = true;
      return std::nullopt;
    }
    level_first_ = static_cast<NodeId>(kept);
    workers_[0]->set_level_first(level_first_);
  }
  return cursor_++;
}

void CoveringSearch::start_anew() {
  for (const auto& worker : workers_) worker->forget_states();
  cursor_ = 0;
  level_first_ = 0;
  workers_[0]->set_level_first(0);
  found_edge_ = kNone;
  is_depth_reached_ = false;
  started_at_ = ground_.relevance.time();
  start();
}

bool CoveringSearch::was_too_bold() {
  if (stop_reason_) return false;
  if (settle()) return ground_.relevance.time() != started_at_;
  result_.shortest = false;  // for all that is known
  return false;
}

void CoveringSearch::search_in_breadth() {
  CoveringWorker& worker = *workers_[0];
  while (const std::optional<NodeId> id = next_in_breadth()) {
    if (worker.expand(*id)) note_violation(*id, worker.last_edge());
    worker.show();
    if (found_edge_ != kNone) return;
    if (is_limit_of_states_reached()) {
      stop(StopReason::States);
    } else {
      poll(worker);
    }
    if (stop_reason_) return;
  }
}

void CoveringSearch::search_shortest() {
  start();
  started_at_ = ground_.relevance.time();
  search_in_breadth();
  while (was_too_bold()) {
    start_anew();
    search_in_breadth();
  }
}

SearchResult CoveringSearch::run(Observer& observer) {
  observer_ = &observer;
  const bool is_fastest = ground_.options.order == CoverOrder::Fastest;
  result_.shortest = !is_fastest;
  result_.violation = ground_.graph.model().initial_violation();
  if (result_.violation != 0) {
    start();
    result_.stopped_by = StopReason::Violation;
  } else if (is_fastest) {
    search_fastest();
  } else {
    search_shortest();
  }
  if (is_depth_reached_) result_.stopped_by = StopReason::Depth;
  if (stop_reason_) result_.stopped_by = *stop_reason_;
  if (found_edge_ != kNone) {
    // Even if the search was to stop for another reason just then.
    result_.stopped_by = StopReason::Violation;
    result_.violation = ground_.graph.detail(found_edge_).violation;
    result_.path = path_to_violation();
  }
  finish();
  return result_;
}

Progress CoveringSearch::progress() const {
  Progress sum{.generated = 1, .distinct = 0, .queue = 0, .depth = 1};
  std::uint64_t kept = 0;
  for (const auto& worker : workers_) {
    const CoveringWorker::Counts& counts = worker->shown();
    sum.generated += counts.generated;
    sum.distinct += counts.maximal;
    sum.queue += counts.queued;
    sum.depth = std::max<std::uint64_t>(sum.depth, counts.depth + 1U);
    kept += counts.kept;
  }
  if (ground_.options.order == CoverOrder::Shortest) sum.queue = kept - cursor_;
  return sum;
}

void CoveringSearch::finish() {
  result_.action_counts.assign(ground_.graph.model().action_names().size(), 0);
  result_.cut_off.assign(ground_.graph.model().bound_names().size(), 0);
  for (const auto& worker : workers_) {
    if (ground_.options.order == CoverOrder::Fastest) worker->drop_covered_under_renamings();
    worker->for_each_half([&](HalfId, std::uint64_t orbit) { result_.halves += orbit; });
    add_to(result_.action_counts, worker->action_counts());
    add_to(result_.cut_off, worker->cut_off());
  }
  result_.progress = progress();
  result_.witnesses = ground_.graph.witnesses();
}

std::uint64_t CoveringSearch::kept() const {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) sum += worker->shown().kept;
  return sum;
}

std::vector<HalfId> CoveringSearch::reached_halves() const {
  std::vector<HalfId> halves;
  for (const auto& worker : workers_) {
    worker->for_each_half([&](HalfId half, std::uint64_t) { halves.push_back(half); });
  }
  std::ranges::sort(halves);
  return halves;
}

}  // namespace engine
