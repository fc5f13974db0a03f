// fuzz_cluster on the core with a bug of the gallery: the campaign must find it. It is the test of
// the fuzzing itself.
//
//   RAFTCHECK_BUG=volatile-vote RAFTCHECK_GALLERY=build/release/gallery fuzz_canary CORPUS
//
// Without RAFTCHECK_BUG it runs the core as it is.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "checker/node/library.hpp"
#include "checker/node/raft_node.hpp"
#include "fuzz/cluster_harness.hpp"

namespace {

// Servers, with the library that their code lives in.
template <class Servers>
std::shared_ptr<Servers> loaded(const std::filesystem::path& library,
                                const node::Options& options) {
  const auto held = std::make_shared<node::FromLibrary<Servers>>(library, options);
  return {held, &held->node()};
}

}  // namespace

fuzz::Servers fuzz::servers() {
  const char* bug = std::getenv("RAFTCHECK_BUG");
  if (bug == nullptr) return {.states = node::make_raft_states, .node = node::make_raft_node};
  const char* gallery = std::getenv("RAFTCHECK_GALLERY");
  const std::filesystem::path library =
      std::filesystem::path(gallery == nullptr ? "build/release/gallery" : gallery) / bug /
      "node.so";
  try {
    // Stays loaded, whatever is forgotten in between.
    static const auto first = loaded<node::States>(library, {.servers = 1});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "RAFTCHECK_BUG=%s: %s\n", bug, error.what());
    std::exit(2);
  }
  using node::Options;
  return {.states = [=](const Options& options) { return loaded<node::States>(library, options); },
          .node = [=](const Options& options) { return loaded<node::Node>(library, options); },
          .bug = bug};
}
