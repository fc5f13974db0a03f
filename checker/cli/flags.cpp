#include "checker/cli/flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <thread>

#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/usage_error.hpp"

namespace cli {
namespace {

constexpr const char* kSpace = "What is explored";
constexpr const char* kNetwork = "The network";
constexpr const char* kServer = "The servers";
constexpr const char* kRecovery = "Recovery";
constexpr const char* kSearch = "The search";

constexpr std::array kFlags = {
    Flag{"servers", "N", "3", kSpace, "servers in the cluster, 1 to 9"},
    Flag{"terms", "N", "2", kSpace,
         "no server goes beyond term N: elections that would are cut off"},
    Flag{"log", "N", "2", kSpace,
         "a leader accepts a proposal while its log is shorter than N entries"},
    Flag{"proposals", "N", "unlimited", kSpace,
         "client proposals accepted in a run; with a number, the k-th carries the command vk, "
         "without one all carry v1"},
    Flag{"timeouts", "N", "unlimited", kSpace, "election timeouts in a run"},
    Flag{"crashes", "N", "1", kSpace, "crashes in a run, each with its restart"},
    Flag{"compactions", "N", "0", kSpace,
         "snapshots that servers take of themselves in a run, each through any index they have "
         "applied; 0: no server compacts its log"},
    Flag{"changes", "N", "0", kSpace,
         "changes of the membership that leaders accept in a run; 0: every server is a member"},
    Flag{"voters", "N", "all", kSpace,
         "with --changes: servers 1 to N are the first members, the others may be added"},
    Flag{"learners", "on|off", "off", kSpace,
         "with --changes: members without a vote are added and removed too"},
    Flag{"network", "KIND", "any", kNetwork,
         "any: a message once sent may arrive at any later time, any number of times, or never. "
         "unordered, ordered: bounded networks, a multiset of messages or a queue for each pair of "
         "servers, every state of which is counted"},
    Flag{"inflight", "N", "4", kNetwork, "bounded networks: messages on the network at once"},
    Flag{"duplicates", "N", "0", kNetwork,
         "unordered network: deliveries in a run that leave a copy behind"},
    Flag{"partitions", "N", "0", kNetwork,
         "bounded networks: cuts of the network into groups in a run"},
    Flag{"loss", "free|none|N", "free", kNetwork,
         "bounded networks: what is sent may be lost at once: any of it, none of it, or N messages "
         "in a run. A loss costs no step"},
    Flag{"no-op", "on|off", "off", kServer, "a new leader appends a no-op entry"},
    Flag{"backtracking", "fast|plain", "fast", kServer,
         "how a rejected AppendEntries moves nextIndex back: over a whole conflicting term, or one "
         "entry at a time"},
    Flag{"entries", "N", "unlimited", kServer, "entries in one AppendEntries"},
    Flag{"snapshot-chunk", "BYTES", "unlimited", kServer,
         "bytes of a snapshot in one InstallSnapshot; an entry takes about 5"},
    Flag{"membership", "single|joint", "single", kServer,
         "with --changes: one voter at a time, or any voters through joint consensus"},
    Flag{"disk", "sync|async", "sync", kServer,
         "async: what is written becomes durable later, in order, by a step of its own; messages "
         "wait for it, and a crash may lose any part of what is not durable yet"},
    Flag{"recovery", "[on|off]", "off", kRecovery,
         "from every state reached, once faults stop, a fair schedule must elect one leader and "
         "commit a new proposal at every server; alone it means on"},
    Flag{"recovery-steps", "N", "auto", kRecovery,
         "steps within which it must; auto: a bound that follows from servers, terms and log"},
    Flag{"depth", "N", "unlimited", kSearch,
         "steps in a run; over any network it implies --order shortest"},
    Flag{"states", "N", "unlimited", kSearch, "stop when so many states are stored"},
    Flag{"time", "SECONDS", "unlimited", kSearch, "stop after so many seconds"},
    Flag{"memory", "SIZE", "auto", kSearch,
         "stop before the search needs more memory: bytes, or with K, M, G or T, as in 8G. auto: "
         "three quarters of what the machine or its container has"},
    Flag{"checkpoint-every", "SECONDS", "unlimited", kSearch,
         "with --checkpoint: write one whenever so many seconds have passed"},
    Flag{"store", "exact|fingerprint", "exact", kSearch,
         "bounded networks. exact: visited states are kept whole. fingerprint: 64 bits of each "
         "are, which is less memory where networks are many; states may be missed, and the "
         "summary says how likely that is"},
    Flag{"fingerprint-seed", "N", "0", kSearch,
         "with --store fingerprint: another number, other fingerprints"},
    Flag{"threads", "N", "all", kSearch, "threads that search; all: one for each processor"},
    Flag{"symmetry", "on|off", "on", kSearch,
         "states that differ only in the servers' names count as one; up to 6 servers, off above"},
    Flag{"check-symmetry", "[on|off]", "off", kSearch,
         "once the space is exhausted, search it again without symmetry and compare: the orbits "
         "must add up to the same counts; alone it means on"},
    Flag{"order", "fastest|shortest", "fastest", kSearch,
         "over any network. fastest: the largest sets of messages first, and a shortest trace "
         "sought once there is a violation. shortest: breadth first from the start"},
    Flag{"shortest-states", "N", "3000000", kSearch,
         "over any network, fastest: states that the search for a shortest trace may keep before "
         "it gives up and the trace that was found first is reported"},
};

}  // namespace

void refuse(std::string_view flag, std::string_view value, std::string_view remedy) {
  const std::string_view shown = value.empty() ? "''" : value;
  throw UsageError(fmt::format("--{} {}: {}", flag, shown, remedy));
}

std::uint64_t number(const FlagValues& values, std::string_view flag, std::uint64_t min,
                     std::uint64_t max, std::string_view or_else) {
  const std::string& text = values[flag];
  const std::string remedy = fmt::format("give a whole number from {} to {}{}", min, max, or_else);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
    refuse(flag, text, remedy);
  }
  std::uint64_t parsed = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), parsed).ec;
  if (error != std::errc{} || parsed < min || parsed > max) {
    refuse(flag, text, "out of range; " + remedy);
  }
  return parsed;
}

std::optional<std::uint64_t> limit(const FlagValues& values, std::string_view flag,
                                   std::uint64_t min, std::uint64_t max) {
  if (values[flag] == kUnlimited) return std::nullopt;
  return number(values, flag, min, max, ", or unlimited");
}

std::optional<std::uint32_t> budget(const FlagValues& values, std::string_view flag,
                                    std::uint32_t max) {
  const auto value = limit(values, flag, 0, max);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::size_t choice(const FlagValues& values, std::string_view flag,
                   std::initializer_list<std::string_view> choices) {
  const std::string& text = values[flag];
  const auto found = std::ranges::find(choices, text);
  if (found == choices.end()) {
    refuse(flag, text, fmt::format("give one of {}", fmt::join(choices, ", ")));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

double seconds(const FlagValues& values, std::string_view flag) {
  const std::string& text = values[flag];
  double parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc{} || end != text.data() + text.size() || !(parsed > 0) || parsed > 1e9) {
    refuse(flag, text, "give a number of seconds above 0, up to 1000000000, or unlimited");
  }
  return parsed;
}

std::uint64_t bytes(const FlagValues& values, std::string_view flag) {
  constexpr std::uint64_t kLeast = std::uint64_t{32} << 20U;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 50U;
  constexpr std::string_view kUnits = "KMGT";  // 1024 each of the one before
  constexpr std::string_view kRemedy =
      "give a number of bytes, or one with K, M, G or T, as in 512M or 8G; from 32M to 1024T";
  const std::string& text = values[flag];
  std::uint64_t parsed = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, parsed);
  if (error != std::errc{} || end - rest > 1) refuse(flag, text, kRemedy);
  if (rest != end) {
    const std::size_t unit = kUnits.find(*rest);
    if (unit == std::string_view::npos) refuse(flag, text, kRemedy);
    const unsigned shift = 10 * (static_cast<unsigned>(unit) + 1);
    if (parsed > kMost >> shift) refuse(flag, text, kRemedy);
    parsed <<= shift;
  }
  if (parsed < kLeast || parsed > kMost) refuse(flag, text, kRemedy);
  return parsed;
}

std::uint32_t first_voters(const FlagValues& values) {
  if (values["voters"] == "all") return 0;
  const std::uint64_t servers = number(values, "servers", 1, 9);
  const std::uint64_t voters = number(values, "voters", 1, servers, ", or all");
  return voters == servers ? 0 : static_cast<std::uint32_t>(voters);
}

void refuse_if_given(const FlagValues& values, std::initializer_list<std::string_view> flags,
                     std::string_view why) {
  for (const std::string_view flag : flags) {
    if (values.is_given(flag)) refuse(flag, values[flag], why);
  }
}

namespace {

void set_network(const FlagValues& values, cluster::ExploreOptions& options) {
  cluster::Bounds& bounds = options.bounds;
  constexpr std::array kNetworks = {cluster::Network::Any, cluster::Network::Unordered,
                                    cluster::Network::Ordered};
  bounds.network = kNetworks.at(choice(values, "network", {"any", "unordered", "ordered"}));
  options.order = choice(values, "order", {"fastest", "shortest"}) == 0
                      ? engine::CoverOrder::Fastest
                      : engine::CoverOrder::Shortest;
  if (bounds.network == cluster::Network::Any) {
    refuse_if_given(values, {"store", "fingerprint-seed"},
                    "the search over any network keeps sets of messages, which have no "
                    "fingerprints; choose --network unordered or ordered, or leave this flag out");
    refuse_if_given(values, {"inflight", "duplicates", "partitions", "loss"},
                    "over any network nothing of the kind is bounded: every message may be late, "
                    "lost or doubled without limit; choose --network unordered or ordered, or "
                    "leave this flag out");
    if (options.order == engine::CoverOrder::Shortest) {
      refuse_if_given(values, {"shortest-states"},
                      "the order shortest finds a shortest trace at once; leave this flag out, or "
                      "choose --order fastest");
    }
    return;
  }
  const char* remedy =
      values.is_given("network")
          ? "a bounded network is always searched breadth first; leave this flag out, or choose "
            "--network any"
          : "the bug's own bounds choose a bounded network, which is always searched breadth "
            "first; "
            "leave this flag out, or add --network any";
  refuse_if_given(values, {"order", "shortest-states"}, remedy);
  bounds.inflight = static_cast<std::uint32_t>(number(values, "inflight", 1, 64));
  bounds.partitions = static_cast<std::uint32_t>(number(values, "partitions", 0, 1000));
  if (bounds.network == cluster::Network::Ordered) {
    refuse_if_given(values, {"duplicates"},
                    "an ordered network does not duplicate; choose --network unordered or any");
  }
  bounds.duplicates = static_cast<std::uint32_t>(number(values, "duplicates", 0, 1000));
  const std::string& loss = values["loss"];
  if (loss == "free" || loss == "none") {
    bounds.loss = loss == "free" ? cluster::LossMode::Free : cluster::LossMode::None;
    return;
  }
  bounds.loss = cluster::LossMode::Budgeted;
  bounds.losses = static_cast<std::uint32_t>(number(values, "loss", 0, 1000, ", free or none"));
}

void set_changes(const FlagValues& values, cluster::Bounds& bounds) {
  bounds.changes = static_cast<std::uint32_t>(number(values, "changes", 0, 1000));
  bounds.joint_changes = choice(values, "membership", {"single", "joint"}) == 1;
  bounds.learners = choice(values, "learners", {"on", "off"}) == 0;
  bounds.voters = first_voters(values);
  if (bounds.changes > 0) return;
  refuse_if_given(values, {"membership", "learners", "voters"},
                  "the membership does not change; add --changes N, or leave this flag out");
}

void set_bounds(FlagValues& values, cluster::ExploreOptions& options) {
  cluster::Bounds& bounds = options.bounds;
  bounds.servers = static_cast<std::uint32_t>(number(values, "servers", 1, 9));
  bounds.terms = number(values, "terms", 1, 100);
  if (values["log"] == "0") {
    refuse("log", "0", "give a whole number from 1 to 100; for elections alone, --proposals 0");
  }
  bounds.log = number(values, "log", 1, 100);
  bounds.proposals = budget(values, "proposals", 1000);
  bounds.timeouts = budget(values, "timeouts", 1000);
  bounds.crashes = static_cast<std::uint32_t>(number(values, "crashes", 0, 1000));
  bounds.compactions = static_cast<std::uint32_t>(number(values, "compactions", 0, 1000));
  set_changes(values, bounds);
  bounds.async_disk = choice(values, "disk", {"sync", "async"}) == 1;
  constexpr std::uint32_t kSymmetryServersMax = 6;
  if (bounds.servers > kSymmetryServersMax) {
    if (values.is_given("symmetry") && values["symmetry"] == "on") {
      refuse("symmetry", "on", "too many renamings of more than 6 servers; use --symmetry off");
    }
    values.imply("symmetry", "off");
  }
  bounds.symmetry = choice(values, "symmetry", {"on", "off"}) == 0;
  options.check_symmetry = choice(values, "check-symmetry", {"off", "on"}) == 1;
  if (options.check_symmetry && !bounds.symmetry) {
    refuse("check-symmetry", "on", "there is no symmetry to check; use --symmetry on");
  }
}

}  // namespace

node::Options node_options(const FlagValues& values) {
  return {.servers = static_cast<std::uint32_t>(number(values, "servers", 1, 9)),
          .no_op = choice(values, "no-op", {"on", "off"}) == 0,
          .fast_backtracking = choice(values, "backtracking", {"fast", "plain"}) == 0,
          .entries_per_message =
              static_cast<std::uint32_t>(limit(values, "entries", 1, 1000).value_or(0)),
          .snapshots = values["compactions"] != "0",
          .snapshot_chunk =
              static_cast<std::uint32_t>(limit(values, "snapshot-chunk", 1, 1'000'000).value_or(0)),
          .changes = values["changes"] == "0" ? node::Changes::None
                     : choice(values, "membership", {"single", "joint"}) == 0
                         ? node::Changes::SingleServer
                         : node::Changes::Joint,
          .async_disk = choice(values, "disk", {"sync", "async"}) == 1,
          .voters = first_voters(values)};
}

namespace {

void set_snapshots(const FlagValues& values, cluster::ExploreOptions& options) {
  if (!options.node.snapshots) {
    refuse_if_given(values, {"snapshot-chunk"},
                    "no server takes snapshots; add --compactions N, or leave this flag out");
  }
  // An entry's command is longer than "v1" only where proposals are numbered.
  constexpr std::uint32_t kEntryBytesMax = 12;
  const std::uint64_t entries = options.bounds.log + options.bounds.terms;
  if (options.node.snapshot_chunk == 0) return;
  options.bounds.snapshot_pieces =
      static_cast<std::uint32_t>(entries * kEntryBytesMax / options.node.snapshot_chunk + 1);
}

void set_recovery(const FlagValues& values, cluster::ExploreOptions& options) {
  constexpr std::uint64_t kMost = 1'000'000;
  const bool is_on = choice(values, "recovery", {"off", "on"}) == 1;
  if (!is_on) {
    refuse_if_given(values, {"recovery-steps"},
                    "nothing is made to recover; add --recovery, or leave this flag out");
    return;
  }
  options.recovery_steps = values["recovery-steps"] == "auto"
                               ? cluster::recovery_steps_for(options.bounds)
                               : number(values, "recovery-steps", 1, kMost, ", or auto");
}

void set_store(const FlagValues& values, cluster::ExploreOptions& options) {
  if (choice(values, "store", {"exact", "fingerprint"}) == 0) {
    refuse_if_given(values, {"fingerprint-seed"},
                    "an exact store has no fingerprints; add --store fingerprint, or leave this "
                    "flag out");
    return;
  }
  options.store = engine::Store::Fingerprint;
  options.fingerprint_seed = number(values, "fingerprint-seed", 0, UINT64_MAX);
}

void set_limits(FlagValues& values, Plan& plan) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  plan.options.limits.depth = limit(values, "depth", 1, kMost);
  plan.options.limits.states = limit(values, "states", 1, kMost);
  plan.options.shortest_states_max = number(values, "shortest-states", 1, kMost);
  if (values["time"] != kUnlimited) plan.seconds_max = seconds(values, "time");
  if (values["checkpoint-every"] != kUnlimited) {
    plan.checkpoint_every = seconds(values, "checkpoint-every");
  }
  if (values["memory"] != "auto") plan.memory_max = bytes(values, "memory");
  plan.options.threads = values["threads"] == "all"
                             ? std::max(1U, std::thread::hardware_concurrency())
                             : number(values, "threads", 1, 256, ", or all");
  if (plan.options.limits.depth && values["network"] == "any") {
    if (values.is_given("order") && values["order"] == "fastest") {
      refuse("depth", values["depth"],
             "the order fastest does not count steps; use --order shortest, or a bounded network");
    }
    values.imply("order", "shortest");
  }
}

}  // namespace

spec::PropertySet properties_named(const std::vector<std::string>& names) {
  if (names.empty()) return spec::kAllProperties;
  spec::PropertySet properties = 0;
  for (const std::string& name : names) {
    const auto property = spec::property_named(name);
    if (!property) {
      refuse("property", name, "no such property; `raftcheck list properties` names them");
    }
    properties |= spec::set_of(*property);
  }
  return properties;
}

std::span<const Flag> explore_flags() { return kFlags; }

FlagValues::FlagValues(std::map<std::string, std::string> given,
                       std::map<std::string, std::string> of_bug, std::span<const Flag> flags)
    : given_(std::move(given)) {
  for (const Flag& flag : flags) values_[flag.name] = flag.default_value;
  for (const auto* values : {&of_bug, &given_}) {
    for (const auto& [name, value] : *values) {
      if (!values_.contains(name)) throw UsageError(fmt::format("no such flag: --{}", name));
      values_[name] = value;
    }
  }
}

const std::string& FlagValues::operator[](std::string_view name) const {
  return values_.at(std::string(name));
}

bool FlagValues::is_given(std::string_view name) const {
  return given_.contains(std::string(name));
}

void FlagValues::imply(const std::string& name, const std::string& value) {
  if (!is_given(name)) values_[name] = value;
}

bool is_limit(std::string_view flag) {
  constexpr std::array<std::string_view, 8> kLimits = {
      "depth",   "states",         "time",           "memory", "checkpoint-every",
      "threads", "check-symmetry", "shortest-states"};
  return std::ranges::find(kLimits, flag) != kLimits.end();
}

std::map<std::string, std::string> bounds_in_force(const Plan& plan) {
  const auto is_among = [](std::initializer_list<std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  const cluster::Network network = plan.options.bounds.network;
  const auto is_missing = [&](std::string_view name) {
    if (is_among({"inflight", "partitions", "loss"}, name)) return network == cluster::Network::Any;
    if (name == "duplicates") return network != cluster::Network::Unordered;
    if (name == "order") return network != cluster::Network::Any;
    if (is_among({"store", "fingerprint-seed"}, name)) return true;
    if (is_among({"recovery", "recovery-steps"}, name)) return !plan.options.recovery_steps;
    if (name == "disk") return !plan.options.bounds.async_disk;
    if (is_among({"changes", "membership", "learners", "voters"}, name)) {
      return plan.options.bounds.changes == 0;
    }
    if (is_among({"compactions", "snapshot-chunk"}, name)) {
      return plan.options.bounds.compactions == 0;
    }
    return is_limit(name) && name != "depth";
  };
  std::map<std::string, std::string> bounds;
  for (const auto& [name, value] : plan.values.all()) {
    if (value != kUnlimited && !is_missing(name)) bounds.emplace(name, value);
  }
  return bounds;
}

std::vector<std::string> property_names(spec::PropertySet properties) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < spec::kPropertyCount; ++i) {
    const auto property = static_cast<spec::Property>(i);
    if ((properties & set_of(property)) != 0) names.emplace_back(to_string(property));
  }
  return names;
}

Plan make_plan(FlagValues values, const std::vector<std::string>& properties) {
  Plan plan{.options = {},
            .seconds_max = {},
            .memory_max = {},
            .checkpoint_every = {},
            .values = std::move(values)};
  set_bounds(plan.values, plan.options);
  set_limits(plan.values, plan);
  set_network(plan.values, plan.options);
  set_store(plan.values, plan.options);
  plan.options.node = node_options(plan.values);
  set_snapshots(plan.values, plan.options);
  set_recovery(plan.values, plan.options);
  plan.options.properties = properties_named(properties);
  return plan;
}

}  // namespace cli
