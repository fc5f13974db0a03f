#include "checker/engine/antichain.hpp"

#include <algorithm>

namespace engine {
namespace {

std::uint64_t signature_of(MessagesView set) {
  std::uint64_t signature = 0;
  for (const MessageId message : set) signature |= std::uint64_t{1} << (message % 64);
  return signature;
}

}  // namespace

bool contains(MessagesView set, MessageId message) {
  return std::ranges::binary_search(set, message);
}

bool Antichain::covers(MessagesView candidate) const {
  const std::uint64_t wanted = signature_of(candidate);
  for (std::size_t at = 0; at < words_.size(); at += length(at)) {
    if (candidate.size() > words_[at + 2] || (wanted & ~signature(at)) != 0) continue;
    if (std::ranges::includes(image(at), candidate)) return true;
  }
  return false;
}

std::size_t Antichain::add(NodeId node, MessagesView set, MessagesView added_image,
                           NodeId droppable_from) {
  const std::uint64_t added = signature_of(added_image);
  std::size_t dropped = 0;
  std::size_t to = 0;
  for (std::size_t at = 0; at < words_.size();) {
    const std::size_t size = length(at);
    const bool drops = words_[at] >= droppable_from && (signature(at) & ~added) == 0 &&
                       std::ranges::includes(added_image, image(at));
    if (drops) {
      ++dropped;
    } else {
      if (to != at)
        std::copy_n(words_.begin() + static_cast<std::ptrdiff_t>(at), size,
                    words_.begin() + static_cast<std::ptrdiff_t>(to));
      to += size;
    }
    at += size;
  }
  words_.resize(to);
  words_.reserve(to + kHeader + set.size() + added_image.size());
  words_.push_back(node);
  words_.push_back(static_cast<std::uint32_t>(set.size()));
  words_.push_back(static_cast<std::uint32_t>(added_image.size()));
  words_.push_back(static_cast<std::uint32_t>(added));
  words_.push_back(static_cast<std::uint32_t>(added >> 32U));
  words_.insert(words_.end(), set.begin(), set.end());
  words_.insert(words_.end(), added_image.begin(), added_image.end());
  count_ = static_cast<std::uint32_t>(count_ + 1 - dropped);
  return dropped;
}

Antichain::Found Antichain::find(NodeId node) const {
  for (std::size_t at = 0; at < words_.size(); at += length(at)) {
    if (words_[at] == node) return {true, set(at)};
  }
  return {};
}

}  // namespace engine
