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
  bounds.transfers = static_cast<std::uint32_t>(number(values, "transfers", 0, 1000));
  bounds.reads = static_cast<std::uint32_t>(number(values, "reads", 0, 16));
  bounds.clock_drifts = static_cast<std::uint32_t>(number(values, "clock-drifts", 0, 1000));
  bounds.compactions = static_cast<std::uint32_t>(number(values, "compactions", 0, 1000));
  bounds.async_disk = choice(values, "disk", {"sync", "async"}) == 1;
  set_changes(values, bounds);
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

std::string flag_of(const node::Feature& feature) {
  std::string name = feature.name;
  std::ranges::replace(name, '_', '-');
  return name;
}

namespace {

// The budgets and choices of features that node::features() does not list, and what each is where
// the cluster does not have the feature.
struct Switch {
  std::string_view flag;
  std::string_view off;
};
constexpr std::array kSwitches = {
    Switch{"transfers", "0"}, Switch{"reads", "0"},   Switch{"clock-drifts", "0"},
    Switch{"changes", "0"},   Switch{"disk", "sync"}, Switch{"compactions", "0"},
};

// Flags that mean something only where another one is switched on.
struct Dependent {
  std::string_view flag;
  std::string_view of;
  std::string_view why;
};
constexpr std::string_view kNoChanges =
    "the membership does not change; add --changes N, or leave this flag out";
constexpr std::array kDependents = {
    Dependent{"clock-drifts", "lease-reads",
              "nothing here trusts a clock; add --lease-reads, or leave this flag out"},
    Dependent{"snapshot-chunk", "compactions",
              "no server takes snapshots; add --compactions N, or leave this flag out"},
    Dependent{"membership", "changes", kNoChanges},
    Dependent{"learners", "changes", kNoChanges},
    Dependent{"voters", "changes", kNoChanges},
};

void refuse_without_feature(const FlagValues& values) {
  for (const Dependent& one : kDependents) {
    if (values.is_given(one.flag) && is_switched_off(values, one.of)) {
      refuse(one.flag, values[one.flag], one.why);
    }
  }
}

node::Changes changes_of(const FlagValues& values) {
  if (is_switched_off(values, "changes")) return node::Changes::None;
  return choice(values, "membership", {"single", "joint"}) == 0 ? node::Changes::SingleServer
                                                                : node::Changes::Joint;
}

}  // namespace

bool is_switched_off(const FlagValues& values, std::string_view flag) {
  for (const Dependent& one : kDependents) {
    if (one.flag == flag && is_switched_off(values, one.of)) return true;
  }
  for (const Switch& one : kSwitches) {
    if (one.flag == flag) return values[flag] == one.off;
  }
  return values[flag] == "off" &&
         std::ranges::any_of(node::features(), [&](const node::Feature& feature) {
           return flag_of(feature) == flag;
         });
}

node::Options node_options(const FlagValues& values) {
  refuse_without_feature(values);
  node::Options options{.servers = static_cast<std::uint32_t>(number(values, "servers", 1, 9)),
                        .no_op = choice(values, "no-op", {"on", "off"}) == 0,
                        .fast_backtracking = choice(values, "backtracking", {"fast", "plain"}) == 0,
                        .entries_per_message = static_cast<std::uint32_t>(
                            limit(values, "entries", 1, 1000).value_or(0))};
  options.snapshots = !is_switched_off(values, "compactions");
  options.snapshot_chunk =
      static_cast<std::uint32_t>(limit(values, "snapshot-chunk", 1, 1'000'000).value_or(0));
  options.changes = changes_of(values);
  options.voters = first_voters(values);
  options.async_disk = choice(values, "disk", {"sync", "async"}) == 1;
  for (const node::Feature& feature : node::features()) {
    const std::string flag = flag_of(feature);
    if (!values.all().contains(flag)) continue;  // random walks have no clocks to trust
    const std::uint64_t value = feature.most == 1
                                    ? choice(values, flag, {"off", "on"})
                                    : limit(values, flag, 1, feature.most).value_or(0);
    feature.set(options, static_cast<std::uint32_t>(value));
  }
  if (options.lease_reads && !options.vote_lease) {
    refuse("lease-reads", "on",
           "a lease says that nobody else is voted for, which voters must keep to; add "
           "--vote-lease");
  }
  return options;
}

namespace {

void set_snapshot_pieces(cluster::ExploreOptions& options) {
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
                               ? cluster::recovery_steps_for(options.bounds, options.node)
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
  plan.violations_max = number(values, "keep-going", 1, 1000);
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
  constexpr std::array<std::string_view, 9> kLimits = {
      "depth",          "states",          "time",      "memory", "checkpoint-every", "threads",
      "check-symmetry", "shortest-states", "keep-going"};
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
    return is_limit(name) && name != "depth";
  };
  std::map<std::string, std::string> bounds;
  for (const auto& [name, value] : plan.values.all()) {
    if (value != kUnlimited && !is_missing(name) && !is_switched_off(plan.values, name)) {
      bounds.emplace(name, value);
    }
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
  set_snapshot_pieces(plan.options);
  set_recovery(plan.values, plan.options);
  plan.options.properties = properties_named(properties);
  return plan;
}

}  // namespace cli
