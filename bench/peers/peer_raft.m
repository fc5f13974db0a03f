-- The common space of bench/peers (README.md says what its steps are), in Murphi.
--
-- The network is a multiset: messages in flight lie sorted, greatest first, zeros behind them, so
-- that equal multisets are equal states. A message is one word, which sorts and moves faster than
-- a record: kind (2 bits), receiver (2), sender (2), term (2), and four small numbers (2 each) that
-- each kind names for itself.
--
-- run_peers.py sets the bounds: TERMS and LOG 1 to 3, INFLIGHT from 2.

const
  TERMS: 2;
  LOG: 1;
  INFLIGHT: 3;

  REQUEST_VOTE: 0;
  VOTE_REPLY: 1;
  APPEND: 2;
  APPEND_REPLY: 3;

type
  Id: 0 .. 2;
  Term: 0 .. TERMS;
  Index: 0 .. LOG;
  Role: enum { FOLLOWER, CANDIDATE, LEADER };
  Slot: 0 .. INFLIGHT - 1;
  Small: 0 .. 3;
  Word: 0 .. 65534;  -- with "undefined", 2^16 values

  Server: record
    term: Term;
    role: Role;
    vote: Small;                    -- 0: none, else the server + 1
    size: Index;
    log: array [1 .. LOG] of Term;  -- zero behind the last entry
    commit: Index;
    prev: array [Id] of Index;      -- of a leader: the index before the next entry to send
    match: array [Id] of Index;     -- of a leader: the last index known to be equal there
  end;

var
  s: array [Id] of Server;
  net: array [Slot] of Word;

function word(kind: Small; dest: Id; source: Id; t: Term; a: Small; b: Small; c: Small;
              d: Small): Word;
begin
  return (kind << 14) | (dest << 12) | (source << 10) | (t << 8) | (a << 6) | (b << 4) | (c << 2) | d;
end;

-- Puts a message where it belongs. There is room: the last slot is empty.
procedure insert(w: Word);
var k: Slot;
begin
  k := INFLIGHT - 1;
  while k > 0 & net[k - 1] < w do
    net[k] := net[k - 1];
    k := k - 1;
  end;
  net[k] := w;
end;

procedure extract(i: Slot);
begin
  for k: Slot do
    if k >= i & k < INFLIGHT - 1 then
      net[k] := net[k + 1];
    end;
  end;
  net[INFLIGHT - 1] := 0;
end;

-- Of equal copies, the first stands for all.
function is_first(i: Slot): boolean;
begin
  return net[i] != 0 & (i = 0 | net[i] != net[i - 1]);
end;

function term_at(i: Id; index: Index): Term;
begin
  if index = 0 then
    return 0;
  end;
  return s[i].log[index];
end;

procedure become_follower(i: Id);
begin
  s[i].role := FOLLOWER;
  for j: Id do
    s[i].prev[j] := 0;
    s[i].match[j] := 0;
  end;
end;

-- What server i has committed agrees with what the others have.
procedure check_committed(i: Id);
begin
  for j: Id do
    for k: 1 .. LOG do
      assert "State Machine Safety"
        k > s[i].commit | k > s[j].commit | s[i].log[k] = s[j].log[k];
    end;
  end;
end;

procedure on_request_vote(i: Id; from: Id; t: Term; last: Index; last_term: Term);
var
  granted: Small;
  own_term: Term;
begin
  own_term := term_at(i, s[i].size);
  granted := 0;
  if t = s[i].term & (s[i].vote = 0 | s[i].vote = from + 1)
     & (last_term > own_term | (last_term = own_term & last >= s[i].size)) then
    granted := 1;
    s[i].vote := from + 1;
  end;
  insert(word(VOTE_REPLY, from, i, s[i].term, granted, 0, 0, 0));
end;

procedure on_vote_reply(i: Id; t: Term; granted: Small);
begin
  if granted = 1 & s[i].role = CANDIDATE & t = s[i].term then
    s[i].role := LEADER;
    for j: Id do
      if j != i then
        s[i].prev[j] := s[i].size;
        assert "Election Safety" s[j].role != LEADER | s[j].term != s[i].term;
      end;
    end;
  end;
end;

procedure on_append(i: Id; from: Id; t: Term; prev: Index; prev_term: Term; entry: Term;
                    commit: Index);
var
  match: Index;
  success: Small;
begin
  success := 0;
  match := 0;
  if t = s[i].term then
    assert "Election Safety" s[i].role != LEADER;
    s[i].role := FOLLOWER;
    if prev = 0 | (prev <= s[i].size & term_at(i, prev) = prev_term) then
      success := 1;
      match := prev;
      if entry != 0 then
        match := prev + 1;
        if match > s[i].size | s[i].log[match] != entry then
          assert "no committed entry is lost" prev >= s[i].commit;
          s[i].log[match] := entry;
          for k: 1 .. LOG do
            if k > match then
              s[i].log[k] := 0;
            end;
          end;
          s[i].size := match;
        end;
      end;
      if commit > s[i].commit then
        s[i].commit := commit;
        check_committed(i);
      end;
    end;
  end;
  insert(word(APPEND_REPLY, from, i, s[i].term, success, match, 0, 0));
end;

procedure on_append_reply(i: Id; from: Id; t: Term; success: Small; match: Index);
begin
  if s[i].role = LEADER & t = s[i].term then
    if success = 1 then
      if match > s[i].match[from] then
        s[i].match[from] := match;
      end;
      if match > s[i].prev[from] then
        s[i].prev[from] := match;
      end;
      if match > s[i].commit & s[i].log[match] = s[i].term then
        s[i].commit := match;
        check_committed(i);
      end;
    elsif s[i].prev[from] > s[i].match[from] then
      s[i].prev[from] := s[i].prev[from] - 1;
    end;
  end;
end;

procedure receive(m: Word);
var
  i: Id;
  from: Id;
  t: Term;
begin
  i := (m >> 12) & 3;
  from := (m >> 10) & 3;
  t := (m >> 8) & 3;
  if t > s[i].term then
    s[i].term := t;
    s[i].vote := 0;
    become_follower(i);
  end;
  switch m >> 14
    case REQUEST_VOTE: on_request_vote(i, from, t, (m >> 6) & 3, (m >> 4) & 3);
    case VOTE_REPLY: on_vote_reply(i, t, (m >> 6) & 3);
    case APPEND: on_append(i, from, t, (m >> 6) & 3, (m >> 4) & 3, (m >> 2) & 3, m % 4);
    case APPEND_REPLY: on_append_reply(i, from, t, (m >> 6) & 3, (m >> 4) & 3);
  end;
end;

startstate
begin
  for i: Id do
    s[i].term := 0;
    s[i].vote := 0;
    s[i].size := 0;
    for k: 1 .. LOG do
      s[i].log[k] := 0;
    end;
    s[i].commit := 0;
    become_follower(i);
  end;
  for k: Slot do
    net[k] := 0;
  end;
end;

ruleset i: Id do
  rule "TimeOut"
    s[i].role != LEADER & s[i].term < TERMS & net[INFLIGHT - 2] = 0
  ==>
  var last_term: Term;
  begin
    s[i].term := s[i].term + 1;
    s[i].role := CANDIDATE;
    s[i].vote := i + 1;
    last_term := term_at(i, s[i].size);
    for j: Id do
      if j != i then
        insert(word(REQUEST_VOTE, j, i, s[i].term, s[i].size, last_term, 0, 0));
      end;
    end;
  end;

  rule "Propose"
    s[i].role = LEADER & s[i].size < LOG
  ==>
  begin
    s[i].size := s[i].size + 1;
    s[i].log[s[i].size] := s[i].term;
  end;

  ruleset j: Id do
    rule "Replicate"
      i != j & s[i].role = LEADER & net[INFLIGHT - 1] = 0
    ==>
    var
      prev: Index;
      last: Index;
      entry: Term;
      commit: Index;
    begin
      prev := s[i].prev[j];
      last := prev;
      entry := 0;
      if prev < s[i].size then
        last := prev + 1;
        entry := s[i].log[last];
      end;
      commit := s[i].commit;
      if commit > last then
        commit := last;
      end;
      insert(word(APPEND, j, i, s[i].term, prev, term_at(i, prev), entry, commit));
    end;
  end;
end;

ruleset i: Slot do
  rule "Receive"
    is_first(i)
  ==>
  var m: Word;
  begin
    m := net[i];
    extract(i);
    receive(m);
  end;

  rule "Drop"
    is_first(i)
  ==>
  begin
    extract(i);
  end;
end;
