#include "checker/cli/simulate_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/usage_error.hpp"

namespace cli {
namespace {

constexpr const char* kSpaceGroup = "What a walk may do";
constexpr const char* kNetworkGroup = "The network";
constexpr const char* kServerGroup = "The servers";
constexpr const char* kWalksGroup = "The walks";

// Flags of explore whose help says what they do here too.
struct Shared {
  const char* name;
  const char* default_value;
  const char* group;
};
constexpr std::array kShared = {
    Shared{"servers", "3", kSpaceGroup},
    Shared{"terms", "4", kSpaceGroup},
    Shared{"log", "3", kSpaceGroup},
    Shared{"proposals", "4", kSpaceGroup},
    Shared{"timeouts", "unlimited", kSpaceGroup},
    Shared{"transfers", "0", kSpaceGroup},
    Shared{"compactions", "0", kSpaceGroup},
    Shared{"changes", "0", kSpaceGroup},
    Shared{"voters", "all", kSpaceGroup},
    Shared{"learners", "off", kSpaceGroup},
    Shared{"no-op", "off", kServerGroup},
    Shared{"backtracking", "fast", kServerGroup},
    Shared{"entries", "unlimited", kServerGroup},
    Shared{"pre-vote", "off", kServerGroup},
    Shared{"check-quorum", "off", kServerGroup},
    Shared{"vote-lease", "off", kServerGroup},
    Shared{"bytes", "unlimited", kServerGroup},
    Shared{"appends-in-flight", "unlimited", kServerGroup},
    Shared{"uncommitted", "unlimited", kServerGroup},
    Shared{"snapshot-chunk", "unlimited", kServerGroup},
    Shared{"membership", "single", kServerGroup},
    Shared{"disk", "sync", kServerGroup},
};

constexpr std::array kOwn = {
    Flag{"crashes", "N", "unlimited", kSpaceGroup, "crashes in a walk, each with its restart"},
    Flag{"faults", "PROFILE", "mix", kSpaceGroup,
         "none: messages arrive once and in order. lossy: they are lost, doubled and overtaken. "
         "crashy: servers crash. partitions: the network is cut and heals. all: all of these. mix: "
         "each walk draws one of the five"},
    Flag{"network", "KIND", "unordered", kNetworkGroup,
         "unordered: a multiset of messages. ordered: a queue for each pair of servers. any: what "
         "was ever sent may arrive at any later time, any number of times, or never"},
    Flag{"inflight", "N", "16", kNetworkGroup,
         "unordered, ordered: messages on the network at once"},
    Flag{"duplicates", "N", "unlimited", kNetworkGroup,
         "unordered: deliveries in a walk that leave a copy behind"},
    Flag{"partitions", "N", "unlimited", kNetworkGroup,
         "unordered, ordered: cuts of the network into two groups in a walk"},
    Flag{"loss", "free|none|N", "free", kNetworkGroup,
         "unordered, ordered: what is sent may be lost: any of it, none of it, or N messages in a "
         "walk"},
    Flag{"scheduler", "KIND", "mix", kWalksGroup,
         "uniform: each possible step is as likely as the other. pct: priorities of servers and "
         "links that change at a few points. swarm: a random choice of actions and faults with "
         "random weights. mix: each walk draws one of the three"},
    Flag{"seed", "N", "random", kWalksGroup,
         "where the walks begin: the same seed and flags give the same walks on every machine. "
         "Always printed"},
    Flag{"walks", "N", "100000", kWalksGroup, "how many walks; unlimited where --time is given"},
    Flag{"depth", "N", "200", kWalksGroup, "steps in a walk"},
    Flag{"steps-min", "N", "1", kWalksGroup, "pass over violations in fewer steps"},
    Flag{"shrink", "on|off", "on", kWalksGroup,
         "make the walk that violates a property as small as can be; off: write it as it was"},
    Flag{"time", "SECONDS", "unlimited", kWalksGroup, "stop after so many seconds"},
    Flag{"shard", "i/n", "none", kWalksGroup,
         "take the walks w with w mod n = i only, i from 0; none: what SLURM, an indexed "
         "Kubernetes job or Open MPI has put into the environment, or all walks"},
    Flag{"shards", "N", "none", kWalksGroup,
         "how many shards there are, where the environment has JOB_COMPLETION_INDEX alone"},
};

std::vector<Flag> make_flags() {
  std::vector<Flag> flags;
  for (const Shared& shared : kShared) {
    const auto of_explore = explore_flags();
    Flag flag = *std::ranges::find_if(
        of_explore, [&](const Flag& one) { return std::string_view(one.name) == shared.name; });
    flag.default_value = shared.default_value;
    flag.group = shared.group;
    flags.push_back(flag);
  }
  flags.insert(flags.end(), kOwn.begin(), kOwn.end());
  return flags;
}

void set_network(const FlagValues& values, cluster::WalkBounds& bounds) {
  constexpr std::array kNetworks = {cluster::Network::Any, cluster::Network::Unordered,
                                    cluster::Network::Ordered};
  bounds.network = kNetworks.at(choice(values, "network", {"any", "unordered", "ordered"}));
  if (bounds.network == cluster::Network::Any) {
    refuse_if_given(values, {"inflight", "duplicates", "partitions", "loss"},
                    "over any network nothing of the kind is bounded: every message may be late, "
                    "lost or doubled without limit; choose --network unordered or ordered, or "
                    "leave this flag out");
    return;
  }
  bounds.inflight = static_cast<std::uint32_t>(number(values, "inflight", 1, 64));
  bounds.partitions = budget(values, "partitions", 1000);
  if (bounds.network == cluster::Network::Ordered) {
    refuse_if_given(values, {"duplicates"},
                    "an ordered network does not duplicate; choose --network unordered or any");
  }
  bounds.duplicates = budget(values, "duplicates", 1000);
  const std::string& loss = values["loss"];
  if (loss == "none") bounds.losses = 0;
  if (loss == "free" || loss == "none") return;
  bounds.losses = static_cast<std::uint32_t>(number(values, "loss", 0, 1000, ", free or none"));
}

void set_bounds(const FlagValues& values, cluster::WalkBounds& bounds) {
  bounds.servers = static_cast<std::uint32_t>(number(values, "servers", 1, 9));
  bounds.terms = number(values, "terms", 1, 100);
  if (values["log"] == "0") {
    refuse("log", "0", "give a whole number from 1 to 100; for elections alone, --proposals 0");
  }
  bounds.log = number(values, "log", 1, 100);
  bounds.proposals = budget(values, "proposals", 1000);
  bounds.timeouts = budget(values, "timeouts", 1000);
  bounds.crashes = budget(values, "crashes", 1000);
  bounds.transfers = static_cast<std::uint32_t>(number(values, "transfers", 0, 1000));
  bounds.compactions = static_cast<std::uint32_t>(number(values, "compactions", 0, 1000));
  bounds.changes = static_cast<std::uint32_t>(number(values, "changes", 0, 1000));
  bounds.learners = choice(values, "learners", {"on", "off"}) == 0;
}

void set_manner(const FlagValues& values, cluster::SimulateOptions& options) {
  constexpr std::array kSchedulers = {cluster::Scheduler::Uniform, cluster::Scheduler::Pct,
                                      cluster::Scheduler::Swarm, cluster::Scheduler::Mix};
  options.scheduler =
      kSchedulers.at(choice(values, "scheduler", {"uniform", "pct", "swarm", "mix"}));
  constexpr std::array kFaults = {cluster::Faults::None,   cluster::Faults::Lossy,
                                  cluster::Faults::Crashy, cluster::Faults::Partitions,
                                  cluster::Faults::All,    cluster::Faults::Mix};
  options.faults =
      kFaults.at(choice(values, "faults", {"none", "lossy", "crashy", "partitions", "all", "mix"}));
}

// Short enough to be typed again.
std::uint64_t seed_of_system() {
  std::random_device system;
  return system();
}

void set_walks(FlagValues& values, SimulatePlan& plan) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  if (values["time"] != kUnlimited) plan.seconds_max = seconds(values, "time");
  if (plan.seconds_max) values.imply("walks", std::string(kUnlimited));
  plan.options.walks = limit(values, "walks", 1, kMost);
  plan.options.depth = number(values, "depth", 1, 1'000'000);
  plan.options.steps_min = number(values, "steps-min", 1, 1'000'000);
  plan.options.shrinks = choice(values, "shrink", {"on", "off"}) == 0;
  plan.shard = shard_of(values);
  plan.options.shard = plan.shard.index;
  plan.options.shards = plan.shard.count;
  if (!values.is_given("seed")) {
    if (plan.shard.is_divided()) {
      throw UsageError(
          fmt::format("{}: the shards of a run walk one seed; give each of them the same --seed N",
                      plan.shard.source));
    }
    values.imply("seed", std::to_string(seed_of_system()));
  }
  plan.options.seed = number(values, "seed", 0, ~std::uint64_t{0}, "");
  values.imply("shard", fmt::format("{}/{}", plan.shard.index, plan.shard.count));
}

}  // namespace

std::span<const Flag> simulate_flags() {
  static const std::vector<Flag> kWalkFlags = make_flags();
  return kWalkFlags;
}

SimulatePlan make_simulate_plan(FlagValues values, const std::vector<std::string>& properties) {
  SimulatePlan plan{.options = {}, .seconds_max = {}, .shard = {}, .values = std::move(values)};
  set_bounds(plan.values, plan.options.bounds);
  set_network(plan.values, plan.options.bounds);
  set_manner(plan.values, plan.options);
  set_walks(plan.values, plan);
  plan.options.node = node_options(plan.values);
  plan.options.properties = properties_named(properties);
  return plan;
}

std::map<std::string, std::string> bounds_for_walks(
    const std::map<std::string, std::string>& of_bug) {
  std::map<std::string, std::string> bounds;
  std::vector<std::string> names{"servers",   "no-op",       "backtracking",   "entries",
                                 "transfers", "compactions", "snapshot-chunk", "changes",
                                 "voters",    "learners",    "membership",     "disk"};
  for (const node::Feature& feature : node::features()) names.push_back(flag_of(feature));
  std::erase_if(names, [](const std::string& name) {  // what random walks do not have
    return std::ranges::find(simulate_flags(), name, &Flag::name) == simulate_flags().end();
  });
  for (const std::string& name : names) {
    const auto found = of_bug.find(name);
    if (found != of_bug.end()) bounds.insert(*found);
  }
  return bounds;
}

std::map<std::string, std::string> bounds_in_force(const SimulatePlan& plan) {
  const cluster::Network network = plan.options.bounds.network;
  const auto is_missing = [&](std::string_view name) {
    if (name == "inflight" || name == "partitions" || name == "loss") {
      return network == cluster::Network::Any;
    }
    if (name == "duplicates") return network != cluster::Network::Unordered;
    return name == "time" || name == "walks" || name == "steps-min" || name == "shrink" ||
           name == "shard" || name == "shards";
  };
  std::map<std::string, std::string> bounds;
  for (const auto& [name, value] : plan.values.all()) {
    if (value != kUnlimited && !is_missing(name) && !is_switched_off(plan.values, name)) {
      bounds.emplace(name, value);
    }
  }
  return bounds;
}

}  // namespace cli
