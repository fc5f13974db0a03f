#include "checker/node/memo_node.hpp"

namespace node {
namespace {

// When so much is remembered, it is forgotten and begun anew.
constexpr std::size_t kMost = 1 << 16;

// A state's length goes in front, so that no two pairs of state and input are the same text.
std::string key_of(std::string_view state, const Input& input) {
  std::string key = std::to_string(state.size());
  key += '/';
  key += std::to_string(static_cast<unsigned>(input.kind));
  key += '/';
  key += std::to_string(input.target);
  key += '/';
  key += std::to_string(input.read);
  key += '/';
  key += state;
  key += input.payload;
  return key;
}

template <class Value, class Ask>
const Value& remembered(std::unordered_map<std::string, Value>& known, std::string key, Ask ask) {
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  if (known.size() >= kMost) known.clear();
  return known.emplace(std::move(key), ask()).first->second;
}

}  // namespace

StepResult MemoNode::step(std::string_view state, const Input& input) {
  return remembered(steps_, key_of(state, input), [&] {
    ++steps_asked_;
    return node_.step(state, input);
  });
}

spec::ServerView MemoNode::view(std::string_view state) {
  return remembered(views_, std::string(state), [&] { return node_.view(state); });
}

spec::MessageView MemoNode::message_view(std::string_view message) {
  return remembered(messages_, std::string(message), [&] { return node_.message_view(message); });
}

}  // namespace node
