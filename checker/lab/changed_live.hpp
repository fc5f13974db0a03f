// Servers that do wrong, made from the core as it is: what tests of the tests run on. No property
// need notice them; the assertions of the suite must.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "checker/lab/run.hpp"
#include "checker/node/live.hpp"

namespace lab {

// The core as it is.
class ChangedLive : public node::Live {
 public:
  explicit ChangedLive(const node::Options& options) : live_(node::make_live_raft(options)) {}

  const node::LiveStep& receive(node::LiveHandle message) override {
    return live_->receive(message);
  }
  const node::LiveStep& step(spec::ServerId server, const node::Input& input) override {
    return live_->step(server, input);
  }
  void drop(node::LiveHandle message) override { live_->drop(message); }
  void facts(spec::ServerId server, node::LiveFacts& facts) const override {
    live_->facts(server, facts);
  }
  [[nodiscard]] node::LiveEntry entry(spec::ServerId server, spec::Index index) const override {
    return live_->entry(server, index);
  }
  [[nodiscard]] std::string_view snapshot_data(spec::ServerId server) const override {
    return live_->snapshot_data(server);
  }
  [[nodiscard]] std::size_t durable_bytes(spec::ServerId server) const override {
    return live_->durable_bytes(server);
  }
  [[nodiscard]] spec::ServerView view(spec::ServerId server) const override {
    return live_->view(server);
  }
  [[nodiscard]] spec::MessageView message_view(node::LiveHandle message) const override {
    return live_->message_view(message);
  }
  [[nodiscard]] bool is_judged(node::LiveHandle message) const override {
    return live_->is_judged(message);
  }

 protected:
  [[nodiscard]] node::Live& core() { return *live_; }
  [[nodiscard]] const node::Live& core() const { return *live_; }

 private:
  std::unique_ptr<node::Live> live_;
};

// What a step says of itself is changed on its way out. `server`: who took it.
class ChangedSteps : public ChangedLive {
 public:
  using ChangedLive::ChangedLive;
  const node::LiveStep& receive(node::LiveHandle message) override {
    const spec::ServerId server = core().message_view(message).to;
    return changed(server, core().receive(message));
  }
  const node::LiveStep& step(spec::ServerId server, const node::Input& input) override {
    return changed(server, core().step(server, input));
  }

 protected:
  virtual void change(spec::ServerId server, node::LiveStep& step) = 0;

 private:
  const node::LiveStep& changed(spec::ServerId server, const node::LiveStep& step) {
    step_ = step;
    change(server, step_);
    return step_;
  }
  node::LiveStep step_;
};

// Makes servers of a class for runs.
template <class Servers, class... Arguments>
MakeLive make(Arguments... arguments) {
  return [=](const node::Options& options) {
    return std::make_shared<Servers>(options, arguments...);
  };
}

}  // namespace lab
