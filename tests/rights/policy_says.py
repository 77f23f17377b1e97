"""What the policy of a chain says, read off its grants one by one: slow, plain, and by no code of the product's."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Grant, Resource


@dataclass(frozen=True)
class Said:
    """Whether, and which classes of data are read and written by it."""

    allow: bool
    read: frozenset[DataClass]
    write: frozenset[DataClass]


def says(grants: Sequence[Grant], person: Principal, action: str, kind: str, own: bool) -> Said:
    """Whether a person may do this to this kind of thing; `own`: in a department of theirs, or of no department."""
    wanted = {kind} if kind in {str(one) for one in Resource} else {kind, "*"}
    found = [
        grant
        for grant in grants
        if set(grant.roles) & person.roles
        and action in grant.actions
        and set(grant.kinds) & wanted
        and kind not in grant.except_kinds
        and (own or not grant.own_department)
    ]
    read = {one for grant in found for one in grant.read}
    write = {one for grant in found for one in grant.write}
    return Said(bool(found), frozenset(read), frozenset(write))
