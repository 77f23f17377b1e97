"""What a chain changes of the policy it starts with, by role, action and kind; and what no chain may change."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.errors import Breach, breached
from shared.contracts.identity import DataClass, Role
from shared.contracts.kinds import RECORD_KINDS
from shared.contracts.policy import ANY, RESOURCES, Grant, Resource
from shared.contracts.values import Code, Frozen

Kind = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_]{0,63})$")]
OBLIGATIONS = frozenset({"reason", "second_factor", "approval"})
"""`approval`: a supervisor must agree, too; asked of swaps of shifts."""
OVERSIGHT = frozenset({"read", "verify", "status"})
MOST_EDITS = 200
_KEYS_OF_THE_HOUSE = (Resource.POLICY, Resource.STAFF, Resource.PROPERTY)


class Edit(Frozen):
    """Roles are allowed or denied some actions on some kinds (`*`: every kind of record).

    What is denied is denied however it was granted. What is allowed is so with these classes and obligations, beside
    whatever else the role was granted.
    """

    effect: Literal["allow", "deny"]
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]
    actions: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=50)] = (ANY,)
    own_department: bool = Field(default=False, strict=True)
    read: tuple[DataClass, ...] = (DataClass.ORDINARY,)
    write: tuple[DataClass, ...] = ()
    obligations: Annotated[tuple[Code, ...], Field(max_length=5)] = ()

    def granted(self) -> Grant:
        """An `allow` as the policy has it."""
        return Grant(
            roles=self.roles,
            actions=self.actions,
            kinds=self.kinds,
            own_department=self.own_department,
            read=self.read,
            write=self.write,
            obligations=self.obligations,
        )


def edited(grants: Iterable[Grant], edits: Iterable[Edit]) -> tuple[Grant, ...]:
    """The grants after a chain's edits, each on what the ones before it left."""
    held = tuple(grants)
    for edit in edits:
        if edit.effect == "allow":
            held = (*held, edit.granted())
        else:
            held = tuple(left for grant in held for left in _without(grant, edit))
    return held


def _without(grant: Grant, edit: Edit) -> Iterator[Grant]:
    """What is left of a grant: the roles that are not meant, of the others the actions, of those the kinds."""
    roles = [role for role in grant.roles if role in edit.roles]
    actions = [action for action in grant.actions if action in edit.actions]
    kinds, excepted = _left(grant, edit.kinds)
    if not roles or not actions or (kinds == grant.kinds and excepted == grant.except_kinds):
        yield grant
        return
    others = tuple(role for role in grant.roles if role not in roles)
    rest = tuple(action for action in grant.actions if action not in actions)
    if others:
        yield grant.model_copy(update={"roles": others})
    if rest:
        yield grant.model_copy(update={"roles": tuple(roles), "actions": rest})
    if kinds:
        update = {"roles": tuple(roles), "actions": tuple(actions), "kinds": kinds, "except_kinds": excepted}
        yield grant.model_copy(update=update)


def _left(grant: Grant, denied: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    every = ANY in denied  # every kind of record; a Resource is only ever named
    kinds = tuple(kind for kind in grant.kinds if kind not in denied and not (every and kind not in RESOURCES))
    more = [kind for kind in denied if kind not in RESOURCES and kind != ANY and kind not in grant.except_kinds]
    return kinds, (*grant.except_kinds, *more) if ANY in kinds else ()


def edit_faults(edits: Sequence[Edit], known_actions: frozenset[str]) -> list[Breach]:
    """Everything that is wrong with edits: unknown words, and what would lock a chain out or bind its auditor."""
    found = []
    for number, edit in enumerate(edits):
        unknown = sorted(set(edit.actions) - known_actions)
        if unknown:
            found.append(_breach(number, "actions", "known_action", f"There is no action {', '.join(unknown)}."))
        misspelt = sorted(set(edit.kinds) - RECORD_KINDS - RESOURCES - {ANY})
        if misspelt:
            found.append(_breach(number, "kinds", "known_kind", f"There is no kind {', '.join(misspelt)}."))
        strange = sorted(set(edit.obligations) - OBLIGATIONS)
        if strange:
            found.append(_breach(number, "obligations", "known_obligation", f"There is no {', '.join(strange)}."))
        found += [_breach(number, "roles", rule, message) for rule, message in _guards(edit)]
    return found


def _guards(edit: Edit) -> Iterator[tuple[str, str]]:
    if Role.BREAK_GLASS in edit.roles:
        yield "break_glass", "What break-glass may do is the same in every chain: it must work when all else is wrong."
    if Role.AUDITOR in edit.roles and (edit.effect == "deny" or edit.write or set(edit.actions) - OVERSIGHT):
        yield "auditor_independent", "An auditor reads everything and changes nothing."
    if Role.CHAIN_ADMIN in edit.roles and edit.effect == "deny" and set(edit.kinds) & set(_KEYS_OF_THE_HOUSE):
        yield "own_administration", "Administrators keep staff, properties and policy: nobody else could give it back."
    if edit.effect == "allow" and Resource.AUDIT in edit.kinds and set(edit.actions) - OVERSIGHT:
        yield "auditor_independent", "The audit log can be read and verified, and nothing else."


def require_sound(edits: Sequence[Edit], known_actions: frozenset[str]) -> None:
    """Refuse edits with all their faults at once."""
    faults = edit_faults(edits, known_actions)
    if faults:
        raise breached(faults)


def _breach(number: int, field: str, rule: str, message: str) -> Breach:
    return Breach(field=f"edits.{number}.{field}", rule=rule, message=message)
