// A model that passes every question on to another, for tests to change single answers.
#pragma once

#include "checker/engine/model.hpp"

namespace engine {

class ModelWrapper : public Model {
 public:
  explicit ModelWrapper(Model& inner) : inner_(inner) {}

  HalfId initial() override { return inner_.initial(); }
  std::uint32_t initial_violation() override { return inner_.initial_violation(); }
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    inner_.internal_steps(half, steps);
  }
  Step deliver(HalfId half, MessageId message, unsigned alternative) override {
    return inner_.deliver(half, message, alternative);
  }
  [[nodiscard]] unsigned alternatives() const override { return inner_.alternatives(); }
  [[nodiscard]] std::span<const MessageId> sends(SendsId id) const override {
    return inner_.sends(id);
  }
  [[nodiscard]] std::size_t message_count() const override { return inner_.message_count(); }
  [[nodiscard]] Link link(MessageId message) const override { return inner_.link(message); }
  HalfId after_losses(HalfId half, unsigned count) override {
    return inner_.after_losses(half, count);
  }
  Canonical canonical(HalfId half) override { return inner_.canonical(half); }
  std::span<const Renaming> automorphisms(HalfId half) override {
    return inner_.automorphisms(half);
  }
  MessageId renamed(MessageId message, Renaming renaming) override {
    return inner_.renamed(message, renaming);
  }
  [[nodiscard]] std::size_t renaming_count() const override { return inner_.renaming_count(); }
  [[nodiscard]] std::string key_of(const PathStep& step) const override {
    return inner_.key_of(step);
  }
  [[nodiscard]] const std::vector<std::string>& action_names() const override {
    return inner_.action_names();
  }
  [[nodiscard]] const std::vector<std::string>& bound_names() const override {
    return inner_.bound_names();
  }

 private:
  Model& inner_;
};

}  // namespace engine
