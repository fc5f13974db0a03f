/* The common space of bench/peers (README.md says what its steps are), in Promela.
 *
 * Written for SPIN's speed: one process whose only control point is the head of its loop, every
 * step one d_step, a server in one word of bit fields, a message in one short, scratch variables
 * hidden (not part of the state). The network is a multiset: messages in flight lie sorted,
 * greatest first, zeros behind them, so that equal multisets are equal states.
 *
 * Bounds: -DTERMS=1..3 -DLOG=1..3 -DINFLIGHT=2..6. SPIN's breadth-first search refuses hidden
 * variables: -DVISIBLE_SCRATCH makes them part of the state and clears them after each step.
 */
#ifndef TERMS
#define TERMS 2
#endif
#ifndef LOG
#define LOG 1
#endif
#ifndef INFLIGHT
#define INFLIGHT 3
#endif

#define FOLLOWER 0
#define CANDIDATE 1
#define LEADER 2

#define REQUEST_VOTE 0
#define VOTE_REPLY 1
#define APPEND 2
#define APPEND_REPLY 3

typedef Server {
  unsigned term : 2;
  unsigned role : 2;
  unsigned vote : 2;   /* 0: none, else the server + 1 */
  unsigned size : 2;
  unsigned log : 6;    /* terms of the entries, two bits each, zero behind the last */
  unsigned commit : 2;
  unsigned prev : 6;   /* of a leader, two bits for each server: the index before its next entry */
  unsigned match : 6   /* of a leader: the last index known to be equal there */
};

Server s[3];
short net[INFLIGHT];

/* A message: kind, receiver, sender (0: the server after the receiver, 1: the one after that),
 * term, and four small numbers that each kind names for itself. */
#define WORD(kind, to, far, t, a, b, c, d) \
  ((kind) << 13 | (to) << 11 | (far) << 10 | (t) << 8 | (a) << 6 | (b) << 4 | (c) << 2 | (d))
#define KIND (m >> 13)
#define TERM (m >> 8 & 3)
#define A (m >> 6 & 3)
#define B (m >> 4 & 3)
#define C (m >> 2 & 3)
#define D (m & 3)

#define AT(packed, i) ((packed) >> ((i) * 2) & 3)
#define ENTRY(server, index) (server.log >> ((index) * 2 - 2) & 3)
#define LAST_TERM(server) (server.size == 0 -> 0 : ENTRY(server, server.size))
#define MIN(x, y) ((x) < (y) -> (x) : (y))

#ifdef VISIBLE_SCRATCH
#define SCRATCH
#define FORGET ; m = 0; to = 0; from = 0; w = 0; x = 0; y = 0
#else
#define SCRATCH hidden
#define FORGET
#endif
SCRATCH short m;   /* the message received */
SCRATCH short w;   /* the message sent */
SCRATCH byte to;   /* the receiver of m */
SCRATCH byte from; /* the sender of m */
SCRATCH byte x;
SCRATCH byte y;

#define ROOM(n) (net[INFLIGHT - (n)] == 0)

/* Puts w where it belongs. There is room: the last slot is empty. */
#define SHIFT(k) net[k] = (net[k - 1] < w -> net[k - 1] : (net[k] < w -> w : net[k]))
inline put() {
#if INFLIGHT > 5
  SHIFT(5);
#endif
#if INFLIGHT > 4
  SHIFT(4);
#endif
#if INFLIGHT > 3
  SHIFT(3);
#endif
#if INFLIGHT > 2
  SHIFT(2);
#endif
  SHIFT(1);
  net[0] = (net[0] < w -> w : net[0])
}

/* Takes the message of slot i out. */
#define CLOSE(i, k) net[k] = (i <= k -> net[k + 1] : net[k])
inline take(i) {
  CLOSE(i, 0);
#if INFLIGHT > 2
  CLOSE(i, 1);
#endif
#if INFLIGHT > 3
  CLOSE(i, 2);
#endif
#if INFLIGHT > 4
  CLOSE(i, 3);
#endif
#if INFLIGHT > 5
  CLOSE(i, 4);
#endif
  net[INFLIGHT - 1] = 0
}

/* Election Safety: server i has just become leader. */
#define RIVAL(i, j) (s[j].role == LEADER && s[j].term == s[i].term)
#define NO_RIVAL(i) !RIVAL(i, ((i) + 1) % 3) && !RIVAL(i, ((i) + 2) % 3)

/* State Machine Safety: what server i has committed agrees with what the others have. */
#define PREFIX(i, j) ((1 << 2 * MIN(s[i].commit, s[j].commit)) - 1)
#define AGREES(i, j) (((s[i].log ^ s[j].log) & PREFIX(i, j)) == 0)
#define AGREES_WITH_ALL(i) AGREES(i, ((i) + 1) % 3) && AGREES(i, ((i) + 2) % 3)

#define DEPOSE(i) s[i].role = FOLLOWER; s[i].prev = 0; s[i].match = 0

inline on_request_vote() {  /* A: last index, B: last term */
  x = LAST_TERM(s[to]);
  y = (TERM == s[to].term && (s[to].vote == 0 || s[to].vote == from + 1) &&
       (B > x || (B == x && A >= s[to].size)));
  if
  :: y -> s[to].vote = from + 1
  :: else
  fi;
  w = WORD(VOTE_REPLY, from, 1 - (m >> 10 & 1), s[to].term, y, 0, 0, 0);
  put()
}

inline on_vote_reply() {  /* A: granted */
  if
  :: A == 1 && s[to].role == CANDIDATE && s[to].term == TERM ->
     s[to].role = LEADER;
     s[to].prev = (s[to].size * 21) & ~(3 << to * 2);
     assert(NO_RIVAL(to))
  :: else
  fi
}

inline on_append() {  /* A: index before the entry, B: its term, C: the entry's term or 0, D: commit */
  if
  :: TERM == s[to].term && (A == 0 || (A <= s[to].size && ENTRY(s[to], A) == B)) ->
     assert(s[to].role != LEADER);
     s[to].role = FOLLOWER;
     x = A;
     if
     :: C != 0 ->
        x = A + 1;
        if
        :: x > s[to].size || ENTRY(s[to], x) != C ->
           assert(A >= s[to].commit);
           s[to].log = (s[to].log & ((1 << A * 2) - 1)) | C << A * 2;
           s[to].size = x
        :: else
        fi
     :: else
     fi;
     if
     :: D > s[to].commit ->
        s[to].commit = D;
        assert(AGREES_WITH_ALL(to))
     :: else
     fi;
     w = WORD(APPEND_REPLY, from, 1 - (m >> 10 & 1), s[to].term, 1, x, 0, 0)
  :: else ->
     if
     :: TERM == s[to].term ->
        assert(s[to].role != LEADER);
        s[to].role = FOLLOWER
     :: else
     fi;
     w = WORD(APPEND_REPLY, from, 1 - (m >> 10 & 1), s[to].term, 0, 0, 0, 0)
  fi;
  put()
}

inline on_append_reply() {  /* A: success, B: match index */
  if
  :: s[to].role == LEADER && s[to].term == TERM ->
     x = AT(s[to].prev, from);
     y = AT(s[to].match, from);
     if
     :: A == 1 ->
        if
        :: B > y -> s[to].match = s[to].match + (B - y << from * 2)
        :: else
        fi;
        if
        :: B > x -> s[to].prev = s[to].prev + (B - x << from * 2)
        :: else
        fi;
        if
        :: B > s[to].commit && ENTRY(s[to], B) == s[to].term ->
           s[to].commit = B;
           assert(AGREES_WITH_ALL(to))
        :: else
        fi
     :: else ->
        if
        :: x > y -> s[to].prev = s[to].prev - (1 << from * 2)
        :: else
        fi
     fi
  :: else
  fi
}

inline receive(i) {
  m = net[i];
  take(i);
  to = m >> 11 & 3;
  from = (to + 1 + (m >> 10 & 1)) % 3;
  if
  :: TERM > s[to].term ->
     s[to].term = TERM;
     s[to].vote = 0;
     DEPOSE(to)
  :: else
  fi;
  if
  :: KIND == REQUEST_VOTE -> on_request_vote()
  :: KIND == VOTE_REPLY -> on_vote_reply()
  :: KIND == APPEND -> on_append()
  :: KIND == APPEND_REPLY -> on_append_reply()
  fi
}

#define TIME_OUT(i) \
  :: d_step { \
       s[i].role != LEADER && s[i].term < TERMS && ROOM(2) -> \
       s[i].term = s[i].term + 1; \
       s[i].role = CANDIDATE; \
       s[i].vote = i + 1; \
       x = LAST_TERM(s[i]); \
       w = WORD(REQUEST_VOTE, (i + 1) % 3, 1, s[i].term, s[i].size, x, 0, 0); \
       put(); \
       w = WORD(REQUEST_VOTE, (i + 2) % 3, 0, s[i].term, s[i].size, x, 0, 0); \
       put() FORGET \
     }

#define PROPOSE(i) \
  :: d_step { \
       s[i].role == LEADER && s[i].size < LOG -> \
       s[i].log = s[i].log | s[i].term << s[i].size * 2; \
       s[i].size = s[i].size + 1 \
     }

/* far: 1 if the receiver is the server after i, 0 if it is the one after that. */
#define REPLICATE(i, to_, far) \
  :: d_step { \
       s[i].role == LEADER && ROOM(1) -> \
       x = AT(s[i].prev, to_); \
       y = (x < s[i].size -> ENTRY(s[i], x + 1) : 0); \
       w = WORD(APPEND, to_, far, s[i].term, x, (x == 0 -> 0 : ENTRY(s[i], x)), y, \
                MIN(s[i].commit, (y == 0 -> x : x + 1))); \
       put() FORGET \
     }

/* Of equal copies, the first stands for all. */
#define IS_FIRST(i) (net[i] != 0 && (i == 0 || net[i] != net[(i == 0 -> 0 : i - 1)]))
#define RECEIVE(i) :: d_step { IS_FIRST(i) -> receive(i) FORGET }
#define DROP(i) :: d_step { IS_FIRST(i) -> take(i) }

active proctype cluster() {
end:
  do
  TIME_OUT(0)
  TIME_OUT(1)
  TIME_OUT(2)
  PROPOSE(0)
  PROPOSE(1)
  PROPOSE(2)
  REPLICATE(0, 1, 1)
  REPLICATE(0, 2, 0)
  REPLICATE(1, 2, 1)
  REPLICATE(1, 0, 0)
  REPLICATE(2, 0, 1)
  REPLICATE(2, 1, 0)
  RECEIVE(0)
  DROP(0)
  RECEIVE(1)
  DROP(1)
#if INFLIGHT > 2
  RECEIVE(2)
  DROP(2)
#endif
#if INFLIGHT > 3
  RECEIVE(3)
  DROP(3)
#endif
#if INFLIGHT > 4
  RECEIVE(4)
  DROP(4)
#endif
#if INFLIGHT > 5
  RECEIVE(5)
  DROP(5)
#endif
  od
}
