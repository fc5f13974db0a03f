// Counts the common space with the engine's counting search: the contestant of run_peers.py.
//
//     peer_raft TERMS LOG INFLIGHT
//
// prints `distinct`, `generated` and `depth`, one a line. Exit status 1: a property is violated;
// 2: wrong usage.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>

#include "bench/peers/peer_raft.hpp"
#include "checker/engine/counting_search.hpp"

namespace {

class NoObserver final : public engine::Observer {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return {}; }
};

std::optional<std::uint8_t> number(const char* text, unsigned max) {
  unsigned value = 0;
  const char* end = text + std::strlen(text);
  const auto [at, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || at != end || value < 1 || value > max) return {};
  return static_cast<std::uint8_t>(value);
}

int count(const peers::Bounds& bounds) {
  peers::PeerRaft model(bounds);
  engine::CountingOptions options;  // one thread, as the peers
  options.loss = engine::Loss::None;
  options.inflight = bounds.inflight;
  NoObserver observer;
  engine::CountingSearch search(model, options);
  const engine::SearchResult result = search.run(observer);
  if (result.stopped_by != engine::StopReason::Exhausted) {
    std::fprintf(stderr, "peer_raft: property %u is violated after %zu steps\n", result.violation,
                 result.path.size());
    return 1;
  }
  const engine::Progress& progress = result.progress;
  std::printf("distinct %llu\ngenerated %llu\ndepth %llu\n",
              static_cast<unsigned long long>(progress.distinct),
              static_cast<unsigned long long>(progress.generated),
              static_cast<unsigned long long>(progress.depth));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr unsigned kInflightMax = 6;  // of the Promela model
  if (argc == 4) {
    const auto terms = number(argv[1], peers::kBoundMax);
    const auto log = number(argv[2], peers::kBoundMax);
    const auto inflight = number(argv[3], kInflightMax);
    try {
      if (terms && log && inflight && *inflight >= 2) return count({*terms, *log, *inflight});
    } catch (const std::exception& error) {
      std::fprintf(stderr, "peer_raft: %s\n", error.what());
      return 2;
    }
  }
  std::fputs("usage: peer_raft TERMS LOG INFLIGHT (1 to 3, 1 to 3, 2 to 6)\n", stderr);
  return 2;
}
