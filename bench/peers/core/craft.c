/* C-Raft 0.15, three servers in one process: N proposals of 16 bytes, batch by batch, committed and
 * applied everywhere. Driven through raft_io, as its documentation says: what is to be appended is
 * copied to a disk in memory, messages to the receiver (their entries in one piece), and callbacks are
 * made in the order in which they were asked for. No network; the clock is moved by hand. */
#include <raft.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SERVERS = 3 };

struct server {
  struct raft raft;
  struct raft_io io;
  struct raft_fsm fsm;
  raft_io_tick_cb tick;
  raft_io_recv_cb recv;
  raft_term term;
  raft_id vote;
  struct raft_entry* disk;
  size_t disk_count, disk_room;
  unsigned long long applied, digest;
};

struct event {
  enum { APPENDED, SENT, MESSAGE } kind;
  struct server* server; /* of a message: the receiver */
  void* request;
  struct raft_message message;
};

static struct server servers[SERVERS];
static struct event* queue;
static size_t queue_first, queue_end, queue_room;
static raft_time now;
static unsigned long long steps;
static char address[SERVERS][2] = {"1", "2", "3"};

static void die(const char* what) {
  fprintf(stderr, "craft: %s\n", what);
  exit(1);
}

static struct event* push(int kind, struct server* server, void* request) {
  if (queue_first == queue_end) queue_first = queue_end = 0;
  if (queue_end == queue_room) {
    queue_room = queue_room ? 2 * queue_room : 64;
    queue = realloc(queue, queue_room * sizeof *queue);
    if (!queue) die("no memory");
  }
  struct event* event = &queue[queue_end++];
  event->kind = kind;
  event->server = server;
  event->request = request;
  return event;
}

/* Copies entries with their data in one piece. */
static void* copy_data(const struct raft_entry* from, struct raft_entry* to, unsigned n) {
  size_t size = 0;
  for (unsigned i = 0; i < n; ++i) size += from[i].buf.len;
  char* batch = raft_malloc(size);
  char* at = batch;
  for (unsigned i = 0; i < n; ++i) {
    to[i] = from[i];
    to[i].buf.base = at;
    to[i].batch = batch;
    memcpy(at, from[i].buf.base, from[i].buf.len);
    at += from[i].buf.len;
  }
  return batch;
}

static int io_init(struct raft_io* io, raft_id id, const char* where) {
  (void)io, (void)id, (void)where;
  return 0;
}
static void io_close(struct raft_io* io, raft_io_close_cb cb) { cb(io); }
static int io_load(struct raft_io* io, raft_term* term, raft_id* vote, struct raft_snapshot** snapshot,
                   raft_index* start, struct raft_entry** entries, size_t* n) {
  struct raft_configuration members;
  (void)io;
  raft_configuration_init(&members);
  for (int i = 0; i < SERVERS; ++i) {
    if (raft_configuration_add(&members, (raft_id)i + 1, address[i], RAFT_VOTER)) die("configuration");
  }
  *entries = raft_calloc(1, sizeof **entries);
  (*entries)->term = 1;
  (*entries)->type = RAFT_CHANGE;
  if (raft_configuration_encode(&members, &(*entries)->buf)) die("configuration");
  raft_configuration_close(&members);
  *term = 1;
  *vote = 0;
  *snapshot = NULL;
  *start = 1;
  *n = 1;
  return 0;
}
static int io_start(struct raft_io* io, unsigned msecs, raft_io_tick_cb tick, raft_io_recv_cb recv) {
  struct server* server = io->impl;
  (void)msecs;
  server->tick = tick;
  server->recv = recv;
  return 0;
}
static int io_set_term(struct raft_io* io, raft_term term) {
  struct server* server = io->impl;
  server->term = term;
  server->vote = 0;
  return 0;
}
static int io_set_vote(struct raft_io* io, raft_id vote) {
  ((struct server*)io->impl)->vote = vote;
  return 0;
}
static int io_send(struct raft_io* io, struct raft_io_send* request, const struct raft_message* message,
                   raft_io_send_cb cb) {
  struct server* from = io->impl;
  request->cb = cb;
  struct event* event = push(MESSAGE, &servers[message->server_id - 1], NULL);
  event->message = *message;
  event->message.server_id = from->raft.id;
  event->message.server_address = from->raft.address;
  if (message->type == RAFT_IO_APPEND_ENTRIES) {
    struct raft_append_entries* append = &event->message.append_entries;
    const struct raft_entry* entries = append->entries;
    append->entries = NULL;
    if (append->n_entries) {
      append->entries = raft_malloc(append->n_entries * sizeof *entries);
      copy_data(entries, append->entries, append->n_entries);
    }
  }
  push(SENT, from, request);
  return 0;
}
static int io_append(struct raft_io* io, struct raft_io_append* request,
                     const struct raft_entry* entries, unsigned n, raft_io_append_cb cb) {
  struct server* server = io->impl;
  request->cb = cb;
  if (server->disk_count + n > server->disk_room) {
    server->disk_room = 2 * (server->disk_count + n);
    server->disk = realloc(server->disk, server->disk_room * sizeof *server->disk);
    if (!server->disk) die("no memory");
  }
  copy_data(entries, server->disk + server->disk_count, n);
  server->disk_count += n;
  push(APPENDED, server, request);
  return 0;
}
static int io_truncate(struct raft_io* io, raft_index index) {
  (void)io, (void)index;
  die("nothing is to be truncated here");
  return 0;
}
static raft_time io_time(struct raft_io* io) {
  (void)io;
  return now;
}
static int io_random(struct raft_io* io, int min, int max) {
  return io->impl == &servers[0] ? min : max - 1;
}

static int fsm_apply(struct raft_fsm* fsm, const struct raft_buffer* buffer, void** result) {
  struct server* server = fsm->data;
  uint64_t words[2];
  ++server->applied;
  memcpy(words, buffer->base, sizeof words);
  for (size_t i = 0; i < 2; ++i) server->digest = (server->digest ^ words[i]) * 0x9E3779B97F4A7C15U;
  *result = NULL;
  return 0;
}

static void settle(void) {
  while (queue_first < queue_end) {
    struct event event = queue[queue_first++];
    if (event.kind == APPENDED) {
      struct raft_io_append* request = event.request;
      request->cb(request, 0);
    } else if (event.kind == SENT) {
      struct raft_io_send* request = event.request;
      request->cb(request, 0);
    } else {
      ++steps;
      event.server->recv(&event.server->io, &event.message);
    }
  }
}

static void start(int i) {
  struct server* server = &servers[i];
  memset(server, 0, sizeof *server);
  server->io = (struct raft_io){.version = 1, .impl = server, .init = io_init, .close = io_close,
                                .load = io_load, .start = io_start, .set_term = io_set_term,
                                .set_vote = io_set_vote, .send = io_send, .append = io_append,
                                .truncate = io_truncate, .time = io_time, .random = io_random};
  server->fsm = (struct raft_fsm){.version = 1, .data = server, .apply = fsm_apply};
  if (raft_init(&server->raft, &server->io, &server->fsm, (raft_id)i + 1, address[i])) die("raft_init");
  raft_set_snapshot_threshold(&server->raft, 1U << 30);
  if (raft_start(&server->raft)) die("raft_start");
}

static void stop(struct server* server) {
  raft_close(&server->raft, NULL);
  for (size_t i = 0; i < server->disk_count; ++i) {
    if (i == 0 || server->disk[i].batch != server->disk[i - 1].batch) raft_free(server->disk[i].batch);
  }
  free(server->disk);
}

static void tick(int i, unsigned msecs) {
  now += msecs;
  servers[i].tick(&servers[i].io);
  settle();
}

static void on_applied(struct raft_apply* request, int status, void* result) {
  (void)result;
  if (status) die("a proposal failed");
  free(request);
}

static void commit(unsigned long long entries, unsigned batch) {
  struct raft_buffer buffers[1024];
  for (unsigned long long i = 0; i < entries; i += batch) {
    for (unsigned k = 0; k < batch; ++k) {
      buffers[k].len = 16;
      buffers[k].base = raft_malloc(16);
      memcpy(buffers[k].base, "sixteen bytes...", 16);
    }
    struct raft_apply* request = malloc(sizeof *request);
    ++steps;
    if (raft_apply(&servers[0].raft, request, buffers, batch, on_applied)) die("raft_apply");
    settle();
  }
  tick(0, 200); /* a heartbeat, which tells the followers what is committed */
}

int main(int argc, char** argv) {
  if (argc != 4) die("usage: craft ENTRIES BATCH ROUNDS");
  const unsigned long long entries = strtoull(argv[1], NULL, 10), rounds = strtoull(argv[3], NULL, 10);
  const unsigned batch = (unsigned)strtoul(argv[2], NULL, 10);
  if (batch < 1 || batch > 1024) die("BATCH is 1 to 1024");
  for (unsigned long long r = 0; r < rounds; ++r) {
    for (int i = 0; i < SERVERS; ++i) start(i);
    tick(0, 1500);
    if (raft_state(&servers[0].raft) != RAFT_LEADER) die("no leader");
    commit(entries, batch);
    for (int i = 0; i < SERVERS; ++i) {
      if (servers[i].applied != entries || servers[i].digest != servers[0].digest) die("not all applied");
    }
    for (int i = 0; i < SERVERS; ++i) stop(&servers[i]);
  }
  printf("{\"entries\": %llu, \"steps\": %llu}\n", entries * rounds, steps);
  return 0;
}
