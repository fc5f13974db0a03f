#include "checker/cluster/choice_bytes.hpp"

#include <algorithm>
#include <array>

namespace cluster {
namespace {

constexpr std::uint32_t kServersMax = 5;
constexpr std::size_t kKinds = 32;
constexpr std::uint32_t kNumbers = 10;  // that the second byte can say; the first says tens
constexpr std::uint32_t kNumbersMax = 80;
constexpr std::uint32_t kCommands = 3;

// What a byte's low five bits say: common things often, so that bytes drawn at random, or changed
// by somebody who does not know what they mean, are runs in which something happens.
constexpr std::array<ChoiceKind, kKinds> make_kinds() {
  constexpr std::array<std::pair<ChoiceKind, std::size_t>, kChoiceKinds> kWeights = {{
      {ChoiceKind::Deliver, 12},
      {ChoiceKind::Duplicate, 2},
      {ChoiceKind::Lose, 1},
      {ChoiceKind::ElectionTimeout, 2},
      {ChoiceKind::HeartbeatTimeout, 3},
      {ChoiceKind::LeaseTimeout, 1},
      {ChoiceKind::Propose, 2},
      {ChoiceKind::Read, 1},
      {ChoiceKind::Crash, 1},
      {ChoiceKind::Cut, 1},
      {ChoiceKind::Heal, 1},
      {ChoiceKind::DiskWrite, 2},
      {ChoiceKind::Compact, 1},
      {ChoiceKind::Transfer, 1},
      {ChoiceKind::ChangeMembership, 1},
  }};
  std::array<ChoiceKind, kKinds> kinds{};
  std::size_t at = 0;
  for (const auto& [kind, weight] : kWeights) {
    for (std::size_t i = 0; i < weight; ++i) kinds.at(at++) = kind;
  }
  return kinds;
}
constexpr auto kKindOf = make_kinds();

constexpr std::array kChanges = {node::Changes::None, node::Changes::None,
                                 node::Changes::SingleServer, node::Changes::Joint};

std::uint8_t byte_of(std::size_t number) { return static_cast<std::uint8_t>(number); }

// Takes small numbers out of a byte, lowest first.
class Digits {
 public:
  explicit Digits(std::uint32_t byte) : rest_(byte) {}
  std::uint32_t below(std::uint32_t base) {
    const std::uint32_t digit = rest_ % base;
    rest_ /= base;
    return digit;
  }
  bool flag() { return below(2) != 0; }

 private:
  std::uint32_t rest_;
};

}  // namespace

node::Options options_of_bytes(std::string_view bytes) {
  const auto digits = [&](std::size_t at) {
    return Digits(at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0);
  };
  node::Options options;
  Digits cluster = digits(0);
  options.servers = 1 + cluster.below(kServersMax);
  options.voters = cluster.below(kServersMax + 1) % (options.servers + 1);
  options.changes = kChanges.at(cluster.below(4));
  if (options.changes == node::Changes::None) options.voters = 0;
  Digits features = digits(1);
  options.no_op = features.flag();
  options.fast_backtracking = !features.flag();
  options.pre_vote = features.flag();
  options.check_quorum = features.flag();
  options.vote_lease = features.flag();
  options.lease_reads = features.flag() && options.vote_lease;  // needs it
  options.async_disk = features.flag();
  options.snapshots = features.flag();
  Digits flow = digits(2);
  options.entries_per_message = flow.below(3);
  options.bytes_per_message = flow.below(4);
  options.appends_in_flight = flow.below(3);
  options.uncommitted = flow.below(4);
  options.snapshot_chunk = digits(3).below(9);
  return options;
}

Choice choice_of_bytes(std::uint8_t what, std::uint8_t which, std::uint32_t servers) {
  Digits digits(which);
  Choice choice{.kind = kKindOf.at(what % kKinds)};
  choice.server = byte_of(1 + digits.below(kServersMax) % servers);
  choice.other = byte_of(1 + digits.below(kServersMax) % servers);
  choice.number = byte_of(digits.below(kNumbers) + kNumbers * (what / kKinds));
  // A few different commands are enough, and that one is left out should not rename the others.
  if (choice.kind == ChoiceKind::Propose) choice.number %= kCommands + 1;
  return choice;
}

std::array<std::uint8_t, kBytesAChoice> bytes_of_choice(const Choice& choice) {
  static constexpr auto kFirstOf = [] {
    std::array<std::uint8_t, kChoiceKinds> first{};
    for (std::size_t i = kKinds; i-- > 0;) {
      first.at(static_cast<std::size_t>(kKindOf.at(i))) = static_cast<std::uint8_t>(i);
    }
    return first;
  }();
  const std::uint32_t number = std::min<std::uint32_t>(choice.number, kNumbersMax - 1);
  const auto place = [](std::uint8_t id) { return id == 0 ? 0U : id - 1U; };
  return {
      byte_of(kFirstOf.at(static_cast<std::size_t>(choice.kind)) + kKinds * (number / kNumbers)),
      byte_of(place(choice.server) +
              kServersMax * (place(choice.other) + kServersMax * (number % kNumbers)))};
}

std::optional<PlannedRun> run_of_bytes(std::string_view bytes) {
  if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) != kChoiceBytesMark) return std::nullopt;
  PlannedRun run{.options = options_of_bytes(bytes.substr(1))};
  for (std::size_t at = kOptionBytes; at + 1 < bytes.size(); at += kBytesAChoice) {
    run.choices.push_back(choice_of_bytes(static_cast<std::uint8_t>(bytes[at]),
                                          static_cast<std::uint8_t>(bytes[at + 1]),
                                          run.options.servers));
  }
  return run;
}

std::string bytes_of_run(const PlannedRun& run) {
  const node::Options& o = run.options;
  const auto changes =
      static_cast<std::uint32_t>(std::ranges::find(kChanges, o.changes) - kChanges.begin());
  std::string bytes;
  const auto put = [&](std::uint32_t number) { bytes.push_back(static_cast<char>(number)); };
  const auto bit = [](bool flag, unsigned place) { return (flag ? 1U : 0U) << place; };
  put(kChoiceBytesMark);
  put(o.servers - 1 + kServersMax * (o.voters + (kServersMax + 1) * changes));
  put(bit(o.no_op, 0) | bit(!o.fast_backtracking, 1) | bit(o.pre_vote, 2) | bit(o.check_quorum, 3) |
      bit(o.vote_lease, 4) | bit(o.lease_reads, 5) | bit(o.async_disk, 6) | bit(o.snapshots, 7));
  put(o.entries_per_message +
      3 * (o.bytes_per_message + 4 * (o.appends_in_flight + 3 * o.uncommitted)));
  put(o.snapshot_chunk);
  for (const Choice& choice : run.choices) {
    for (const std::uint8_t byte : bytes_of_choice(choice)) put(byte);
  }
  return bytes;
}

}  // namespace cluster
