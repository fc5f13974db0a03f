#include "fuzz/cluster_harness.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "checker/cluster/choice_bytes.hpp"
#include "checker/cluster/choices.hpp"
#include "checker/cluster/shrink.hpp"
#include "fuzz/state_coverage.hpp"
#include "traces/file.hpp"

namespace fuzz {
namespace {

using cluster::kBytesAChoice;
using cluster::kOptionBytes;

constexpr std::size_t kMemoryMax = std::size_t{300} << 20U;  // bytes
constexpr std::size_t kChoicesMax = 1000;

// In the folder $RAFTCHECK_TRACE_DIR, else the working one.
std::filesystem::path trace_path(const std::string& property) {
  const char* folder = std::getenv("RAFTCHECK_TRACE_DIR");
  return std::filesystem::path(folder == nullptr ? "." : folder) / ("fuzz-" + property + ".json");
}

void write_trace(node::Node& node, const traces::Trace& found) {
  traces::Trace trace = cluster::shrink(node, found, {}).trace;
  trace.program_version = "(a fuzz harness)";
  trace.bug = found.bug;
  const std::filesystem::path path = trace_path(trace.violation->property);
  const auto written = traces::write_trace(path, trace);
  if (!written) {
    std::fprintf(stderr, "no trace: %s\n", written.error().c_str());
    return;
  }
  std::fprintf(stderr, "trace of %zu steps: %s\nto see it: raftcheck replay %s\n",
               trace.steps.size(), path.c_str(), path.c_str());
}

}  // namespace

ClusterHarness::ClusterHarness(Servers servers)
    : servers_(std::move(servers)), memory_(servers_.states), run_(memory_) {}

void ClusterHarness::report() const {
  if (std::getenv("RAFTCHECK_FUZZ_COUNTS") == nullptr || counts_.runs == 0) return;
  const auto each = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(counts_.runs);
  };
  std::fprintf(stderr,
               "%.1f choices a run, %.1f of them in a beginning that was known, and %.1f that were "
               "not possible; %.2f steps computed, the others looked up; memory was full %llu "
               "times\n",
               each(counts_.choices), each(counts_.resumed), each(counts_.passed),
               each(memory_.step_calls()), static_cast<unsigned long long>(counts_.forgets));
}

bool ClusterHarness::begin(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || data[0] != cluster::kChoiceBytesMark) return false;
  if (memory_.bytes() > kMemoryMax) {
    memory_.clear();
    beginnings_.clear();
    ++counts_.forgets;
  }
  const std::string_view options(reinterpret_cast<const char*>(data) + 1,
                                 std::min(size, kOptionBytes) - 1);
  run_.begin(cluster::options_of_bytes(options));
  return true;
}

std::size_t ClusterHarness::resume(std::span<const std::uint8_t> run) {
  taken_ = {};
  seen_.clear();
  const Beginnings::Beginning* known = beginnings_.longest(run);
  if (known == nullptr) return kOptionBytes;
  run_.go_on_from(known->place);
  taken_ = known->taken;
  counts_.resumed += taken_.choices;
  seen_ = known->seen;
  return known->bytes.size();
}

void ClusterHarness::keep(std::span<const std::uint8_t> run, std::size_t size,
                          std::uint64_t calls_before) {
  if (memory_.step_calls() != calls_before || run_.violation() != 0) return;
  Beginnings::Beginning* place = beginnings_.place_of(run, size);
  if (place == nullptr) return;
  place->bytes.assign(run.begin(), run.begin() + static_cast<std::ptrdiff_t>(size));
  place->place = run_.place();
  place->seen = seen_;
  place->taken = taken_;
}

void ClusterHarness::take_choice(const cluster::Choice& choice) {
  if (!run_.take(choice)) {
    ++taken_.passed;
    return;
  }
  ++taken_.choices;
  const cluster::RememberedRun::Transition& step = run_.transition();
  if (step.server == spec::kNoServer) return;
  seen_.push_back(step.state);
  seen_.push_back(run_.standing());
  seen_.push_back(engine::mixed(step.before + step.input) ^ step.after);
}

bool ClusterHarness::take(const std::uint8_t* data, std::size_t size) {
  if (!begin(data, size)) return false;
  const std::span<const std::uint8_t> run{
      data, std::min(size, kOptionBytes + kChoicesMax * kBytesAChoice)};
  const auto servers = static_cast<std::uint32_t>(run_.locals().size());
  const std::uint64_t calls_before = memory_.step_calls();
  for (std::size_t at = resume(run); at + 1 < run.size(); at += kBytesAChoice) {
    take_choice(cluster::choice_of_bytes(run[at], run[at + 1], servers));
    keep(run, at + kBytesAChoice, calls_before);
  }
  for (const std::uint64_t hash : seen_) saw(hash);
  ++counts_.runs;
  counts_.choices += taken_.choices;
  counts_.passed += taken_.passed;
  if (run_.violation() != 0) fail(data, size);
  return true;
}

std::size_t ClusterHarness::tidy(std::uint8_t* data, std::size_t size) {
  if (!begin(data, size)) return size;
  const auto servers = static_cast<std::uint32_t>(run_.locals().size());
  std::size_t kept = std::min(size, kOptionBytes);
  for (std::size_t at = kOptionBytes; at + 1 < size; at += kBytesAChoice) {
    if (!run_.take(cluster::choice_of_bytes(data[at], data[at + 1], servers))) continue;
    data[kept++] = data[at];
    data[kept++] = data[at + 1];
  }
  return kept;
}

void ClusterHarness::fail(const std::uint8_t* data, std::size_t size) {
  const auto planned = cluster::run_of_bytes({reinterpret_cast<const char*>(data), size});
  const auto node = servers_.node(planned->options);
  cluster::ChosenRun chosen(*node, planned->options);
  for (const cluster::Choice& choice : planned->choices) chosen.take(choice);
  if (!chosen.violation()) {
    std::fprintf(stderr, "the run violates a property by look-ups, and none step by step\n");
    std::abort();
  }
  std::fprintf(stderr, "%s is violated: %s\n", to_string(chosen.violation()->property),
               chosen.violation()->message.c_str());
  traces::Trace trace = chosen.trace();
  trace.bug = servers_.bug;
  write_trace(*node, trace);
  std::abort();
}

}  // namespace fuzz
