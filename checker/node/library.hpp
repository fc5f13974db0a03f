// Servers that live in a shared library: how a bug of the gallery, built from a changed copy of
// src/raft, is put behind the same boundary.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "checker/node/live.hpp"
#include "checker/node/node.hpp"
#include "checker/node/states.hpp"

namespace node {

// What a node library exports, under these names: each makes servers, or returns nullptr if its
// boundary is of another version than the caller's.
using LibraryEntry = Node* (*)(int boundary_version, const Options& options);
inline constexpr const char* kLibraryEntry = "raftcheck_make_node";
using LibraryLiveEntry = Live* (*)(int boundary_version, const Options& options);
inline constexpr const char* kLibraryLiveEntry = "raftcheck_make_live";
using LibraryStatesEntry = States* (*)(int boundary_version, const Options& options);
inline constexpr const char* kLibraryStatesEntry = "raftcheck_make_states";
inline constexpr int kBoundaryVersion = 8;

// Servers together with the library that their code lives in.
template <class Servers>
class FromLibrary {
 public:
  // Throws std::runtime_error, naming the file and what to do, if it can't be loaded.
  FromLibrary(const std::filesystem::path& library, const Options& options);
  FromLibrary(const FromLibrary&) = delete;
  FromLibrary& operator=(const FromLibrary&) = delete;
  ~FromLibrary();

  [[nodiscard]] Servers& node() { return *servers_; }

 private:
  void* handle_ = nullptr;
  std::unique_ptr<Servers> servers_;
};

using LibraryNode = FromLibrary<Node>;
using LibraryLive = FromLibrary<Live>;
using LibraryStates = FromLibrary<States>;

}  // namespace node
