// The flags of explore, one by one.
#include <array>

#include "checker/cli/flags.hpp"

namespace cli {
namespace {

constexpr const char* kSpace = "What is explored";
constexpr const char* kNetwork = "The network";
constexpr const char* kServer = "The servers";
constexpr const char* kRecovery = "Recovery";
constexpr const char* kSearch = "The search";

constexpr std::array kFlags = {
    Flag{"servers", "N", "3", kSpace, "servers in the cluster, 1 to 9"},
    Flag{"terms", "N", "2", kSpace,
         "no server goes beyond term N: elections that would are cut off"},
    Flag{"log", "N", "2", kSpace,
         "a leader accepts a proposal while its log is shorter than N entries"},
    Flag{"proposals", "N", "unlimited", kSpace,
         "client proposals accepted in a run; with a number, the k-th carries the command vk, "
         "without one all carry v1"},
    Flag{"timeouts", "N", "unlimited", kSpace, "election timeouts in a run"},
    Flag{"crashes", "N", "1", kSpace, "crashes in a run, each with its restart"},
    Flag{"transfers", "N", "0", kSpace,
         "times in a run that a leader is asked to hand its lead over to another server"},
    Flag{"reads", "N", "0", kSpace, "linearizable reads asked for in a run, at any server"},
    Flag{
        "clock-drifts", "N", "0", kSpace,
        "with --lease-reads: times in a run that a server's minimum election timeout ends although "
        "a leader's lease, which began before, has not: a clock that runs wrong"},
    Flag{"compactions", "N", "0", kSpace,
         "snapshots that servers take of themselves in a run, each through any index they have "
         "applied; 0: no server compacts its log"},
    Flag{"changes", "N", "0", kSpace,
         "changes of the membership that leaders accept in a run; 0: every server is a member"},
    Flag{"voters", "N", "all", kSpace,
         "with --changes: servers 1 to N are the first members, the others may be added"},
    Flag{"learners", "[on|off]", "off", kSpace,
         "with --changes: members without a vote are added and removed too"},
    Flag{"network", "KIND", "any", kNetwork,
         "any: a message once sent may arrive at any later time, any number of times, or never. "
         "unordered, ordered: bounded networks, a multiset of messages or a queue for each pair of "
         "servers, every state of which is counted"},
    Flag{"inflight", "N", "4", kNetwork, "bounded networks: messages on the network at once"},
    Flag{"duplicates", "N", "0", kNetwork,
         "unordered network: deliveries in a run that leave a copy behind"},
    Flag{"partitions", "N", "0", kNetwork,
         "bounded networks: cuts of the network into groups in a run"},
    Flag{"loss", "free|none|N", "free", kNetwork,
         "bounded networks: what is sent may be lost at once: any of it, none of it, or N messages "
         "in a run. A loss costs no step"},
    Flag{"no-op", "on|off", "off", kServer, "a new leader appends a no-op entry"},
    Flag{"backtracking", "fast|plain", "fast", kServer,
         "how a rejected AppendEntries moves nextIndex back: over a whole conflicting term, or one "
         "entry at a time"},
    Flag{"entries", "N", "unlimited", kServer, "entries in one AppendEntries"},
    Flag{
        "pre-vote", "[on|off]", "off", kServer,
        "who would stand for election asks first whether it could win, and changes no term if not"},
    Flag{"check-quorum", "[on|off]", "off", kServer,
         "a leader that hears from no majority within an election timeout steps down"},
    Flag{"vote-lease", "[on|off]", "off", kServer,
         "nobody votes who heard from a leader within the minimum election timeout"},
    Flag{"lease-reads", "[on|off]", "off", kServer,
         "a leader that a majority has confirmed answers reads without asking again, until the "
         "minimum election timeout since it asked; needs --vote-lease"},
    Flag{
        "bytes", "N", "unlimited", kServer,
        "bytes of commands in one AppendEntries, which has one entry at least; a no-op has none, a "
        "proposal 2 or more"},
    Flag{"appends-in-flight", "N", "unlimited", kServer,
         "AppendEntries to a server that are not answered, sent in a pipeline once one has been; "
         "unlimited: no pipeline, each goes on from what was answered"},
    Flag{"uncommitted", "N", "unlimited", kServer,
         "a leader refuses proposals while so many entries of its term are not committed"},
    Flag{"snapshot-chunk", "BYTES", "unlimited", kServer,
         "bytes of a snapshot in one InstallSnapshot; an entry takes about 5"},
    Flag{"membership", "single|joint", "single", kServer,
         "with --changes: one voter at a time, or any voters through joint consensus"},
    Flag{"disk", "sync|async", "sync", kServer,
         "async: what is written becomes durable later, in order, by a step of its own; messages "
         "wait for it, and a crash may lose any part of what is not durable yet"},
    Flag{"recovery", "[on|off]", "off", kRecovery,
         "from every state reached, once faults stop, a fair schedule must elect one leader and "
         "commit a new proposal at every server; alone it means on"},
    Flag{"recovery-steps", "N", "auto", kRecovery,
         "steps within which it must; auto: a bound that follows from servers, terms and log"},
    Flag{"depth", "N", "unlimited", kSearch,
         "steps in a run; over any network it implies --order shortest"},
    Flag{"states", "N", "unlimited", kSearch, "stop when so many states are stored"},
    Flag{"time", "SECONDS", "unlimited", kSearch, "stop after so many seconds"},
    Flag{"memory", "SIZE", "auto", kSearch,
         "stop before the search needs more memory: bytes, or with K, M, G or T, as in 8G. auto: "
         "three quarters of what the machine or its container has"},
    Flag{"checkpoint-every", "SECONDS", "unlimited", kSearch,
         "with --checkpoint: write one whenever so many seconds have passed"},
    Flag{"store", "exact|fingerprint", "exact", kSearch,
         "bounded networks. exact: visited states are kept whole. fingerprint: 64 bits of each "
         "are, which is less memory where networks are many; states may be missed, and the "
         "summary says how likely that is"},
    Flag{"fingerprint-seed", "N", "0", kSearch,
         "with --store fingerprint: another number, other fingerprints"},
    Flag{"threads", "N", "all", kSearch, "threads that search; all: one for each processor"},
    Flag{"symmetry", "on|off", "on", kSearch,
         "states that differ only in the servers' names count as one; up to 6 servers, off above"},
    Flag{"check-symmetry", "[on|off]", "off", kSearch,
         "once the space is exhausted, search it again without symmetry and compare: the orbits "
         "must add up to the same counts; alone it means on"},
    Flag{"order", "fastest|shortest", "fastest", kSearch,
         "over any network. fastest: the largest sets of messages first, and a shortest trace "
         "sought once there is a violation. shortest: breadth first from the start"},
    Flag{"shortest-states", "N", "3000000", kSearch,
         "over any network, fastest: states that the search for a shortest trace may keep before "
         "it gives up and the trace that was found first is reported"},
    Flag{"keep-going", "N", "1", kSearch,
         "report up to N violations that differ in the property or in the action that breaks it, "
         "each with a trace of its own"},
};

}  // namespace

std::span<const Flag> explore_flags() { return kFlags; }

}  // namespace cli
