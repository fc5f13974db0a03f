#include "checker/lab/network.hpp"

namespace lab {

Network::Network(std::uint32_t servers, std::uint64_t seed, std::uint64_t stream)
    : links(servers), connected_(servers, true), random_(seed, stream) {}

void Network::connect(std::uint32_t server) { connected_[server - 1] = true; }

void Network::disconnect(std::uint32_t server) { connected_[server - 1] = false; }

std::optional<Time> Network::request_delay() {
  const Time dispatch = 1 + below(kDispatchMax);
  if (rules.is_reliable) return dispatch;
  const Time delay = below(kRequestDelayMax + 1);
  if (is_lost()) return std::nullopt;
  return dispatch + delay;
}

std::optional<Time> Network::reply_delay() {
  if (!rules.is_reliable && is_lost()) return std::nullopt;
  if (!rules.has_long_reordering || random_.below(3) == 0) return 0;
  return kReorderDelayMin + below(1 + below(kReorderDelaySpread + 1));
}

Time Network::fail_delay() {
  return below(1 + (rules.has_long_delays ? kLongFailDelayMax : kFailDelayMax));
}

}  // namespace lab
