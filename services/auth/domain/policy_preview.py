"""Who gains and who loses what by a change of the policy, by person, action and kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.identity import DataClass, Role
from shared.contracts.policy import ANY, Grant, kinds_covering
from shared.contracts.staff import StaffMember
from shared.contracts.values import Code, Frozen


class Ability(Frozen):
    """What somebody may do, or may no more: in departments of their own, or in any."""

    action: Code
    kind: str
    own_department: bool
    read: tuple[DataClass, ...] = ()
    write: tuple[DataClass, ...] = ()
    obligations: tuple[str, ...] = ()


class Affected(Frozen):
    """One person and what the change means to them."""

    staff_id: str
    roles: tuple[Role, ...]
    gains: tuple[Ability, ...] = ()
    loses: tuple[Ability, ...] = ()


class Preview(Frozen):
    """How many people gain something and how many lose something, and who. Nothing was changed."""

    gaining: int
    losing: int
    people: tuple[Affected, ...]


@dataclass(frozen=True)
class _May:
    allow: bool = False
    read: frozenset[DataClass] = frozenset()
    write: frozenset[DataClass] = frozenset()
    obligations: frozenset[str] = frozenset()


_Question = tuple[str, str, bool]


def previewed(before: Sequence[Grant], after: Sequence[Grant], staff: Iterable[StaffMember]) -> Preview:
    """The difference for everybody who works; people for whom nothing changes are not named."""
    questions = sorted({question for grant in (*before, *after) for question in _asked(grant)})
    known: dict[frozenset[Role], tuple[tuple[Ability, ...], tuple[Ability, ...]]] = {}
    people = []
    for person in staff:
        roles = frozenset(person.roles)
        if roles not in known:
            old, new = _answers(before, roles, questions), _answers(after, roles, questions)
            known[roles] = _more(old, new), _more(new, old)
        gains, loses = known[roles]
        if person.active and (gains or loses):
            people.append(Affected(staff_id=person.id, roles=person.roles, gains=gains, loses=loses))
    gaining, losing = sum(bool(one.gains) for one in people), sum(bool(one.loses) for one in people)
    return Preview(gaining=gaining, losing=losing, people=tuple(sorted(people, key=lambda one: one.staff_id)))


def _asked(grant: Grant) -> Iterable[_Question]:
    kinds = {*grant.kinds, *grant.except_kinds}
    return ((action, kind, own) for action in grant.actions for kind in kinds for own in (True, False))


def _answers(grants: Sequence[Grant], roles: frozenset[Role], questions: Sequence[_Question]) -> dict[_Question, _May]:
    mine = [grant for grant in grants if roles & set(grant.roles)]
    return {question: _may(mine, *question) for question in questions}


def _may(grants: Sequence[Grant], action: str, kind: str, own: bool) -> _May:
    covering = set(kinds_covering(kind))
    found = [
        grant
        for grant in grants
        if action in grant.actions
        and covering & set(grant.kinds)
        and kind not in grant.except_kinds
        and (own or not grant.own_department)
    ]
    if not found:
        return _May()
    return _May(
        True,
        frozenset().union(*(grant.read for grant in found)),
        frozenset().union(*(grant.write for grant in found)),
        frozenset.intersection(*(frozenset(grant.obligations) for grant in found)),
    )


def _more(old: Mapping[_Question, _May], new: Mapping[_Question, _May]) -> tuple[Ability, ...]:
    """What `new` allows beyond `old`; what holds of every kind and department is said once."""
    wider = {question: gained for question in new if (gained := _beyond(old[question], new[question])) is not None}
    told = [
        (question, gained) for question, gained in sorted(wider.items()) if not _said_already(question, gained, wider)
    ]
    return tuple(
        Ability(
            action=action,
            kind=kind,
            own_department=own,
            read=tuple(sorted(gained.read)),
            write=tuple(sorted(gained.write)),
            obligations=tuple(sorted(gained.obligations)),
        )
        for (action, kind, own), gained in told
    )


def _beyond(old: _May, new: _May) -> _May | None:
    if not new.allow:
        return None
    lighter = old.allow and bool(old.obligations - new.obligations)
    read, write = new.read - old.read, new.write - old.write
    if old.allow and not (read or write or lighter):
        return None
    return _May(True, read, write, new.obligations)


def _said_already(question: _Question, gained: _May, wider: Mapping[_Question, _May]) -> bool:
    action, kind, own = question
    in_any_department = own and wider.get((action, kind, False)) == gained
    of_any_kind = kind != ANY and ANY in kinds_covering(kind) and wider.get((action, ANY, own)) == gained
    return in_any_department or of_any_kind
