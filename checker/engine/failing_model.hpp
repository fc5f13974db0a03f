// A model that fails, for tests of who passes on what it throws.
#pragma once

#include <stdexcept>

#include "checker/engine/model_wrapper.hpp"

namespace engine {

// Throws at the k-th question.
class Failing final : public ModelWrapper {
 public:
  Failing(Model& inner, int at) : ModelWrapper(inner), left_(at) {}
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    fail_in_time();
    ModelWrapper::internal_steps(half, steps);
  }
  Step deliver(HalfId half, MessageId message, unsigned alternative) override {
    fail_in_time();
    return ModelWrapper::deliver(half, message, alternative);
  }
  Canonical canonical(HalfId half) override {
    fail_in_time();
    return ModelWrapper::canonical(half);
  }
  HalfId after_losses(HalfId half, unsigned count) override {
    fail_in_time();
    return ModelWrapper::after_losses(half, count);
  }
  MessageId renamed(MessageId message, Renaming renaming) override {
    fail_in_time();
    return ModelWrapper::renamed(message, renaming);
  }
  [[nodiscard]] int left() const { return left_; }

 private:
  void fail_in_time() {
    if (--left_ == 0) throw std::domain_error("the model has failed");
  }
  int left_;
};

}  // namespace engine
