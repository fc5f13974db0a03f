#include "checker/cluster/simpler_scripts.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cluster {
namespace {

// Without the actions that `is_dropped` says; nothing where it says none.
template <class Predicate>
void add_without(std::vector<Script>& scripts, const Script& script, Predicate is_dropped) {
  std::vector<bool> dropped(script.actions.size(), false);
  for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] = is_dropped(i);
  if (std::ranges::find(dropped, true) != dropped.end()) {
    scripts.push_back(without(script, dropped));
  }
}

void add_without_faults(std::vector<Script>& scripts, const Script& script) {
  const auto is = [&](std::size_t i, traces::ActionKind kind) {
    return script.actions[i].action.kind == kind;
  };
  add_without(scripts, script, [&](std::size_t i) { return is(i, traces::ActionKind::Crash); });
  add_without(scripts, script, [&](std::size_t i) {
    return is(i, traces::ActionKind::Cut) || is(i, traces::ActionKind::Heal);
  });
  Script once = script;
  for (ScriptAction& one : once.actions) one.action.keep_copy = false;
  scripts.push_back(std::move(once));
  for (std::size_t i = 0; i < script.actions.size(); ++i) {
    if (is(i, traces::ActionKind::Cut)) {  // with what heals it
      std::size_t heal = i;
      while (heal < script.actions.size() && !is(heal, traces::ActionKind::Heal)) ++heal;
      add_without(scripts, script, [&](std::size_t j) { return j == i || j == heal; });
    }
    if (script.actions[i].action.keep_copy) {
      Script one = script;
      one.actions[i].action.keep_copy = false;
      scripts.push_back(std::move(one));
    }
    if (script.actions[i].action.survived > 0) {
      Script none = script;
      none.actions[i].action.survived = 0;
      scripts.push_back(std::move(none));
    }
  }
}

// Every step that led its server into the term by a timeout.
void add_without_terms(std::vector<Script>& scripts, const Script& script,
                       const traces::Trace& trace) {
  std::set<spec::Term> terms;
  const auto term_of = [&](std::size_t i) -> spec::Term {
    const traces::Step& step = trace.steps[i];
    const bool starts = step.action.kind == traces::ActionKind::ElectionTimeout && step.view;
    return starts ? step.view->current_term : 0;
  };
  for (std::size_t i = 0; i < script.actions.size(); ++i) terms.insert(term_of(i));
  for (const spec::Term term : terms) {
    if (term == 0) continue;
    add_without(scripts, script, [&](std::size_t i) { return term_of(i) == term; });
  }
}

bool concerns(const traces::Action& action, spec::ServerId server) {
  return action.server == server || action.target == server ||
         (action.message && (action.message->from == server || action.message->to == server));
}

spec::ServerId lowered(spec::ServerId id, spec::ServerId removed) {
  return id > removed ? id - 1 : id;
}

// The same cluster without a server of which the script says nothing any more.
Script without_server(const Script& script, spec::ServerId removed) {
  Script fewer = script;
  --fewer.config.servers;
  for (ScriptAction& one : fewer.actions) {
    traces::Action& action = one.action;
    action.server = lowered(action.server, removed);
    action.target = lowered(action.target, removed);
    if (action.message) {
      action.message->from = lowered(action.message->from, removed);
      action.message->to = lowered(action.message->to, removed);
    }
    for (auto& group : action.groups) {
      std::erase(group, removed);
      for (spec::ServerId& id : group) id = lowered(id, removed);
    }
    std::erase_if(action.groups, [](const auto& group) { return group.empty(); });
    one.lost.clear();  // their positions are others now
  }
  if (fewer.recovery) {
    std::erase(fewer.recovery->order, removed);
    for (spec::ServerId& id : fewer.recovery->order) id = lowered(id, removed);
  }
  return fewer;
}

// Where memberships change, servers are more than a number.
void add_without_servers(std::vector<Script>& scripts, const Script& script) {
  for (spec::ServerId server = 1; server <= script.config.servers; ++server) {
    const auto is_dropped = [&](std::size_t i) {
      return concerns(script.actions[i].action, server);
    };
    add_without(scripts, script, is_dropped);
    if (script.config.servers == 1 || script.config.changes != "none") continue;
    std::vector<bool> dropped(script.actions.size(), false);
    for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] = is_dropped(i);
    Script fewer = without_server(without(script, dropped), server);
    const bool has_majority =
        !fewer.recovery || fewer.recovery->order.size() >= spec::majority_of(fewer.config.servers);
    if (has_majority) scripts.push_back(std::move(fewer));
  }
}

spec::ServerId exchanged(spec::ServerId id, spec::ServerId one, spec::ServerId other) {
  if (id == one) return other;
  return id == other ? one : id;
}

// The servers change places in the actions from `begin` on. A delivery still means what its step
// sends, to the other server now.
Script with_exchanged(const Script& script, std::size_t begin, spec::ServerId one,
                      spec::ServerId other) {
  Script changed = script;
  for (std::size_t i = begin; i < changed.actions.size(); ++i) {
    traces::Action& action = changed.actions[i].action;
    action.server = exchanged(action.server, one, other);
    action.target = exchanged(action.target, one, other);
    if (action.message) {
      action.message->from = exchanged(action.message->from, one, other);
      action.message->to = exchanged(action.message->to, one, other);
    }
    for (auto& group : action.groups) {
      for (spec::ServerId& id : group) id = exchanged(id, one, other);
      std::ranges::sort(group);
    }
  }
  return changed;
}

}  // namespace

std::vector<Script> simpler_scripts(const Script& script, const traces::Trace& trace) {
  std::vector<Script> scripts;
  add_without_servers(scripts, script);
  add_without_terms(scripts, script, trace);
  add_without_faults(scripts, script);
  return scripts;
}

std::vector<Script> scripts_with_other_servers(const Script& script) {
  std::vector<Script> scripts;
  for (std::size_t begin = 1; begin < script.actions.size(); ++begin) {
    for (spec::ServerId one = 1; one <= script.config.servers; ++one) {
      for (spec::ServerId other = one + 1; other <= script.config.servers; ++other) {
        scripts.push_back(with_exchanged(script, begin, one, other));
      }
    }
  }
  return scripts;
}

std::vector<Script> scripts_with_merged_deliveries(const Script& script) {
  std::vector<Script> scripts;
  if (script.config.network == "ordered") return scripts;  // nothing is received twice
  for (std::size_t second = 1; second < script.actions.size(); ++second) {
    const traces::Action& later = script.actions[second].action;
    if (!later.message) continue;
    for (std::size_t first = 0; first < second; ++first) {
      const ScriptAction& one = script.actions[first];
      const bool is_alike = one.action.message && one.action.message->kind == later.message->kind &&
                            one.action.message->from == later.message->from &&
                            one.action.server == later.server && one.origin != kNoOrigin;
      if (!is_alike) continue;
      Script merged = script;
      merged.actions[second].origin = one.origin;
      merged.actions[second].ordinal = one.ordinal;
      if (script.config.network == "unordered") merged.actions[first].action.keep_copy = true;
      scripts.push_back(std::move(merged));
    }
  }
  return scripts;
}

std::optional<Script> moved(const Script& script, std::size_t from, std::size_t to) {
  Script changed = script;
  const auto first = changed.actions.begin();
  std::rotate(first + static_cast<std::ptrdiff_t>(to), first + static_cast<std::ptrdiff_t>(from),
              first + static_cast<std::ptrdiff_t>(from) + 1);
  for (std::size_t i = to; i < changed.actions.size(); ++i) {
    std::size_t& origin = changed.actions[i].origin;
    if (origin == kNoOrigin) continue;
    if (origin == from) {
      origin = to;
    } else if (origin >= to && origin < from) {
      ++origin;
    }
    if (origin >= i) return std::nullopt;
  }
  return changed;
}

std::vector<Script> scripts_in_other_order(const Script& script) {
  std::vector<Script> scripts;
  for (std::size_t from = 1; from < script.actions.size(); ++from) {
    for (std::size_t to = 0; to < from; ++to) {
      if (auto changed = moved(script, from, to)) scripts.push_back(std::move(*changed));
    }
  }
  return scripts;
}

Script with_commands_renamed(const Script& script) {
  Script changed = script;
  std::map<std::string, std::string> names;
  for (ScriptAction& one : changed.actions) {
    if (one.action.kind != traces::ActionKind::Propose) continue;
    const std::string next = "v" + std::to_string(names.size() + 1);
    one.action.command = names.emplace(one.action.command, next).first->second;
  }
  return changed;
}

}  // namespace cluster
