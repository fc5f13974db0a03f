#!/usr/bin/env python3
"""Reads golden.txt by FORMAT.md alone, and writes it again: a second implementation of the format.

    format_test.py GOLDEN    exits 1 and says where, unless every frame comes back as it was
"""

import sys

KINDS = {
    "request_vote": (1, "id id number number number bool"),
    "request_vote_reply": (2, "id id number bool"),
    "append_entries": (3, "id id number number number entries number number"),
    "append_entries_reply": (4, "id id number bool number number number number"),
    "pre_vote": (5, "id id number number number"),
    "pre_vote_reply": (6, "id id number bool"),
    "timeout_now": (7, "id id number"),
    "read_index": (8, "id id number number"),
    "read_index_reply": (9, "id id number number number"),
    "install_snapshot": (10, "id id number number number number text bool membership"),
    "install_snapshot_reply": (11, "id id number number number bool"),
    "journal_start": (32, "id durable"),
    "write": (33, "maybe-hard_state maybe-snapshot maybe-number entries number number"),
    "election_timeout": (64, ""),
    "heartbeat_timeout": (65, ""),
    "lease_timeout": (66, ""),
    "propose": (67, "text"),
    "read": (68, "number"),
    "transfer": (69, "id"),
    "compact": (70, "number text"),
    "change_membership": (71, "set set"),
    "persisted": (72, "hard_state number number"),
    "restart": (73, "durable"),
    "propose_batch": (74, "texts"),
    "report": (96, "number number id maybe-snapshot number entries numbers bool bool bool"),
}
PARTS = {
    "membership": "set set set",
    "hard_state": "number id",
    "snapshot": "number number text membership",
    "log": "number number entries",
    "durable": "hard_state log snapshot",
}


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Reader:
    def __init__(self, data):
        self.rest = data

    def octets(self, count):
        assert count <= len(self.rest), "the bytes end too early"
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def number(self):
        value = shift = 0
        while True:
            byte = self.octets(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                assert byte or shift == 7, "not the shortest form"
                assert value < 2**64
                return value

    def many(self, what):
        return [self.read(what) for _ in range(self.number())]

    def read(self, what):
        if what in PARTS:
            return [self.read(part) for part in PARTS[what].split()]
        if what.startswith("maybe-"):
            return [self.read(what[len("maybe-"):])] if self.read("bool") else []
        if what == "bool":
            value = self.number()
            assert value < 2
            return value
        if what == "text":
            return self.octets(self.number())
        if what == "entries":
            return self.many("entry")
        if what == "numbers":
            return self.many("number")
        if what == "texts":
            return self.many("text")
        if what == "entry":
            entry = [self.number(), self.number(), self.read("text")]
            assert entry[1] < 3
            return entry + ([self.read("membership")] if entry[1] == 2 else [])
        assert what in ("number", "id", "set"), what
        return self.number()


def leb128(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def written(what, value):
    if what in PARTS:
        return b"".join(map(written, PARTS[what].split(), value))
    if what.startswith("maybe-"):
        return leb128(len(value)) + b"".join(written(what[len("maybe-"):], held) for held in value)
    if what == "text":
        return leb128(len(value)) + value
    if what in ("entries", "numbers", "texts"):
        item = {"entries": "entry", "numbers": "number", "texts": "text"}[what]
        return leb128(len(value)) + b"".join(written(item, held) for held in value)
    if what == "entry":
        head = leb128(value[0]) + leb128(value[1]) + written("text", value[2])
        return head + b"".join(written("membership", held) for held in value[3:])
    return leb128(value)


def framed(kind, payload):
    header = bytes([1, kind]) + len(payload).to_bytes(4, "little")
    checks = [crc32c(header), crc32c(header + payload)]
    first, second = (check.to_bytes(4, "little") for check in checks)
    return header + first + payload + second


def check(name, frame):
    kind, fields = KINDS[name]
    length = int.from_bytes(frame[2:6], "little")
    assert len(frame) == 10 + length + 4, "the length is wrong"
    reader = Reader(frame[10:10 + length])
    values = [reader.read(field) for field in fields.split()]
    assert not reader.rest, "bytes are left over"
    again = framed(kind, b"".join(map(written, fields.split(), values)))
    assert again == frame, f"written again it is {again.hex()}"


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    left = set(KINDS)
    for number, line in enumerate(open(sys.argv[1], encoding="ascii"), start=1):
        name, text = line.split()
        try:
            check(name, bytes.fromhex(text))
        except AssertionError as error:
            print(f"{sys.argv[1]}:{number}: {name}: {error}")
            return 1
        left.discard(name)
    if left:
        print(f"{sys.argv[1]}: no frame of {', '.join(sorted(left))}")
        return 1
    print(f"{len(KINDS)} kinds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
