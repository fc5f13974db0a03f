// The gallery beside the program: a folder for each bug, with the node library that it was built
// into and bug.json, which says within what bounds it shows.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/script.hpp"
#include "checker/lab/run.hpp"
#include "checker/node/node.hpp"

namespace cli {

struct Bug {
  std::string name;
  std::string summary;
  bool is_control = false;                    // known to break nothing
  std::map<std::string, std::string> bounds;  // flag name (no dashes) -> value
  std::string property;                       // violated first with all properties; or empty
  std::filesystem::path library;
};

// By name, at least one. Throws UsageError if the gallery is damaged or was not built.
std::vector<Bug> require_bugs();

// Throws UsageError, naming the bugs there are, if it is not among them. `place` is what named it,
// for the error: "--bug", or a file.
Bug bug_named(const std::string& name, const std::string& place);

// Makes servers for the lab, with whatever keeps their code in memory. No bug: the core as it is.
// Throws UsageError if the library can't be used.
lab::MakeLive live_servers(const std::optional<Bug>& bug);

// Makes nodes, with whatever keeps their code in memory. No bug: the core as it is. Making one
// throws UsageError if the library can't be used.
cluster::MakeNode node_maker(const std::optional<Bug>& bug);

// A node, with whatever keeps its code in memory.
class NodeHolder {
 public:
  // No bug: the core as it is. Throws UsageError if the library can't be used.
  NodeHolder(const std::optional<Bug>& bug, const node::Options& options);
  NodeHolder(const NodeHolder&) = delete;
  NodeHolder& operator=(const NodeHolder&) = delete;
  ~NodeHolder();
  [[nodiscard]] node::Node& operator*();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cli
