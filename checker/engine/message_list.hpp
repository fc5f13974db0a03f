// A list of messages of any length, sorted by a key; it keeps its memory. (SortedBag is the other
// list that a network may be.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

#include "checker/engine/ids.hpp"

namespace engine {

class MessageList {
 public:
  MessageList() = default;
  MessageList(MessageList&&) = default;
  MessageList& operator=(MessageList&&) = default;
  MessageList(const MessageList& other) { assign(other.span()); }
  MessageList& operator=(const MessageList& other) {
    if (this != &other) assign(other.span());
    return *this;
  }
  ~MessageList() = default;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const MessageId> span() const { return {items_.get(), size_}; }

  void clear() { size_ = 0; }
  // Messages in the order of the list.
  void assign(std::span<const MessageId> messages) {
    if (messages.size() > room_) make_room(messages.size());
    size_ = messages.size();
    for (std::size_t i = 0; i < size_; ++i) items_[i] = messages[i];
  }
  // Removes the first one that is equal. Precondition: there is one.
  void remove(MessageId message) {
    std::size_t at = 0;
    while (items_[at] != message) ++at;
    --size_;
    for (; at < size_; ++at) items_[at] = items_[at + 1];
  }
  // Puts a message behind the last one whose key is not greater than its own.
  template <class Key>
  void insert(MessageId message, const Key& key) {
    if (size_ == room_) make_room(size_ + 1);
    const auto its_key = key(message);
    std::size_t at = size_++;
    for (; at > 0 && key(items_[at - 1]) > its_key; --at) items_[at] = items_[at - 1];
    items_[at] = message;
  }

  template <class F>
  void for_each(const F& f) const {
    for (std::size_t i = 0; i < size_; ++i) f(items_[i]);
  }
  // Calls f(message) for the first message of each key.
  template <class Key, class F>
  void for_each_first(const Key& key, const F& f) const {
    for (std::size_t i = 0; i < size_; ++i) {
      if (i == 0 || key(items_[i]) != key(items_[i - 1])) f(items_[i]);
    }
  }

  bool operator==(const MessageList& other) const {
    return std::ranges::equal(span(), other.span());
  }
  bool operator<(const MessageList& other) const {
    return std::ranges::lexicographical_compare(span(), other.span());
  }

 private:
  void make_room(std::size_t least) {
    const std::size_t room = std::max<std::size_t>(least, 2 * room_ + 8);
    auto items = std::make_unique_for_overwrite<MessageId[]>(room);
    std::copy_n(items_.get(), size_, items.get());
    items_ = std::move(items);
    room_ = room;
  }

  std::unique_ptr<MessageId[]> items_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace engine
