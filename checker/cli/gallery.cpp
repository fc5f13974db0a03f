#include "checker/cli/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "checker/cli/usage_error.hpp"
#include "checker/node/library.hpp"
#include "checker/node/raft_node.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

fs::path gallery_dir() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) throw UsageError("can't find the program's own folder: " + error.message());
  const fs::path installed = program.parent_path().parent_path() / "lib" / "raftcheck" / "gallery";
  return fs::exists(installed) ? installed : program.parent_path() / "gallery";
}

Bug read_bug(const fs::path& folder) {
  const fs::path file = folder / "bug.json";
  try {
    std::ifstream stream(file);
    const auto json = nlohmann::json::parse(stream);
    Bug bug;
    bug.name = json.at("name").get<std::string>();
    bug.summary = json.at("summary").get<std::string>();
    bug.is_control = json.at("control").get<bool>();
    bug.bounds = json.at("bounds").get<std::map<std::string, std::string>>();
    for (const auto& expected : json.at("expect")) {
      if (expected.at("properties") == "all") {
        bug.property = expected.at("property").get<std::string>();
      }
    }
    bug.library = folder / "node.so";
    return bug;
  } catch (const nlohmann::json::exception& error) {
    throw UsageError(fmt::format("{}: {}; build the gallery again", file.string(), error.what()));
  }
}

}  // namespace

std::vector<Bug> require_bugs() {
  std::vector<Bug> bugs;
  std::error_code error;
  const fs::path dir = gallery_dir();
  for (const auto& entry : fs::directory_iterator(dir, error)) {
    if (fs::exists(entry.path() / "bug.json")) bugs.push_back(read_bug(entry.path()));
  }
  if (bugs.empty()) {
    throw UsageError(fmt::format(
        "there are no bugs in {}, where the gallery should be; build it with ./dev build",
        dir.string()));
  }
  std::ranges::sort(bugs, {}, &Bug::name);
  return bugs;
}

Bug bug_named(const std::string& name, const std::string& place) {
  std::vector<std::string> names;
  for (Bug& bug : require_bugs()) {
    if (bug.name == name) return std::move(bug);
    names.push_back(bug.name);
  }
  throw UsageError(
      fmt::format("{} {}: no such bug; there are {}", place, name, fmt::join(names, ", ")));
}

lab::MakeLive live_servers(const std::optional<Bug>& bug) {
  if (!bug) return lab::make_core();
  try {
    // One that is never used stays, so that the library is not loaded anew for each run.
    const auto loaded =
        std::make_shared<node::LibraryLive>(bug->library, node::Options{.servers = 1});
    return [loaded, library = bug->library](const node::Options& options) {
      const auto live = std::make_shared<node::LibraryLive>(library, options);
      return std::shared_ptr<node::Live>(live, &live->node());
    };
  } catch (const std::runtime_error& error) {
    throw UsageError(error.what());
  }
}

cluster::MakeNode node_maker(const std::optional<Bug>& bug) {
  return [bug](const node::Options& options) {
    const auto holder = std::make_shared<NodeHolder>(bug, options);
    return std::shared_ptr<node::Node>(holder, &**holder);
  };
}

struct NodeHolder::Impl {
  std::unique_ptr<node::LibraryNode> library;
  std::unique_ptr<node::Node> built_in;
};

NodeHolder::NodeHolder(const std::optional<Bug>& bug, const node::Options& options)
    : impl_(std::make_unique<Impl>()) {
  if (!bug) {
    impl_->built_in = node::make_raft_node(options);
    return;
  }
  try {
    impl_->library = std::make_unique<node::LibraryNode>(bug->library, options);
  } catch (const std::runtime_error& error) {
    throw UsageError(error.what());
  }
}

NodeHolder::~NodeHolder() = default;

node::Node& NodeHolder::operator*() {
  return impl_->library ? impl_->library->node() : *impl_->built_in;
}

}  // namespace cli
