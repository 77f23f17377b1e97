"""The books of a run and their audit: acknowledged commands, event rows, topic records and effects, held against
each other as sets, and the order of each aggregate.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import attrgetter


@dataclass(frozen=True)
class Told:
    """A command that a caller was told is done: its Idempotency-Key, and what it left at which version."""

    key: str
    subject: str = ""
    version: int = 0


@dataclass(frozen=True)
class Row:
    """An event row of some service's store."""

    id: str
    topic: str
    subject: str
    version: int
    type: str
    correlation: str
    cause: str | None


@dataclass(frozen=True)
class Copy:
    """A record on a topic that holds an event."""

    id: str
    subject: str
    version: int


@dataclass(frozen=True)
class Effect:
    """What one consumer made of some topics: the id of each event as often as it had its effect."""

    name: str
    topics: frozenset[str]
    events: Sequence[str]


@dataclass(frozen=True)
class Books:
    """All of it, read when nothing is on its way any more. `wire` is in the order of each partition.

    `reached` says how far each consumer group has come with each aggregate; `compacted` names topics of which Kafka
    keeps the newest version only, `beheaded` those whose first records it has lost: their order is not known any more.
    """

    told: Sequence[Told]
    rows: Sequence[Row]
    wire: Mapping[str, Sequence[Copy]]
    effects: Sequence[Effect]
    reached: Mapping[tuple[str, str, str], int] = field(default_factory=dict)  # (group, topic, aggregate) → version
    states: Mapping[str, int] = field(default_factory=dict)  # aggregate → version of its state
    compacted: frozenset[str] = frozenset()
    beheaded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What was found: each a sentence."""

    lost: Sequence[str]
    doubled: Sequence[str]
    disordered: Sequence[str]

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.doubled or self.disordered)

    def __str__(self) -> str:
        found = (*self.lost, *self.doubled, *self.disordered)
        return "\n".join(found[:20]) or "nothing lost, nothing doubled, all in order"


def audit(books: Books) -> Verdict:
    """Hold the books against each other."""
    return Verdict(
        lost=[*_commands_lost(books), *_records_lost(books), *_effects_lost(books), *_states_behind(books)],
        doubled=[*_commands_doubled(books), *_rows_doubled(books), *_effects_doubled(books), *_states_ahead(books)],
        disordered=[*_out_of_order(books), *_gaps(books)],
    )


def _commands_lost(books: Books) -> Iterator[str]:
    known = {row.correlation for row in books.rows}
    versions = {(row.subject, row.version) for row in books.rows}
    for one in books.told:
        if one.key not in known:
            yield f"command {one.key} was acknowledged and has no event"
        elif one.version and (one.subject, one.version) not in versions:
            yield f"command {one.key} was told version {one.version} of {one.subject}, which has no event"


def _commands_doubled(books: Books) -> Iterator[str]:
    told = {one.key for one in books.told}
    done = Counter(
        (row.correlation, row.type, row.subject) for row in books.rows if row.correlation in told and row.cause is None
    )
    yield from (f"command {key} did {what} to {subject} {n} times" for (key, what, subject), n in done.items() if n > 1)
    opened = Counter(row.correlation for row in books.rows if row.type == "record.opened.v1" and row.cause is None)
    yield from (f"command {key} opened {n} records" for key, n in opened.items() if n > 1 and key in told)


def _records_lost(books: Books) -> Iterator[str]:
    for topic, rows in _by_topic(books.rows).items():
        there = {copy.id for copy in books.wire.get(topic, ())}
        newest = {row.subject: row.version for row in sorted(rows, key=attrgetter("version"))}
        for row in rows:
            superseded = topic in books.compacted and row.version < newest[row.subject]
            if row.id not in there and not superseded:
                yield f"event {row.id} ({row.type}, version {row.version} of {row.subject}) is not on {topic}"


def _rows_doubled(books: Books) -> Iterator[str]:
    places = Counter((row.subject, row.version) for row in books.rows)
    yield from (f"version {v} of {subject} was written {n} times" for (subject, v), n in places.items() if n > 1)
    stored = {row.id for row in books.rows}
    for topic, copies in books.wire.items():
        yield from (f"{topic} holds {one.id}, which no store wrote" for one in copies if one.id not in stored)


def _effects_lost(books: Books) -> Iterator[str]:
    for effect in books.effects:
        had = set(effect.events)
        for row in books.rows:
            if row.topic in effect.topics and row.id not in had:
                yield f"event {row.id} ({row.type}) had no effect in {effect.name}"


def _effects_doubled(books: Books) -> Iterator[str]:
    for effect in books.effects:
        times = Counter(effect.events)
        yield from (f"event {one} had its effect in {effect.name} {n} times" for one, n in times.items() if n > 1)


def _states_behind(books: Books) -> Iterator[str]:
    newest = _newest(books.rows)
    for (group, topic, subject), version in books.reached.items():
        if version < newest.get((topic, subject), 0):
            yield f"{group} has come to version {version} of {subject}, which is at {newest[topic, subject]}"
    written = _written(books)
    for subject, version in books.states.items():
        if version < written.get(subject, 0):
            yield f"the state of {subject} is at version {version}, behind its events"


def _states_ahead(books: Books) -> Iterator[str]:
    written = _written(books)
    for subject, version in books.states.items():
        if version > written.get(subject, 0):
            yield f"the state of {subject} is at version {version}, its events end at {written.get(subject, 0)}"


def _out_of_order(books: Books) -> Iterator[str]:
    """Of each aggregate, the first copies of its versions stand in order."""
    for topic in books.wire.keys() - books.beheaded:
        copies = books.wire[topic]
        first: dict[tuple[str, int], None] = {}
        for copy in copies:
            first.setdefault((copy.subject, copy.version))
        for subject, found in groupby(sorted(first, key=lambda place: place[0]), key=lambda place: place[0]):
            for (_, before), (_, after) in pairwise(found):
                if after < before:
                    yield f"{topic}: version {after} of {subject} stands after {before}"


def _gaps(books: Books) -> Iterator[str]:
    versions: dict[str, set[int]] = {}
    for row in books.rows:
        versions.setdefault(row.subject, set()).add(row.version)
    for subject, found in versions.items():
        missing = set(range(1, max(found) + 1)) - found
        if missing:
            yield f"versions {sorted(missing)[:5]} of {subject} were never written"


def _by_topic(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.topic, []).append(row)
    return found


def _newest(rows: Iterable[Row]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        found[row.topic, row.subject] = max(row.version, found.get((row.topic, row.subject), 0))
    return found


def _written(books: Books) -> dict[str, int]:
    return {subject: version for (_, subject), version in _newest(books.rows).items()}
