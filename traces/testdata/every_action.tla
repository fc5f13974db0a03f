------------------------------ MODULE RaftTrace ------------------------------
\* LogSurvivesRestart is violated at step 15: server 2 had an entry of term 1 at index 1 and lost it when it restarted.
\* No shorter run within the bounds violates a property that was checked.
\* 3 servers, network unordered, fast back-tracking, at most 2 entries a message, a no-op at election, lease reads, vote lease, snapshots in chunks of 5 bytes, joint changes of the membership, of 2 at first, asynchronous disks
\* TLC prints the run with SPECIFICATION Spec and INVARIANT Holds.
EXTENDS Integers, Sequences

Follower == "Follower"
Candidate == "Candidate"
Leader == "Leader"
PreCandidate == "PreCandidate"
NoOp == "NoOp"
Nil == 0
Server == 1..3

VARIABLES step, action, outcome, sent, answered, state, currentTerm, votedFor, log, commitIndex, lastApplied, leader, votesGranted, nextIndex, matchIndex, lease, transferee, snapshot, membership, disk
vars == <<step, action, outcome, sent, answered, state, currentTerm, votedFor, log, commitIndex, lastApplied, leader, votesGranted, nextIndex, matchIndex, lease, transferee, snapshot, membership, disk>>

S0 == [step |-> 0, action |-> [kind |-> "start"], outcome |-> "", sent |-> <<>>,
       answered |-> {},
       state |-> <<Follower, Follower, Follower>>,
       currentTerm |-> <<0, 0, 0>>,
       votedFor |-> <<Nil, Nil, Nil>>,
       log |-> <<<<>>, <<>>, <<>>>>,
       commitIndex |-> <<0, 0, 0>>,
       lastApplied |-> <<0, 0, 0>>,
       leader |-> <<Nil, Nil, Nil>>,
       votesGranted |-> <<{}, {}, {}>>,
       nextIndex |-> <<<<>>, <<>>, <<>>>>,
       matchIndex |-> <<<<>>, <<>>, <<>>>>,
       lease |-> <<FALSE, FALSE, FALSE>>,
       transferee |-> <<Nil, Nil, Nil>>,
       snapshot |-> <<[index |-> 0, term |-> 0, entries |-> <<>>, membership |-> [voters |-> {}, outgoing |-> {}, learners |-> {}]], [index |-> 0, term |-> 0, entries |-> <<>>, membership |-> [voters |-> {}, outgoing |-> {}, learners |-> {}]], [index |-> 0, term |-> 0, entries |-> <<>>, membership |-> [voters |-> {}, outgoing |-> {}, learners |-> {}]]>>,
       membership |-> <<[voters |-> {}, outgoing |-> {}, learners |-> {}], [voters |-> {}, outgoing |-> {}, learners |-> {}], [voters |-> {}, outgoing |-> {}, learners |-> {}]>>,
       disk |-> <<[currentTerm |-> 0, votedFor |-> Nil, logIndex |-> 0, pending |-> <<>>, pendingEnds |-> <<>>], [currentTerm |-> 0, votedFor |-> Nil, logIndex |-> 0, pending |-> <<>>, pendingEnds |-> <<>>], [currentTerm |-> 0, votedFor |-> Nil, logIndex |-> 0, pending |-> <<>>, pendingEnds |-> <<>>]>>]
S1 == [S0 EXCEPT
       !.step = 1,
       !.action = [kind |-> "election_timeout", server |-> 1],
       !.outcome = "ElectionStarted",
       !.sent = <<[type |-> "request_vote", source |-> 1, dest |-> 2, term |-> 1, last_log_index |-> 0, last_log_term |-> 0, lost |-> FALSE], [type |-> "request_vote", source |-> 1, dest |-> 3, term |-> 1, last_log_index |-> 0, last_log_term |-> 0, lost |-> TRUE]>>,
       !.answered = {},
       !.state[1] = Candidate,
       !.currentTerm[1] = 1,
       !.votedFor[1] = 1,
       !.votesGranted[1] = {1}]
S2 == [S1 EXCEPT
       !.step = 2,
       !.action = [kind |-> "deliver", server |-> 2, message |-> [type |-> "request_vote", source |-> 1, dest |-> 2, term |-> 1, last_log_index |-> 0, last_log_term |-> 0], sentAt |-> 1, keepCopy |-> TRUE],
       !.outcome = "VoteGranted",
       !.sent = <<[type |-> "request_vote_reply", source |-> 2, dest |-> 1, term |-> 1, vote_granted |-> TRUE, lost |-> FALSE]>>,
       !.answered = {},
       !.currentTerm[2] = 1,
       !.votedFor[2] = 1]
S3 == [S2 EXCEPT
       !.step = 3,
       !.action = [kind |-> "deliver", server |-> 1, message |-> [type |-> "request_vote_reply", source |-> 2, dest |-> 1, term |-> 1, vote_granted |-> TRUE], sentAt |-> 2, keepCopy |-> FALSE],
       !.outcome = "Elected",
       !.sent = <<[type |-> "append_entries", source |-> 1, dest |-> 2, term |-> 1, prev_log_index |-> 0, prev_log_term |-> 0, entries |-> <<[term |-> 1, value |-> NoOp]>>, leader_commit |-> 0, lost |-> FALSE], [type |-> "append_entries", source |-> 1, dest |-> 3, term |-> 1, prev_log_index |-> 0, prev_log_term |-> 0, entries |-> <<[term |-> 1, value |-> NoOp]>>, leader_commit |-> 0, lost |-> FALSE]>>,
       !.answered = {},
       !.state[1] = Leader,
       !.log[1] = <<[term |-> 1, value |-> NoOp]>>,
       !.leader[1] = 1,
       !.votesGranted[1] = {},
       !.nextIndex[1] = <<0, 1, 1>>,
       !.matchIndex[1] = <<0, 0, 0>>]
S4 == [S3 EXCEPT
       !.step = 4,
       !.action = [kind |-> "propose", server |-> 1, command |-> "v1"],
       !.outcome = "Appended",
       !.sent = <<>>,
       !.answered = {},
       !.log[1] = <<[term |-> 1, value |-> NoOp], [term |-> 1, value |-> "v1"]>>]
S5 == [S4 EXCEPT
       !.step = 5,
       !.action = [kind |-> "cut", groups |-> {{1, 2}, {3}}],
       !.outcome = "",
       !.sent = <<>>,
       !.answered = {}]
S6 == [S5 EXCEPT
       !.step = 6,
       !.action = [kind |-> "heartbeat_timeout", server |-> 1],
       !.outcome = "",
       !.sent = <<[type |-> "append_entries", source |-> 1, dest |-> 2, term |-> 1, prev_log_index |-> 0, prev_log_term |-> 0, entries |-> <<[term |-> 1, value |-> NoOp], [term |-> 1, value |-> "v1"]>>, leader_commit |-> 0, lost |-> FALSE]>>,
       !.answered = {}]
S7 == [S6 EXCEPT
       !.step = 7,
       !.action = [kind |-> "heal"],
       !.outcome = "",
       !.sent = <<>>,
       !.answered = {}]
S8 == [S7 EXCEPT
       !.step = 8,
       !.action = [kind |-> "deliver", server |-> 2, message |-> [type |-> "append_entries", source |-> 1, dest |-> 2, term |-> 1, prev_log_index |-> 0, prev_log_term |-> 0, entries |-> <<[term |-> 1, value |-> NoOp]>>, leader_commit |-> 0], sentAt |-> 3, keepCopy |-> FALSE],
       !.outcome = "EntriesAccepted",
       !.sent = <<[type |-> "append_entries_reply", source |-> 2, dest |-> 1, term |-> 1, success |-> TRUE, match_index |-> 1, lost |-> FALSE]>>,
       !.answered = {},
       !.log[2] = <<[term |-> 1, value |-> NoOp]>>,
       !.commitIndex[2] = 1,
       !.lastApplied[2] = 1,
       !.leader[2] = 1,
       !.lease[2] = TRUE]
S9 == [S8 EXCEPT
       !.step = 9,
       !.action = [kind |-> "lease_timeout", server |-> 2],
       !.outcome = "LeaseEnded",
       !.sent = <<>>,
       !.answered = {},
       !.lease[2] = FALSE]
S10 == [S9 EXCEPT
       !.step = 10,
       !.action = [kind |-> "read", server |-> 1, read |-> 1],
       !.outcome = "ReadAnswered",
       !.sent = <<>>,
       !.answered = {1}]
S11 == [S10 EXCEPT
       !.step = 11,
       !.action = [kind |-> "transfer", server |-> 1, target |-> 2],
       !.outcome = "TransferStarted",
       !.sent = <<>>,
       !.answered = {},
       !.transferee[1] = 2]
S12 == [S11 EXCEPT
       !.step = 12,
       !.action = [kind |-> "compact", server |-> 2, index |-> 1],
       !.outcome = "Compacted",
       !.sent = <<>>,
       !.answered = {},
       !.snapshot[2] = [index |-> 1, term |-> 1, entries |-> <<[term |-> 1, value |-> NoOp]>>, membership |-> [voters |-> {}, outgoing |-> {}, learners |-> {}]]]
S13 == [S12 EXCEPT
       !.step = 13,
       !.action = [kind |-> "change_membership", server |-> 1, voters |-> {1, 2}, learners |-> {3}],
       !.outcome = "ChangeAppended",
       !.sent = <<>>,
       !.answered = {},
       !.log[1] = <<[term |-> 1, value |-> NoOp], [term |-> 1, value |-> "v1"], [term |-> 1, value |-> [voters |-> {1, 2}, outgoing |-> {1, 2, 3}, learners |-> {3}]]>>,
       !.membership[1] = [voters |-> {1, 2}, outgoing |-> {1, 2, 3}, learners |-> {3}]]
S14 == [S13 EXCEPT
       !.step = 14,
       !.action = [kind |-> "disk_write", server |-> 2],
       !.outcome = "WriteAcknowledged",
       !.sent = <<>>,
       !.answered = {},
       !.disk[2] = [currentTerm |-> 0, votedFor |-> Nil, logIndex |-> 0, pending |-> <<1, 2>>, pendingEnds |-> <<1, 1>>]]
S15 == [S14 EXCEPT
       !.step = 15,
       !.action = [kind |-> "crash", server |-> 2, survived |-> 1],
       !.outcome = "Restarted",
       !.sent = <<>>,
       !.answered = {},
       !.log[2] = <<>>,
       !.commitIndex[2] = 0,
       !.lastApplied[2] = 0,
       !.leader[2] = Nil,
       !.snapshot[2] = [index |-> 0, term |-> 0, entries |-> <<>>, membership |-> [voters |-> {}, outgoing |-> {}, learners |-> {}]],
       !.disk[2] = [currentTerm |-> 1, votedFor |-> 1, logIndex |-> 1, pending |-> <<>>, pendingEnds |-> <<>>]]
Trace == <<S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13, S14, S15>>

Init ==
  /\ step = S0.step
  /\ action = S0.action
  /\ outcome = S0.outcome
  /\ sent = S0.sent
  /\ answered = S0.answered
  /\ state = S0.state
  /\ currentTerm = S0.currentTerm
  /\ votedFor = S0.votedFor
  /\ log = S0.log
  /\ commitIndex = S0.commitIndex
  /\ lastApplied = S0.lastApplied
  /\ leader = S0.leader
  /\ votesGranted = S0.votesGranted
  /\ nextIndex = S0.nextIndex
  /\ matchIndex = S0.matchIndex
  /\ lease = S0.lease
  /\ transferee = S0.transferee
  /\ snapshot = S0.snapshot
  /\ membership = S0.membership
  /\ disk = S0.disk
Next ==
  /\ step + 1 < Len(Trace)
  /\ LET s == Trace[step + 2] IN
     /\ step' = s.step
     /\ action' = s.action
     /\ outcome' = s.outcome
     /\ sent' = s.sent
     /\ answered' = s.answered
     /\ state' = s.state
     /\ currentTerm' = s.currentTerm
     /\ votedFor' = s.votedFor
     /\ log' = s.log
     /\ commitIndex' = s.commitIndex
     /\ lastApplied' = s.lastApplied
     /\ leader' = s.leader
     /\ votesGranted' = s.votesGranted
     /\ nextIndex' = s.nextIndex
     /\ matchIndex' = s.matchIndex
     /\ lease' = s.lease
     /\ transferee' = s.transferee
     /\ snapshot' = s.snapshot
     /\ membership' = s.membership
     /\ disk' = s.disk
Spec == Init /\ [][Next]_vars
Holds == step # 15
==============================================================================
