// Renames the servers throughout a value of the core, by the same fields() that make its canonical
// bytes: what has no server's name in it is walked through, so nothing can be forgotten.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checker/node/node.hpp"
#include "src/raft/canonical.hpp"

namespace node {

class Renamer {
 public:
  explicit Renamer(ServerRenaming renaming) : renaming_(renaming) {}

  void operator()(raft::ServerId& id) const {
    if (!id.is_none()) id.value = renaming_[id.value - 1] + 1U;
  }
  void operator()(raft::ServerSet& set) const {
    raft::ServerSet renamed;
    for (std::uint32_t id = 1; id <= renaming_.size(); ++id) {
      if (set.contains({id})) renamed.insert({renaming_[id - 1] + 1U});
    }
    set = renamed;
  }
  template <class T>
  void operator()(raft::PerServer<T>& items) const {
    raft::PerServer<T> renamed(items.size());
    for (std::uint32_t id = 1; id <= items.size(); ++id) {
      (*this)(items[{id}]);
      renamed[{renaming_[id - 1] + 1U}] = std::move(items[{id}]);
    }
    items = std::move(renamed);
  }
  template <class T>
  void operator()(std::vector<T>& items) const {
    for (T& item : items) (*this)(item);
  }
  template <class T>
  void operator()(std::optional<T>& item) const {
    if (item) (*this)(*item);
  }
  template <class... Ts>
  void operator()(std::variant<Ts...>& value) const {
    std::visit([this](auto& alternative) { (*this)(alternative); }, value);
  }
  template <raft::HasFields T>
  void operator()(T& value) const {
    std::apply([this](auto&... field) { ((*this)(field), ...); }, fields(value));
  }
  void operator()(raft::EntryMembership& membership) const {
    raft::Membership renamed = membership.get();
    (*this)(renamed);
    membership = renamed;
  }
  // These hold no server's name.
  template <raft::Number T>
  void operator()(T&) const {}
  void operator()(std::string&) const {}
  void operator()(raft::Command&) const {}
  // A log of a cluster whose membership never changed holds none either.
  void operator()(raft::Log& log) const {
    const auto holds_names = [](const raft::Entry& entry) {
      return entry.kind == raft::EntryKind::Membership;
    };
    if (std::ranges::none_of(log.entries(), holds_names)) return;
    std::vector<raft::Entry> entries(log.entries().begin(), log.entries().end());
    (*this)(entries);
    log = raft::Log(log.base_index(), log.base_term(), std::move(entries));
  }

 private:
  ServerRenaming renaming_;
};

}  // namespace node
