// etcd/raft 3.4, three RawNodes in one process: N proposals of 16 bytes, batch by batch, committed and
// applied everywhere. Driven as its documentation says: Ready; what it holds into the MemoryStorage;
// its messages to the others; its committed entries to the state machine; Advance. No network, no
// ticks, no goroutines.
package main

import (
	"encoding/binary"
	"fmt"
	"io/ioutil"
	"log"
	"os"
	"strconv"

	"go.etcd.io/etcd/raft"
	"go.etcd.io/etcd/raft/raftpb"
)

const servers = 3

type node struct {
	raw     *raft.RawNode
	storage *raft.MemoryStorage
	applied uint64 // entries that carry a command
	digest  uint64
}

type cluster struct {
	nodes [servers + 1]*node // by id
	queue []raftpb.Message
	steps uint64
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func newCluster() *cluster {
	c := &cluster{}
	logger := &raft.DefaultLogger{Logger: log.New(ioutil.Discard, "", 0)}
	for id := uint64(1); id <= servers; id++ {
		storage := raft.NewMemoryStorage()
		// As Bootstrap recommends: a storage whose first index is above 1 holds the membership.
		must(storage.ApplySnapshot(raftpb.Snapshot{Metadata: raftpb.SnapshotMetadata{
			Index: 1, Term: 1, ConfState: raftpb.ConfState{Voters: []uint64{1, 2, 3}}}}))
		raw, err := raft.NewRawNode(&raft.Config{
			ID: id, ElectionTick: 10, HeartbeatTick: 1, Storage: storage, Applied: 1,
			MaxSizePerMsg: 1024 * 1024, MaxInflightMsgs: 256, Logger: logger})
		must(err)
		c.nodes[id] = &node{raw: raw, storage: storage}
	}
	must(c.nodes[1].raw.Campaign())
	c.settle()
	return c
}

// Handles what each server has ready, and delivers, until nobody has anything more to say.
func (c *cluster) settle() {
	for busy := true; busy; {
		busy = false
		for id := 1; id <= servers; id++ {
			n := c.nodes[id]
			for n.raw.HasReady() {
				c.handle(n)
				busy = true
			}
		}
		arriving := c.queue
		c.queue = nil
		for i := range arriving {
			busy = true
			c.steps++
			must(c.nodes[arriving[i].To].raw.Step(arriving[i]))
		}
	}
}

func (c *cluster) handle(n *node) {
	rd := n.raw.Ready()
	if !raft.IsEmptyHardState(rd.HardState) {
		must(n.storage.SetHardState(rd.HardState))
	}
	must(n.storage.Append(rd.Entries))
	c.queue = append(c.queue, rd.Messages...)
	for i := range rd.CommittedEntries {
		data := rd.CommittedEntries[i].Data
		if len(data) == 0 {
			continue
		}
		n.applied++
		for ; len(data) >= 8; data = data[8:] {
			n.digest = (n.digest ^ binary.LittleEndian.Uint64(data)) * 0x9E3779B97F4A7C15
		}
	}
	n.raw.Advance(rd)
}

func main() {
	entries, _ := strconv.ParseUint(os.Args[1], 10, 64)
	batch, _ := strconv.ParseUint(os.Args[2], 10, 64)
	rounds, _ := strconv.ParseUint(os.Args[3], 10, 64)
	var steps uint64
	for r := uint64(0); r < rounds; r++ {
		c := newCluster()
		for i := uint64(0); i < entries; i += batch {
			// One message for the whole batch: proposed one by one, each would be sent by itself.
			proposals := make([]raftpb.Entry, batch)
			for k := range proposals {
				proposals[k].Data = []byte("sixteen bytes...")
			}
			c.steps++
			must(c.nodes[1].raw.Step(raftpb.Message{Type: raftpb.MsgProp, From: 1, Entries: proposals}))
			c.settle()
		}
		for id := 1; id <= servers; id++ {
			if c.nodes[id].applied != entries || c.nodes[id].digest != c.nodes[1].digest {
				log.Fatalf("server %d applied %d of %d entries", id, c.nodes[id].applied, entries)
			}
		}
		steps += c.steps
	}
	fmt.Printf("{\"entries\": %d, \"steps\": %d}\n", entries*rounds, steps)
}
