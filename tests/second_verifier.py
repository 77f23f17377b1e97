"""A second verifier of audit files that shares no code with the first: hashlib, cryptography and RFC 6962 alone."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Line = Mapping[str, Any]
Fault = tuple[str, int | None]


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _part(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _leaf(line: Line) -> bytes:
    headers = [(name.encode(), base64.b64decode(value)) for name, value in line["headers"]]
    data = _part(line["topic"].encode()) + _part(line["key"].encode()) + len(headers).to_bytes(4, "big")
    data += b"".join(_part(name) + _part(value) for name, value in headers)
    return _sha(b"\0" + data + _part(base64.b64decode(line["value"])))


class _Tree:
    """A binary counter of subtrees: slot k holds the root of 2**k leaves, or nothing."""

    def __init__(self) -> None:
        self.slots: list[bytes | None] = []
        self.size = 0

    def add(self, leaf: bytes) -> None:
        carry, k = leaf, 0
        while k < len(self.slots) and (left := self.slots[k]) is not None:
            carry, self.slots[k], k = _sha(b"\1" + left + carry), None, k + 1
        self.slots[k : k + 1] = [carry]
        self.size += 1

    def root(self) -> bytes:
        found: bytes | None = None
        for subtree in (one for one in self.slots if one is not None):
            found = subtree if found is None else _sha(b"\1" + subtree + found)
        return _sha(b"") if found is None else found


def _signed(head: Line, keys: Mapping[str, Line]) -> bool:
    said = [head["chain"], head["version"], head["size"], head["root"], head["at"].replace("+00:00", "Z")]
    said[4] = said[4] if "." in said[4] else said[4].replace("Z", ".000Z")
    said[4] = said[4][:23] + "Z"
    text = "\n".join(["bellboard-checkpoint/1", *map(str, said), head["key_id"], ""]).encode()
    try:
        raw = [base64.urlsafe_b64decode(one + "==") for one in (keys[head["key_id"]]["x"], head["signature"])]
        Ed25519PublicKey.from_public_bytes(raw[0]).verify(raw[1], text)
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True


def _proven(line: Line, size: int, root: str) -> bool:
    """RFC 6962: walk from the leaf; at each level the sibling stands left or right, or there is none."""
    here, first, width = bytes.fromhex(line["leaf"]), int(line["index"]), size
    path = [bytes.fromhex(one) for one in line["proof"]]
    while width > 1:
        if first % 2 or first + 1 < width:
            if not path:
                return False
            sibling = path.pop(0)
            here = _sha(b"\1" + (sibling + here if first % 2 else here + sibling))
        first, width = first // 2, (width + 1) // 2
    return not path and 0 <= int(line["index"]) < size and here.hex() == root


def verify(lines: Iterable[str], pinned: Mapping[str, Line] | None = None, witness: Iterable[Line] = ()) -> list[Fault]:
    """What is wrong with a whole log or with evidence, and with which entry; nothing for a sound one."""
    read = [json.loads(line) for line in lines]
    of = {kind: [one for one in read if one["kind"] == kind] for kind in ("key", "checkpoint", "entry", "end")}
    keys = pinned or {one["jwk"]["kid"]: one["jwk"] for one in of["key"]}
    heads = [*of["checkpoint"], *witness]
    faults: list[Fault] = [("unsigned", None) for head in heads if not _signed(head, keys)]
    sound = [head for head in heads if _signed(head, keys)]
    by_size: dict[int, str] = {}
    faults += [
        ("forked", head["size"] - 1) for head in sound if by_size.setdefault(head["size"], head["root"]) != head["root"]
    ]
    faults += [] if of["end"] else [("truncated", len(of["entry"]))]
    if "evidence" in read[0]["format"]:
        versions = {head["version"]: head for head in sound}
        for line in of["entry"]:
            head = versions.get(line["checkpoint"])
            faults += [("altered", line["index"])] if "value" in line and _leaf(line).hex() != line["leaf"] else []
            unproven = head is None or not _proven(line, head["size"], head["root"])
            faults += [("rewritten", line["index"])] if line["checkpoint"] is not None and unproven else []
        return faults + ([("deleted", None)] if of["end"] and of["end"][0]["entries"] != len(of["entry"]) else [])
    return faults + _whole(of["entry"], by_size, read[0]["size"])


def _whole(entries: list[Line], signed: Mapping[int, str], size: int) -> list[Fault]:
    tree, faults, lost = _Tree(), list[Fault](), False
    for place, line in enumerate(entries):
        if line["index"] != place and not lost:
            faults, lost = [*faults, ("deleted" if line["index"] > place else "reordered", place)], True
        if _leaf(line).hex() != line["leaf"]:
            faults.append(("altered", line["index"]))
        tree.add(bytes.fromhex(line["leaf"]))
        if not lost and tree.root().hex() != line["root"]:
            faults, lost = [*faults, ("reordered", line["index"])], True
        if not lost and signed.get(tree.size, tree.root().hex()) != tree.root().hex():
            faults, lost = [*faults, ("rewritten", tree.size - 1)], True
    return faults + ([("truncated", tree.size)] if tree.size < max([size, *signed]) else [])
