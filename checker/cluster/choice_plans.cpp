#include "checker/cluster/choice_plans.hpp"

#include <array>
#include <initializer_list>
#include <numeric>

namespace cluster {
namespace {

using engine::Random;

// One of these, each as likely as the other.
std::uint32_t one_of(Random& random, std::initializer_list<std::uint32_t> weights) {
  return weights.begin()[random.below(static_cast<std::uint32_t>(weights.size()))];
}

// How often what is drawn.
struct Plan {
  std::array<std::uint32_t, kChoiceKinds> kinds{};
  std::vector<std::uint32_t> servers;  // who acts
  std::vector<std::uint32_t> links;    // (from - 1) * n + to - 1
  std::uint32_t overtake = 0;          // of 16 messages, so many are not the oldest of their link

  std::uint32_t& operator[](ChoiceKind kind) { return kinds[static_cast<std::size_t>(kind)]; }
};

void draw_network(Random& random, Plan& plan) {
  plan[ChoiceKind::Deliver] = one_of(random, {32, 64, 128, 256});
  plan[ChoiceKind::Duplicate] = one_of(random, {0, 0, 2, 8, 32});
  plan[ChoiceKind::Lose] = one_of(random, {0, 0, 1, 4, 16});
  plan[ChoiceKind::Cut] = one_of(random, {0, 0, 0, 1});
  if (plan[ChoiceKind::Cut] > 0) plan[ChoiceKind::Heal] = one_of(random, {1, 4});
  plan.overtake = one_of(random, {0, 0, 2, 8});
}

void draw_servers(const node::Options& options, Random& random, Plan& plan) {
  plan[ChoiceKind::Crash] = one_of(random, {0, 0, 1, 2, 4});
  if (options.async_disk) plan[ChoiceKind::DiskWrite] = one_of(random, {2, 8, 32});
}

void draw_inputs(const node::Options& options, Random& random, Plan& plan) {
  const bool has_leases = options.pre_vote || options.vote_lease || options.lease_reads;
  plan[ChoiceKind::ElectionTimeout] = one_of(random, {1, 2, 4, 8});  // nothing begins without
  plan[ChoiceKind::HeartbeatTimeout] = one_of(random, {0, 1, 4, 8});
  if (has_leases) plan[ChoiceKind::LeaseTimeout] = one_of(random, {1, 4, 8});
  plan[ChoiceKind::Propose] = one_of(random, {0, 1, 4, 8});
  plan[ChoiceKind::Read] = one_of(random, {0, 0, 2, 8});
  plan[ChoiceKind::Transfer] = one_of(random, {0, 0, 1, 4});
  if (options.snapshots) plan[ChoiceKind::Compact] = one_of(random, {0, 4, 16});
  if (options.changes != node::Changes::None) {
    plan[ChoiceKind::ChangeMembership] = one_of(random, {0, 2, 8});
  }
}

// Half of the phases treat all servers and links alike. Nobody is left out for the whole of a run.
void draw_phase(const node::Options& options, Random& random, Plan& plan) {
  const std::size_t servers = options.servers;
  plan.servers.assign(servers, 1);
  plan.links.assign(servers * servers, 1);
  if (random.below(2) == 0) {
    for (std::uint32_t& weight : plan.servers) weight = one_of(random, {0, 1, 4});
    plan.servers[random.below(options.servers)] = 4;
  }
  if (random.below(2) == 0) {
    for (std::uint32_t& weight : plan.links) weight = one_of(random, {0, 1, 1, 4, 16});
  }
  for (std::size_t id = 0; id < servers; ++id) plan.links[id * servers + id] = 0;
}

// Where all weights are 0, the first.
template <class Weights>
std::size_t draw_by(Random& random, const Weights& weights) {
  const auto total = std::accumulate(weights.begin(), weights.end(), std::uint32_t{0});
  if (total == 0) return 0;
  std::uint32_t left = random.below(total);
  std::size_t place = 0;
  while (left >= weights[place]) left -= weights[place++];
  return place;
}

Choice draw_choice(const node::Options& options, Random& random, const Plan& plan) {
  const auto byte = [](std::size_t number) { return static_cast<std::uint8_t>(number); };
  Choice choice{.kind = static_cast<ChoiceKind>(draw_by(random, plan.kinds))};
  switch (choice.kind) {
    case ChoiceKind::Deliver:
    case ChoiceKind::Duplicate:
    case ChoiceKind::Lose: {
      const std::size_t link = draw_by(random, plan.links);
      choice.other = byte(link / options.servers + 1);
      choice.server = byte(link % options.servers + 1);
      if (random.below(16) < plan.overtake) choice.number = byte(1 + random.below(3));
      return choice;
    }
    case ChoiceKind::Cut:
      choice.number = byte(random.below(256));
      return choice;
    case ChoiceKind::Heal:
      return choice;
    default:
      break;
  }
  choice.server = byte(draw_by(random, plan.servers) + 1);
  if (choice.kind == ChoiceKind::Transfer) choice.other = byte(1 + random.below(options.servers));
  const bool is_numbered = choice.kind == ChoiceKind::Compact ||
                           choice.kind == ChoiceKind::ChangeMembership ||
                           (choice.kind == ChoiceKind::Crash && options.async_disk);
  if (is_numbered) choice.number = byte(random.below(256));
  return choice;
}

std::vector<Choice> draw(const node::Options& options, Random& random, Plan plan,
                         std::size_t count) {
  const std::size_t phases = 1 + random.below(4);
  std::vector<Choice> choices;
  choices.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i % (count / phases + 1) == 0) draw_phase(options, random, plan);
    choices.push_back(draw_choice(options, random, plan));
  }
  return choices;
}

}  // namespace

std::vector<Choice> draw_choices(const node::Options& options, Random& random, std::size_t count) {
  Plan plan;
  draw_network(random, plan);
  draw_servers(options, random, plan);
  draw_inputs(options, random, plan);
  return draw(options, random, plan, count);
}

std::vector<Choice> draw_faults(const node::Options& options, Random& random, std::size_t count) {
  Plan plan;
  draw_network(random, plan);
  draw_servers(options, random, plan);
  return draw(options, random, plan, count);
}

}  // namespace cluster
