#include "checker/engine/once_networks.hpp"

#include <algorithm>
#include <stdexcept>

namespace engine {

OnceNetworks::OnceNetworks()
    : places_(std::size_t{1} << 32U, Pages::Huge), words_(std::size_t{1} << 34U, Pages::Huge) {
  intern({});
}

inline bool OnceNetworks::is(NetworkId id, Words words) const {
  const Words known = this->words(id);
  if (known.size() != words.size()) return false;
  Word difference = 0;
  for (std::size_t i = 0; i < words.size(); ++i) difference |= known[i] ^ words[i];
  return difference == 0;
}

NetworkId OnceNetworks::intern(Words words, std::uint32_t hash, NetworkId candidate) {
  if (candidate != kNone && is(candidate, words)) return candidate;
  const auto is_wanted = [&](NetworkId id) { return is(id, words); };
  if (const NetworkId known = index_.find(hash, is_wanted); known != kNone) return known;
  const std::lock_guard lock(mutex_);
  if (const NetworkId known = index_.find(hash, is_wanted); known != kNone) return known;
  if (words.size() > kSizeMask) throw std::length_error("too many messages on the network");
  const std::size_t id = places_.size();
  if (id >= kNone) throw std::length_error("more than 2^32 - 1 distinct networks");
  places_.push_back(words_.size() << kSizeBits | words.size());
  words_.append(words);
  index_.insert(hash, static_cast<NetworkId>(id));
  return static_cast<NetworkId>(id);
}

}  // namespace engine
