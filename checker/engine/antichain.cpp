#include "checker/engine/antichain.hpp"

#include <algorithm>

namespace engine {
namespace {

// Whether the first `words` words of `a` are included in those of `b`.
bool included(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) {
    if ((a[i] & ~b[i]) != 0) return false;
  }
  return true;
}

// Without the words of zeros at the end.
std::span<const std::uint64_t> trimmed(std::span<const std::uint64_t> set) {
  while (!set.empty() && set.back() == 0) set = set.first(set.size() - 1);
  return set;
}

}  // namespace

bool Antichain::covers(HalfId half, std::span<const std::uint64_t> set) const {
  if (half >= chains_.size()) return false;
  const Chain& chain = chains_[half];
  set = trimmed(set);
  if (set.size() > chain.stride) return false;
  const auto size = static_cast<std::uint32_t>(size_of(set));
  const std::uint64_t* member = chain.words.data();
  for (std::size_t i = 0; i < chain.nodes.size(); ++i, member += chain.stride) {
    if (chain.sizes[i] >= size && included(set.data(), member, set.size())) return true;
  }
  return false;
}

void Antichain::widen(Chain& chain, std::size_t stride) {
  std::vector<std::uint64_t> words(chain.nodes.size() * stride, 0);
  for (std::size_t i = 0; i < chain.nodes.size(); ++i) {
    std::copy_n(chain.words.begin() + static_cast<std::ptrdiff_t>(i * chain.stride), chain.stride,
                words.begin() + static_cast<std::ptrdiff_t>(i * stride));
  }
  chain.words.swap(words);
  chain.stride = stride;
}

void Antichain::add(HalfId half, std::span<const std::uint64_t> set, NodeId node,
                    NodeId droppable_from) {
  if (half >= chains_.size()) chains_.resize(half + 1);
  Chain& chain = chains_[half];
  set = trimmed(set);
  if (set.size() > chain.stride) widen(chain, set.size());
  const auto size = static_cast<std::uint32_t>(size_of(set));
  MessageSet padded(set.begin(), set.end());
  padded.resize(chain.stride, 0);
  for (std::size_t i = chain.nodes.size(); i-- > 0;) {
    const std::size_t at = i * chain.stride;
    if (chain.nodes[i] < droppable_from || chain.sizes[i] > size ||
        !included(&chain.words[at], padded.data(), chain.stride)) {
      continue;
    }
    // The last member takes the place of the one that goes.
    std::copy_n(chain.words.end() - static_cast<std::ptrdiff_t>(chain.stride), chain.stride,
                chain.words.begin() + static_cast<std::ptrdiff_t>(at));
    chain.words.resize(chain.words.size() - chain.stride);
    chain.sizes[i] = chain.sizes.back();
    chain.sizes.pop_back();
    chain.nodes[i] = chain.nodes.back();
    chain.nodes.pop_back();
    --size_;
  }
  chain.words.insert(chain.words.end(), padded.begin(), padded.end());
  chain.sizes.push_back(size);
  chain.nodes.push_back(node);
  ++size_;
}

Antichain::Found Antichain::find(HalfId half, NodeId node) const {
  const Chain& chain = chains_[half];
  const auto at = std::ranges::find(chain.nodes, node);
  if (at == chain.nodes.end()) return {};
  const auto i = static_cast<std::size_t>(at - chain.nodes.begin());
  return {true, std::span(chain.words).subspan(i * chain.stride, chain.stride)};
}

}  // namespace engine
