// What fuzz_cluster and fuzz_canary have in common: an input is a run of a cluster, taken by
// look-ups (checker/cluster/remembered_run.hpp), with all properties checked after every step, from
// where it parts from runs that were taken before (beginnings.hpp). A run that violates one is
// taken again step by step and written as a trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/cluster/remembered_run.hpp"
#include "checker/node/node.hpp"
#include "checker/node/states.hpp"
#include "fuzz/beginnings.hpp"

namespace fuzz {

// The servers that are run.
struct Servers {
  cluster::StepMemory::MakeStates states;
  std::function<std::shared_ptr<node::Node>(const node::Options&)> node;
  std::optional<std::string> bug{};  // of the gallery, that they have
};
// Whom a program runs that has the entry points of cluster_entry.cpp: each says it for itself.
Servers servers();

class ClusterHarness {
 public:
  explicit ClusterHarness(Servers servers);
  ClusterHarness(const ClusterHarness&) = delete;
  ClusterHarness& operator=(const ClusterHarness&) = delete;

  // Whether the bytes are a run. Tells the fuzzer what the servers went through; aborts, with the
  // trace's place, if a property is violated.
  bool take(const std::uint8_t* data, std::size_t size);

  // Says how much was done, if RAFTCHECK_FUZZ_COUNTS is set.
  void report() const;

  // So far.
  struct Counts {
    std::uint64_t runs = 0;
    std::uint64_t choices = 0;  // that were possible when their turn came
    std::uint64_t passed = 0;   // that were not
    std::uint64_t resumed = 0;  // of the choices, in beginnings that were known
    std::uint64_t forgets = 0;  // how often the memory was full
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }
  // What the fuzzer was told of the last run, in the order of its steps.
  [[nodiscard]] const std::vector<std::uint64_t>& seen() const { return seen_; }

  // Leaves out of a run what is not possible when its turn comes: the same run, in fewer bytes. The
  // size then.
  std::size_t tidy(std::uint8_t* data, std::size_t size);

 private:
  // Begins the run that the bytes say, if they do.
  bool begin(const std::uint8_t* data, std::size_t size);
  [[noreturn]] void fail(const std::uint8_t* data, std::size_t size);

  // Goes on behind the longest beginning that is known. The bytes of it.
  std::size_t resume(std::span<const std::uint8_t> run);
  void take_choice(const cluster::Choice& choice);
  // Keeps the beginning that the run has come to, of so many bytes, if all of it was looked up:
  // what is new may never come again.
  void keep(std::span<const std::uint8_t> run, std::size_t size, std::uint64_t calls_before);

  Servers servers_;
  Counts counts_;
  cluster::StepMemory memory_;
  cluster::RememberedRun run_;
  Beginnings beginnings_;
  Taken taken_;
  std::vector<std::uint64_t> seen_;
};

}  // namespace fuzz
