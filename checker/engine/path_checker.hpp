// Follows a reported run on the model itself, step by step.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "checker/engine/naive_checker.hpp"

namespace engine {

class PathChecker {
 public:
  // `options` is nullptr for a run over any network. With `permutations`, labels are servers.
  PathChecker(Model& model, const CountingOptions* options,
              const Permutations* permutations = nullptr)
      : model_(model), options_(options), permutations_(permutations), half_(model.initial()) {}

  // What is wrong with the run, or nothing: every step must be possible, every message received on
  // the network, every loss one of a message just sent, and the last step alone a violation.
  std::string fault_of(const SearchResult& result) {
    for (std::size_t i = 0; i < result.path.size(); ++i) {
      const std::string fault = take(result.path[i]);
      if (!fault.empty()) return "step " + std::to_string(i + 1) + ": " + fault;
      const bool is_last = i + 1 == result.path.size();
      if (violation_ != (is_last ? result.violation : 0)) {
        return "step " + std::to_string(i + 1) + ": violates " + std::to_string(violation_);
      }
    }
    return result.path.empty() ? "the run has no steps" : "";
  }

 private:
  std::string take(const PathStep& path_step) {
    if (path_step.message != kNone) {
      if (path_step.alternative >= model_.alternatives()) return "there is no such alternative";
      const Step step = model_.deliver(half_, path_step.message, path_step.alternative);
      if (const std::string fault = receive(path_step, step); !fault.empty()) return fault;
      return arrive(step, path_step);
    }
    std::uint32_t label = path_step.label;
    if (permutations_ != nullptr) label = permutations_->images(path_step.renaming)[label];
    std::vector<Step> steps;
    model_.internal_steps(half_, steps);
    for (const Step& step : steps) {
      if (step.next != kNone && step.label == label) return arrive(step, path_step);
    }
    return "no step has this label";
  }

  std::string receive(const PathStep& path_step, const Step& step) {
    const MessageId message = path_step.message;
    if (options_ == nullptr) {
      return sent_.contains(message) ? "" : "the message was never sent";
    }
    InFlight& pending = network_.pending;
    const auto at = std::ranges::find(pending, message);
    if (at == pending.end()) return "the message is not on the network";
    const auto is_same_link = [&](MessageId other) {
      return model_.link(other) == model_.link(message);
    };
    if (options_->order == Order::PerLink && std::ranges::find_if(pending, is_same_link) != at) {
      return "the message is not the first on its link";
    }
    if (!step.consumes) return "";
    pending.erase(at);
    if (options_->order == Order::Once) network_.spent.insert(message);
    return "";
  }

  std::string arrive(const Step& step, const PathStep& path_step) {
    if (step.next == kNone) return "the step is not possible";
    if (step.is_outside && step.violation == 0) return "the step leads outside";
    half_ = step.next;
    violation_ = step.violation;
    const auto span = model_.sends(step.sends);
    std::vector<MessageId> kept(span.begin(), span.end());
    sent_.insert(kept.begin(), kept.end());
    for (const MessageId lost : path_step.lost) {
      const auto at = std::ranges::find(kept, lost);
      if (at == kept.end()) return "a message is lost that was not sent";
      kept.erase(at);
    }
    if (options_ == nullptr) return path_step.lost.empty() ? "" : "any network loses nothing";
    return put(kept, path_step.lost.size());
  }

  std::string put(const std::vector<MessageId>& kept, std::size_t lost) {
    if (lost > 0 && options_->loss == Loss::None) return "nothing may be lost";
    if (lost > 0 && options_->loss == Loss::Budgeted) {
      half_ = model_.after_losses(half_, static_cast<unsigned>(lost));
      if (half_ == kNone) return "more is lost than the budget allows";
    }
    for (const MessageId message : kept) naive_send(model_, options_->order, network_, message);
    return network_.size() <= options_->inflight ? "" : "the network holds too much";
  }

  Model& model_;
  const CountingOptions* options_;
  const Permutations* permutations_;
  HalfId half_;
  std::uint32_t violation_ = 0;
  NaiveNetwork network_;
  std::set<MessageId> sent_;
};

}  // namespace engine
