// Nodes that live in a shared library: how a bug of the gallery, built from a changed copy of
// src/raft, is put behind the same boundary.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "checker/node/node.hpp"

namespace node {

// What a node library exports, under the name `kLibraryEntry`: makes a node, or returns nullptr if
// its boundary is of another version than the caller's.
using LibraryEntry = Node* (*)(int boundary_version, const Options& options);
inline constexpr const char* kLibraryEntry = "raftcheck_make_node";
inline constexpr int kBoundaryVersion = 5;

// A node together with the library that its code lives in.
class LibraryNode {
 public:
  // Throws std::runtime_error, naming the file and what to do, if it can't be loaded.
  LibraryNode(const std::filesystem::path& library, const Options& options);
  LibraryNode(const LibraryNode&) = delete;
  LibraryNode& operator=(const LibraryNode&) = delete;
  ~LibraryNode();

  [[nodiscard]] Node& node() { return *node_; }

 private:
  void* handle_ = nullptr;
  std::unique_ptr<Node> node_;
};

}  // namespace node
