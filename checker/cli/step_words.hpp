// The words for actions in an interactive session: what is listed there and what is typed.
//
//     deliver 2 1 request_vote    server 2 receives it from server 1
//     propose 1 v1
//     change_membership 1 1,2,3 4    voters, and a learner
//     cut 1,2 3
#pragma once

#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace cli {

// Without spaces within a word, but in the last one of a proposal.
std::vector<std::string> words_of_action(const traces::Action& action);

// The first of the actions whose words begin with these; its place, or actions.size(). A proposal
// may have another command than the one that is offered, which is then put into the action.
std::size_t find_action(const std::vector<std::string>& words,
                        std::vector<traces::Action>& actions);

}  // namespace cli
