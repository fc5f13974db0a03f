#include "fuzz/run_mutator.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "checker/cluster/choice_bytes.hpp"
#include "checker/cluster/choice_plans.hpp"
#include "checker/engine/random.hpp"

namespace fuzz {
namespace {

using cluster::Choice;
using cluster::ChoiceKind;
using cluster::kBytesAChoice;
using cluster::kOptionBytes;
using cluster::PlannedRun;
using engine::Random;

class Mutation {
 public:
  Mutation(PlannedRun& run, std::uint64_t seed) : run_(run), random_(seed, 0) {}

  void take() {
    using Change = void (Mutation::*)();
    static constexpr Change kChanges[] = {
        &Mutation::insert,         &Mutation::insert,         &Mutation::insert_exchange,
        &Mutation::insert,         &Mutation::insert_story,   &Mutation::insert_drawn,
        &Mutation::insert_episode, &Mutation::insert_episode, &Mutation::leave_out,
        &Mutation::leave_out,      &Mutation::repeat,         &Mutation::move,
        &Mutation::move,           &Mutation::change,         &Mutation::change,
        &Mutation::change,         &Mutation::trade_servers,  &Mutation::cut_short};
    (this->*kChanges[random_.below(std::size(kChanges))])();
    end_soon();
  }

 private:
  using Choices = std::vector<Choice>;

  std::uint8_t server() {
    return static_cast<std::uint8_t>(1 + random_.below(run_.options.servers));
  }
  std::size_t place() {
    changed_ = random_.below(static_cast<std::uint32_t>(run_.choices.size() + 1));
    return changed_;
  }
  // Of up to `most` choices; empty if there are none.
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  Range range(std::uint32_t most) {
    const std::size_t begin = place();
    const std::size_t size = 1 + random_.below(most);
    return {begin, std::min(begin + size, run_.choices.size())};
  }
  [[nodiscard]] Choices::iterator at(std::size_t place) {
    return run_.choices.begin() + static_cast<std::ptrdiff_t>(place);
  }
  void put(const Choices& choices) {
    run_.choices.insert(at(place()), choices.begin(), choices.end());
  }

  // Numbers are small as a rule: older messages, earlier indexes. Commands are a few as a rule: one
  // that is numbered through makes all states that follow new ones for nothing.
  std::uint8_t number(ChoiceKind kind) {
    if (kind == ChoiceKind::Propose) return static_cast<std::uint8_t>(1 + random_.below(3));
    return static_cast<std::uint8_t>(random_.below(4) != 0 ? 0 : random_.below(80));
  }
  Choice choice() {
    const auto what = static_cast<std::uint8_t>(random_.below(256));
    const auto which = static_cast<std::uint8_t>(random_.below(256));
    Choice drawn = cluster::choice_of_bytes(what, which, run_.options.servers);
    drawn.number = number(drawn.kind);
    return drawn;
  }
  static constexpr std::uint8_t kNewest = 79;  // more than a link ever holds: its newest message
  // But for so many older ones, the oldest.
  static void deliver(std::uint8_t from, std::uint8_t to, Choices& choices, std::uint8_t older) {
    choices.push_back({.kind = ChoiceKind::Deliver, .server = to, .other = from, .number = older});
  }
  void exchange(std::uint8_t one, std::uint8_t other, Choices& choices, std::uint8_t older = 0) {
    deliver(one, other, choices, older);
    if (run_.options.async_disk) act(ChoiceKind::DiskWrite, other, choices);
    deliver(other, one, choices, older);
  }
  // Something that a leader is asked for: what only clusters with these options do, above all.
  Choice request(std::uint8_t who) {
    std::array<ChoiceKind, 8> kinds = {
        ChoiceKind::Propose, ChoiceKind::HeartbeatTimeout, ChoiceKind::Transfer, ChoiceKind::Read,
        ChoiceKind::Propose, ChoiceKind::HeartbeatTimeout, ChoiceKind::Propose,  ChoiceKind::Read};
    if (run_.options.lease_reads) kinds[4] = kinds[5] = ChoiceKind::Read;
    if (run_.options.snapshots) kinds[6] = ChoiceKind::Compact;
    const bool has_changes = run_.options.changes != node::Changes::None;
    if (has_changes) kinds[1] = kinds[3] = kinds[5] = kinds[7] = ChoiceKind::ChangeMembership;
    const ChoiceKind kind = kinds[random_.below(kinds.size())];
    // Which of the changes is as good as another.
    const auto any = static_cast<std::uint8_t>(random_.below(16));
    const bool is_change = kind == ChoiceKind::ChangeMembership;
    return {
        .kind = kind, .server = who, .other = server(), .number = is_change ? any : number(kind)};
  }
  static void act(ChoiceKind kind, std::uint8_t server, Choices& choices) {
    choices.push_back({.kind = kind, .server = server});
  }
  // What `server` has sent is received and answered by most of the others.
  void exchange_with_others(std::uint8_t server, Choices& choices) {
    if (run_.options.async_disk) act(ChoiceKind::DiskWrite, server, choices);
    for (std::uint8_t other = 1; other <= run_.options.servers; ++other) {
      if (other != server && random_.below(4) != 0) exchange(server, other, choices);
    }
  }

  void insert() {
    Choices choices;
    for (std::uint32_t count = 1 + random_.below(3); count > 0; --count)
      choices.push_back(choice());
    put(choices);
  }
  void insert_exchange() {
    Choices choices;
    exchange(server(), server(), choices);
    put(choices);
  }
  // Something that a server does, with what comes of it.
  void insert_story() {
    static constexpr ChoiceKind kBeginnings[] = {ChoiceKind::ElectionTimeout,
                                                 ChoiceKind::ElectionTimeout,
                                                 ChoiceKind::Propose,
                                                 ChoiceKind::HeartbeatTimeout,
                                                 ChoiceKind::Read,
                                                 ChoiceKind::Transfer,
                                                 ChoiceKind::ChangeMembership,
                                                 ChoiceKind::LeaseTimeout};
    Choices choices;
    const std::uint8_t who = server();
    const ChoiceKind kind = kBeginnings[random_.below(std::size(kBeginnings))];
    // Who lost what it knew, or waited long enough, may stand against a leader that counts on it.
    if (kind == ChoiceKind::ElectionTimeout && random_.below(3) == 0) {
      act(random_.below(2) == 0 ? ChoiceKind::Crash : ChoiceKind::LeaseTimeout, who, choices);
    }
    choices.push_back({.kind = kind, .server = who, .other = server(), .number = number(kind)});
    exchange_with_others(who, choices);
    const bool asks_first = run_.options.pre_vote && kind == ChoiceKind::ElectionTimeout;
    if (asks_first || random_.below(3) == 0) exchange_with_others(who, choices);
    put(choices);
  }
  // None of them, each as it comes, or all at once crashed, or waited for long enough.
  void reset(std::uint32_t members, Choices& choices) {
    const std::uint32_t how = random_.below(4);
    for (std::uint8_t one = 1; one <= run_.options.servers; ++one) {
      const bool is_member = (members >> (one - 1U) & 1U) != 0;
      if (!is_member || how == 0 || (how == 1 && random_.below(2) != 0)) continue;
      const bool crashes = how == 1 ? random_.below(2) == 0 : how == 2;
      act(crashes ? ChoiceKind::Crash : ChoiceKind::LeaseTimeout, one, choices);
    }
  }
  // Stands for election because nobody was heard; or because somebody hands the lead over to it,
  // who is returned then (else 0).
  std::uint8_t stand(std::uint8_t who, std::uint32_t members, Choices& choices) {
    const std::uint8_t leader = server();
    if (leader == who || random_.below(4) != 0) {
      reset(members, choices);
      act(ChoiceKind::ElectionTimeout, who, choices);
      return 0;
    }
    choices.push_back({.kind = ChoiceKind::Transfer, .server = leader, .other = who});
    deliver(leader, who, choices, kNewest);
    return leader;
  }
  // Any of them, or all but one, which are enough for what one of them alone may undo then.
  std::uint32_t some_servers() {
    const std::uint32_t all = (1U << run_.options.servers) - 1;
    return random_.below(2) == 0 ? random_.below(all + 1) : all & ~(1U << (server() - 1U));
  }
  // Any of them, or one.
  std::uint32_t fewer_servers() {
    return random_.below(2) == 0 ? random_.below(1U << run_.options.servers)
                                 : 1U << (server() - 1U);
  }
  // What some of the servers do while the others hear nothing of it: one of them comes to lead, if
  // they are enough, and is asked for something, of which not all who voted need to hear. Behind it
  // somebody left out may act on what it knows, which is out of date: most of what goes wrong with
  // leases, memberships and old leaders is two or three of these in a row.
  void insert_episode() {
    Choices choices;
    const std::uint8_t who = server();
    std::uint32_t members = some_servers() | 1U << (who - 1U);
    // What was left on a link by an earlier one is passed over, as a rule.
    const std::uint8_t older = random_.below(4) == 0 ? 0 : kNewest;
    const auto tell = [&] {
      if (run_.options.async_disk) act(ChoiceKind::DiskWrite, who, choices);
      for (std::uint8_t other = 1; other <= run_.options.servers; ++other) {
        if (other == who || (members >> (other - 1U) & 1U) == 0) continue;
        exchange(who, other, choices, older);
      }
    };
    const std::uint8_t former = stand(who, members, choices);
    if (former != 0) members &= ~(1U << (former - 1U));
    if (run_.options.pre_vote) tell();
    tell();
    if (random_.below(2) == 0) members &= fewer_servers();
    if (random_.below(2) == 0) tell();  // the entry that a leader begins with
    for (std::uint32_t count = random_.below(3); count > 0; --count) {
      choices.push_back(request(who));
      if (random_.below(3) != 0) tell();
    }
    if (random_.below(2) == 0) {
      choices.push_back(request(former != 0 && random_.below(2) == 0 ? former : server()));
    }
    // As a rule behind all that was: that is what was worth to be kept.
    const bool goes_on = random_.below(4) != 0;
    changed_ = goes_on ? run_.choices.size() : place();
    run_.choices.insert(at(changed_), choices.begin(), choices.end());
    changed_ += choices.size();  // ends no sooner
  }
  // A swarm's choices (choice_plans.hpp), as random runs have them.
  void insert_drawn() { put(cluster::draw_choices(run_.options, random_, 1 + random_.below(40))); }

  void leave_out() {
    const Range gone = range(random_.below(4) == 0 ? 20 : 2);
    run_.choices.erase(at(gone.begin), at(gone.end));
  }
  void repeat() {
    const Range again = range(12);
    put(Choices(at(again.begin), at(again.end)));
  }
  void move() {
    const Range from = range(random_.below(2) == 0 ? 1 : 6);
    const Choices moved(at(from.begin), at(from.end));
    run_.choices.erase(at(from.begin), at(from.end));
    // Not far, as a rule.
    const std::size_t distance = random_.below(10);
    const std::size_t size = run_.choices.size();
    const std::size_t later = std::min(from.begin + distance, size);
    const std::size_t earlier = from.begin - std::min(from.begin, distance);
    const std::size_t to = random_.below(2) == 0 ? later : earlier;
    run_.choices.insert(at(to), moved.begin(), moved.end());
  }
  void change() {
    if (run_.choices.empty()) return insert();
    changed_ = random_.below(static_cast<std::uint32_t>(run_.choices.size()));
    Choice& changed = run_.choices[changed_];
    switch (random_.below(5)) {
      case 0:
        changed.kind = choice().kind;
        break;
      case 1:
        changed.server = server();
        break;
      case 2:
        changed.other = server();
        break;
      case 3:
        changed.number = number(changed.kind);
        break;
      default:
        changed = choice();
    }
  }
  // Two servers trade places, from somewhere on for a while.
  void trade_servers() {
    const std::uint8_t one = server();
    const std::uint8_t other = server();
    const auto trade = [&](std::uint8_t& id) {
      if (id == one || id == other) id = id == one ? other : one;
    };
    const Range from = range(static_cast<std::uint32_t>(run_.choices.size() + 1));
    for (std::size_t i = from.begin; i < from.end; ++i) {
      trade(run_.choices[i].server);
      trade(run_.choices[i].other);
    }
  }
  void cut_short() { run_.choices.resize(place()); }
  // What was meant for another state than it now comes to, and long after it, is mostly noise that
  // takes time: as a rule a run ends soon after what was changed in it.
  void end_soon() {
    constexpr std::size_t kLong = 8;
    const std::size_t end = changed_ + random_.below(kLong);
    if (run_.choices.size() > std::max(end, kLong) && random_.below(8) != 0) {
      run_.choices.resize(end);
    }
  }

  PlannedRun& run_;
  Random random_;
  std::size_t changed_ = 0;  // where the last change was, or ended
};

void read_choices(std::span<const std::uint8_t> bytes, std::uint32_t servers,
                  std::vector<Choice>& choices) {
  choices.clear();
  for (std::size_t at = kOptionBytes; at + 1 < bytes.size(); at += kBytesAChoice) {
    choices.push_back(cluster::choice_of_bytes(bytes[at], bytes[at + 1], servers));
  }
}

// The run's options as bytes, where there are some; else those of three servers.
void write_options(std::span<const std::uint8_t> bytes, std::span<std::uint8_t> out) {
  constexpr std::array<std::uint8_t, kOptionBytes> kThree{cluster::kChoiceBytesMark, 2};
  const bool has_options = bytes.size() >= kOptionBytes && bytes[0] == cluster::kChoiceBytesMark;
  std::copy_n(has_options ? bytes.data() : kThree.data(), kOptionBytes, out.data());
}

node::Options options_in(std::span<const std::uint8_t> bytes) {
  return cluster::options_of_bytes(
      {reinterpret_cast<const char*>(bytes.data()) + 1, kOptionBytes - 1});
}

// Behind the options. The size of all.
std::size_t write_choices(const std::vector<Choice>& choices, std::span<std::uint8_t> out) {
  std::size_t at = kOptionBytes;
  for (const Choice& choice : choices) {
    if (at + kBytesAChoice > out.size()) break;
    for (const std::uint8_t byte : cluster::bytes_of_choice(choice)) out[at++] = byte;
  }
  return at;
}

// One byte of the options, in one bit or altogether.
void mutate_options(std::span<std::uint8_t> bytes, Random& random) {
  std::uint8_t& byte = bytes[1 + random.below(kOptionBytes - 1)];
  const std::uint32_t drawn = random.below(256);
  byte = static_cast<std::uint8_t>(random.below(2) == 0 ? byte ^ (1U << drawn % 8) : drawn);
}

}  // namespace

std::size_t mutate_run(std::span<std::uint8_t> bytes, std::size_t size, std::uint64_t seed) {
  static PlannedRun run;  // its memory is used again
  if (bytes.size() < kOptionBytes) return size;
  Random random(seed, 1);
  const std::size_t had = std::min(size, bytes.size());
  write_options(bytes.first(had), bytes);
  if (random.below(1000) == 0) {
    mutate_options(bytes, random);
    return std::max(had, kOptionBytes);
  }
  run.options = options_in(bytes);
  read_choices(bytes.first(had), run.options.servers, run.choices);
  Mutation(run, seed).take();
  return write_choices(run.choices, bytes);
}

std::size_t cross_runs(std::span<const std::uint8_t> one, std::span<const std::uint8_t> other,
                       std::span<std::uint8_t> out, std::uint64_t seed) {
  static std::vector<Choice> choices;
  static std::vector<Choice> added;
  if (out.size() < kOptionBytes) return 0;
  Random random(seed, 2);
  // A fuzzer crosses as often as it mutates, which is too often.
  if (random.below(2) == 0) {
    const std::size_t size = std::min(one.size(), out.size());
    std::copy_n(one.data(), size, out.data());
    return mutate_run(out, size, seed);
  }
  write_options(random.below(4) == 0 ? other : one, out);
  const std::uint32_t servers = options_in(out).servers;
  read_choices(one, servers, choices);
  read_choices(other, servers, added);
  const auto below = [&](std::size_t count) {
    return static_cast<std::ptrdiff_t>(random.below(static_cast<std::uint32_t>(count + 1)));
  };
  // A piece of the other behind all of one, as a rule, or in the middle of it, and then with little
  // of what came behind: that was meant for other states than those it would now come to, and is
  // most of what has to be computed for nothing.
  constexpr std::uint32_t kPieceMax = 6;
  const auto from = added.begin() + below(added.size());
  const auto size = std::min<std::ptrdiff_t>(added.end() - from, 1 + random.below(kPieceMax));
  const std::ptrdiff_t at = random.below(2) == 0 ? std::ssize(choices) : below(choices.size());
  const std::ptrdiff_t rest = random.below(2) == 0 ? 0 : random.below(kPieceMax);
  choices.resize(static_cast<std::size_t>(std::min(at + rest, std::ssize(choices))));
  choices.insert(choices.begin() + at, from, from + size);
  return write_choices(choices, out);
}

}  // namespace fuzz
