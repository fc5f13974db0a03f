#include "checker/lab/campaign.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

namespace lab {
namespace {

// What came of one iteration.
struct Slot {
  bool is_done = false;
  Totals totals;
  double seconds = 0;
  std::map<std::string, std::uint64_t> happened;
  std::optional<Time> convergence;
};

class Campaign {
 public:
  Campaign(const CampaignOptions& options, CampaignObserver& observer)
      : options_(options), observer_(observer) {
    for (const Test* test : options.tests) {
      for (const bool no_op : {false, true}) {
        if (no_op ? !options.with_no_op : !options.without_no_op) continue;
        report_.rows.push_back({.test = test, .no_op = no_op});
      }
    }
    slots_.resize(report_.rows.size());
  }

  CampaignReport run() {
    std::vector<std::thread> others;
    for (std::uint32_t job = 1; job < options_.jobs; ++job) {
      others.emplace_back([this] { work(); });
    }
    work();
    for (std::thread& other : others) other.join();
    if (error_) std::rethrow_exception(error_);
    for (std::size_t row = 0; row < report_.rows.size(); ++row) add_up(row);
    return std::move(report_);
  }

 private:
  struct Item {
    std::size_t row = 0;
    std::uint64_t iteration = 0;  // from 0, beyond options.from
  };

  void work() {
    try {
      while (const auto item = next()) take(*item);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      is_over_ = true;
    }
  }

  std::optional<Item> next() {
    const std::lock_guard lock(mutex_);
    while (!is_over_ && next_.iteration < options_.iterations) {
      if (next_.row == report_.rows.size()) {
        next_ = {0, next_.iteration + 1};
        if (are_all_decided()) break;
        continue;
      }
      const Row& row = report_.rows[next_.row];
      if (options_.stops_at_failure && !row.failures.empty()) {
        ++next_.row;
        continue;
      }
      if (!observer_.go_on(taken_, report_.rows.size() * options_.iterations, row)) {
        report_.is_stopped = true;
        is_over_ = true;
        break;
      }
      ++taken_;
      return Item{next_.row++, next_.iteration};
    }
    return std::nullopt;
  }

  [[nodiscard]] bool are_all_decided() const {
    return options_.stops_at_failure &&
           std::ranges::none_of(report_.rows, [](const Row& row) { return row.failures.empty(); });
  }

  void take(const Item& item) {
    const double start = observer_.clock();
    const RunId id{report_.rows[item.row].test, report_.rows[item.row].no_op, options_.seed,
                   options_.from + item.iteration};
    RunResult result = lab::run(id, options_.run);
    const std::lock_guard lock(mutex_);
    std::vector<Slot>& slots = slots_[item.row];
    if (slots.size() <= item.iteration) slots.resize(item.iteration + 1);
    slots[item.iteration] = {true, result.totals, observer_.clock() - start,
                             std::move(result.happened), result.convergence};
    if (!result.failure) return;
    report_.rows[item.row].failures.push_back({id.iteration, std::move(result)});
  }

  // In the order of iterations, and without those that a single thread would not have run.
  void add_up(std::size_t at) {
    Row& row = report_.rows[at];
    std::ranges::sort(row.failures, {}, &Failure::iteration);
    std::uint64_t end = slots_[at].size();
    if (options_.stops_at_failure && !row.failures.empty()) {
      row.failures.resize(1);
      end = row.failures.front().iteration - options_.from + 1;
    }
    for (std::uint64_t iteration = 0; iteration < end; ++iteration) {
      const Slot& slot = slots_[at][iteration];
      if (!slot.is_done) continue;
      ++row.iterations;
      row.totals.events += slot.totals.events;
      row.totals.calls += slot.totals.calls;
      row.totals.bytes += slot.totals.bytes;
      row.totals.time += slot.totals.time;
      row.seconds += slot.seconds;
      for (const auto& [what, times] : slot.happened) row.happened[what] += times;
      row.convergence_max = std::max(row.convergence_max, slot.convergence);
    }
  }

  const CampaignOptions& options_;
  CampaignObserver& observer_;
  CampaignReport report_;
  std::mutex mutex_;  // of all that follows, of the failures and of the observer
  std::vector<std::vector<Slot>> slots_;  // by row and iteration, as far as they were run
  Item next_;
  std::uint64_t taken_ = 0;
  bool is_over_ = false;
  std::exception_ptr error_;
};

}  // namespace

bool CampaignReport::failed() const {
  return std::ranges::any_of(rows, [](const Row& row) { return !row.failures.empty(); });
}

CampaignReport run_campaign(const CampaignOptions& options, CampaignObserver& observer) {
  return Campaign(options, observer).run();
}

}  // namespace lab
