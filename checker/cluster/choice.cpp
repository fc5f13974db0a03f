#include "checker/cluster/choice.hpp"

#include <array>
#include <ostream>

#include "checker/cluster/explore.hpp"

namespace cluster {
namespace {

constexpr std::array<const char*, kChoiceKinds> kNames = {"deliver",
                                                          "duplicate",
                                                          "lose",
                                                          "election timeout",
                                                          "heartbeat timeout",
                                                          "lease timeout",
                                                          "propose",
                                                          "read",
                                                          "crash",
                                                          "cut",
                                                          "heal",
                                                          "disk write",
                                                          "compact",
                                                          "transfer",
                                                          "change membership"};

void print(std::ostream& out, const node::Options& options) {
  out << options.servers << " servers";
  if (options.no_op) out << ", no-op";
  if (!options.fast_backtracking) out << ", plain back-tracking";
  if (options.entries_per_message > 0) {
    out << ", entries a message " << options.entries_per_message;
  }
  for (const node::Feature& feature : node::features()) {
    if (feature.get(options) == 0) continue;
    out << ", " << feature.name;
    if (feature.most > 1) out << ' ' << feature.get(options);
  }
  if (options.snapshots) out << ", snapshots";
  if (options.snapshot_chunk > 0) out << " in chunks of " << options.snapshot_chunk;
  if (options.changes != node::Changes::None) {
    out << ", changes " << to_string(options.changes) << ", voters " << options.voters;
  }
  if (options.async_disk) out << ", asynchronous disk";
}

}  // namespace

const char* to_string(ChoiceKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::ostream& operator<<(std::ostream& out, const Choice& choice) {
  out << to_string(choice.kind);
  const bool acts_on_network = choice.kind == ChoiceKind::Cut || choice.kind == ChoiceKind::Heal;
  if (!acts_on_network) out << ' ' << int{choice.server};
  if (is_of_message(choice.kind)) out << " from " << int{choice.other};
  if (choice.kind == ChoiceKind::Transfer) out << " to " << int{choice.other};
  if (choice.number > 0) out << " #" << int{choice.number};
  return out;
}

std::ostream& operator<<(std::ostream& out, const PlannedRun& run) {
  print(out, run.options);
  for (const Choice& choice : run.choices) out << "\n  " << choice;
  return out;
}

}  // namespace cluster
