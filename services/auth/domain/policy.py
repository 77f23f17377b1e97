"""The policy a chain starts with: who may do what, by role; everything that is not granted is denied."""

from collections.abc import Iterable

from shared.contracts.identity import DataClass, Role
from shared.contracts.policy import OF_THOSE_IN_CHARGE, Grant, PolicySnapshot, Resource

ORDINARY, GUEST, PAYMENT = DataClass.ORDINARY, DataClass.GUEST_IDENTITY, DataClass.PAYMENT
SECURITY, STAFF, PRIVATE = DataClass.SECURITY, DataClass.STAFF, DataClass.PRIVATE_STAY
EVERYTHING = tuple(DataClass)
SERVED = (ORDINARY, GUEST, PRIVATE)
DISCLOSED = (ORDINARY, GUEST, PRIVATE, PAYMENT)
MANAGED = (ORDINARY, GUEST, PRIVATE, PAYMENT, STAFF)

ON_THE_FLOOR = (Role.ASSOCIATE, Role.SUPERVISOR, Role.DUTY_MANAGER, Role.GENERAL_MANAGER, Role.REVENUE_MANAGER)
IN_CHARGE = (Role.DUTY_MANAGER, Role.GENERAL_MANAGER)
REVIEWERS = (Role.SUPERVISOR, *IN_CHARGE)
MONEY = (Role.FINANCE, Role.REVENUE_MANAGER)

WORK = (
    "create",
    "accept",
    "decline",
    "check_value",
    "approve",
    "block",
    "unblock",
    "resume",
    "edit",
    "propose",
    "note",
    "raise_exception",
    "complete",
    "hand_off",
    "add_line",
    "request_message",
    "ask",
    "answer",
    "watch",
    "checklist",
    "subtask",
    "link_stay",
    "merge",
    "attach",
)
ADVANCE = ("create", "note", "ask", "accept", "edit", "block", "unblock", "checklist", "complete")
"""What a program may do on records, if its key says so."""

REVIEW = ("review_exception", "decide_proposal")
BREAK_GLASS = (*WORK, *REVIEW, "reopen", "reassign", "read")

SENSITIVE = (
    "review_exception",
    "decide_proposal",
    "add_line",
    "reopen",
    "manage",
    "reset",
    "verify",
    "redrive",
    "rebuild",
    "republish",
    "reread",
    "silence",
    "erase",
    "export",
    "retain",
)
"""Refused while the policy is stale: they move money, undo a decision, or change who may do what."""


def default_grants() -> tuple[Grant, ...]:
    """The grants of a chain that has not edited its policy."""
    return (*_records(), *_money(), *_around_records(), *_administration(), *_oversight(), *_emergency())


def known_actions() -> frozenset[str]:
    """Every action that somebody may do by the policy that chains start with: others do not exist."""
    return frozenset(action for grant in default_grants() for action in grant.actions)


def snapshot(chain: str, version: int, grants: Iterable[Grant]) -> PolicySnapshot:
    """A chain's whole policy at a version, as every service reads it."""
    return PolicySnapshot(chain=chain, version=version, grants=tuple(grants), sensitive_actions=SENSITIVE)


def _grant(
    roles: Iterable[Role],
    actions: Iterable[str],
    *kinds: Resource,
    own: bool = False,
    read: Iterable[DataClass] = (ORDINARY,),
    write: Iterable[DataClass] = (),
    obligations: Iterable[str] = (),
    but: Iterable[str] = OF_THOSE_IN_CHARGE,
) -> Grant:
    every = not kinds
    return Grant(
        roles=tuple(roles),
        actions=tuple(actions),
        kinds=tuple(kind.value for kind in kinds) or ("*",),
        except_kinds=tuple(but) if every else (),
        own_department=own,
        read=tuple(read),
        write=tuple(write),
        obligations=tuple(obligations),
    )


def _records() -> tuple[Grant, ...]:
    # What is sensitive among these becomes a proposal in records, whoever writes it; the right to ask is ordinary.
    worked = (ORDINARY, GUEST, PRIVATE, PAYMENT)
    return (
        # Other departments see how the work stands and the value that was promised, not what is private about it.
        _grant((*ON_THE_FLOOR, Role.FINANCE, Role.INTEGRATION), ("read",)),
        # Asking, and handing work to whom it belongs, crosses departments by nature.
        _grant(ON_THE_FLOOR, ("create", "enter_late", "ask", "answer", "note", "watch"), write=(ORDINARY, PRIVATE)),
        _grant((Role.ASSOCIATE,), ("read",), own=True, read=SERVED),
        _grant((Role.ASSOCIATE, Role.SUPERVISOR), WORK, own=True, read=SERVED, write=worked),
        _grant((Role.SUPERVISOR, Role.REVENUE_MANAGER), ("read",), own=True, read=MANAGED),
        _grant((Role.SUPERVISOR,), REVIEW, own=True, read=MANAGED, write=MANAGED, obligations=("reason",)),
        _grant((Role.SUPERVISOR,), ("reopen",), own=True, read=SERVED, write=worked, obligations=("reason",)),
        _grant((Role.SUPERVISOR,), ("reassign",), own=True, read=SERVED, obligations=("reason",)),
        _grant((Role.SUPERVISOR,), ("hand_off", "accept"), read=SERVED, write=(ORDINARY,)),
        _grant(IN_CHARGE, ("read",), read=MANAGED, but=()),
        _grant(IN_CHARGE, WORK, read=MANAGED, write=worked, but=()),
        _grant(IN_CHARGE, ("reassign",), read=MANAGED, obligations=("reason",), but=()),
        _grant(IN_CHARGE, (*REVIEW, "reopen"), read=MANAGED, write=MANAGED, obligations=("reason",), but=()),
        # What a program takes on stays its owner's; checking a value and approving it are left to people.
        _grant((Role.INTEGRATION,), ADVANCE, write=worked),
    )


def _money() -> tuple[Grant, ...]:
    priced = (ORDINARY, PAYMENT)
    return (
        _grant(MONEY, ("read",), read=(ORDINARY, PAYMENT)),
        _grant(MONEY, ("note", "ask", "answer", "raise_exception"), read=priced, write=(ORDINARY,)),
        _grant(MONEY, ("add_line", "propose", "decide_proposal"), read=priced, write=priced, obligations=("reason",)),
        _grant(MONEY, REVIEW, own=True, read=MANAGED, write=(*SERVED, PAYMENT), obligations=("reason",)),
        _grant((Role.REVENUE_MANAGER,), ("reassign",), own=True, read=priced, obligations=("reason",)),
        _grant(MONEY, ("reopen",), own=True, read=priced, write=priced, obligations=("reason",)),
        _grant(MONEY, WORK, own=True, read=(*SERVED, PAYMENT), write=(*SERVED, PAYMENT)),
    )


def _around_records() -> tuple[Grant, ...]:
    desk, priced = (*ON_THE_FLOOR, Role.FINANCE), (ORDINARY, PAYMENT)
    return (
        _grant((*desk, Role.INTEGRATION), ("read",), Resource.STAY, Resource.INVENTORY),
        _grant((*REVIEWERS, *MONEY), ("read",), Resource.STAY, read=MANAGED),
        _grant(ON_THE_FLOOR, ("read",), Resource.GUEST, Resource.MESSAGE, own=True, read=SERVED),
        _grant(ON_THE_FLOOR, ("request_message",), Resource.MESSAGE, read=SERVED, write=SERVED),
        _grant(IN_CHARGE, ("read",), Resource.GUEST, Resource.MESSAGE, read=SERVED),
        # How guests are written to, and in which words, is the house's; one proposes, another agrees.
        _grant((Role.GENERAL_MANAGER, Role.CHAIN_ADMIN), ("read", "manage"), Resource.MESSAGE, write=(ORDINARY,)),
        # Two people forget a guest, or hand over all that is held of one: the law asks the house, not the shift.
        _grant((Role.GENERAL_MANAGER, Role.CHAIN_ADMIN), ("erase",), Resource.GUEST, obligations=("reason",)),
        _grant((Role.GENERAL_MANAGER, Role.CHAIN_ADMIN), ("export",), Resource.GUEST, read=DISCLOSED),
        _grant(desk, ("read", "acknowledge"), Resource.ALERT),
        # What watches over the hotel itself (broken glass, gaps in the log) is answered by who answers for the hotel.
        _grant((Role.GENERAL_MANAGER, Role.CHAIN_ADMIN), ("oversee",), Resource.ALERT),
        _grant(REVIEWERS, ("prepare",), Resource.HANDOVER, read=SERVED, obligations=("reason",)),
        _grant(REVIEWERS, ("silence",), Resource.ALERT, obligations=("reason",)),
        _grant(desk, ("read", "acknowledge"), Resource.HANDOVER, read=SERVED),
        _grant(desk, ("read",), Resource.RULES),
        _grant((Role.GENERAL_MANAGER, Role.CHAIN_ADMIN), ("read", "manage"), Resource.RULES, write=(ORDINARY,)),
        _grant((*REVIEWERS, *MONEY), ("read", "review"), Resource.REPORT, read=(ORDINARY, PAYMENT)),
        _grant(IN_CHARGE, ("read",), Resource.REPORT, read=(ORDINARY, PAYMENT, STAFF)),
        _grant((*IN_CHARGE, *MONEY), ("manage",), Resource.REPORT, write=(ORDINARY,)),
        _grant(ON_THE_FLOOR, ("spot_check",), Resource.REPORT, write=(ORDINARY,)),
        _grant(ON_THE_FLOOR, ("read",), Resource.OFFER),
        _grant((Role.REVENUE_MANAGER, Role.GENERAL_MANAGER), ("manage",), Resource.OFFER, write=(ORDINARY, PAYMENT)),
        _grant((*IN_CHARGE, *MONEY), ("read",), Resource.INCENTIVE, read=(ORDINARY, STAFF)),
        _grant((*REVIEWERS, *MONEY), ("read",), Resource.POSTING, read=(ORDINARY, PAYMENT)),
        _grant((*IN_CHARGE, Role.FINANCE), ("read", "charge"), Resource.PAYMENT, read=priced, write=priced),
        _grant((Role.GENERAL_MANAGER, Role.FINANCE), ("refund", "decide"), Resource.PAYMENT, read=priced, write=priced),
        _grant((Role.FINANCE,), ("close", "reconcile"), Resource.PAYMENT, read=priced, write=priced),
        # What the PMS did not take, and what stands in its comments: whoever runs the desk puts it right.
        _grant((*REVIEWERS, *MONEY, Role.CHAIN_ADMIN), ("read",), Resource.COMMAND),
        _grant((*IN_CHARGE, Role.FINANCE, Role.CHAIN_ADMIN), ("redrive",), Resource.COMMAND, obligations=("reason",)),
        _grant((*REVIEWERS, Role.REVENUE_MANAGER), ("read", "settle"), Resource.COMMENT, read=SERVED),
    )


def _administration() -> tuple[Grant, ...]:
    admin = (Role.CHAIN_ADMIN,)
    return (
        _grant((*ON_THE_FLOOR, Role.FINANCE), ("read",), Resource.STAFF, Resource.PROPERTY),
        _grant((*REVIEWERS, *admin), ("read",), Resource.STAFF, Resource.PROPERTY, read=(ORDINARY, STAFF)),
        _grant(admin, ("manage",), Resource.STAFF, Resource.PROPERTY, read=(ORDINARY, STAFF), write=(ORDINARY, STAFF)),
        # Gaps of the audit log, broken glass and deaf partners ring here: who is rung can answer.
        _grant(admin, ("read", "acknowledge"), Resource.ALERT),
        _grant((*admin, Role.GENERAL_MANAGER), ("read", "manage"), Resource.SERVICE_ACCOUNT, read=(ORDINARY, STAFF)),
        _grant((*admin, Role.INTEGRATION), ("scim",), Resource.STAFF, read=(ORDINARY, STAFF), write=(ORDINARY, STAFF)),
        # Who swaps with whom is theirs to say; an associate's supervisor agrees, unless the chain says otherwise.
        _grant((Role.ASSOCIATE,), ("swap",), Resource.STAFF, obligations=("approval",)),
        _grant((*REVIEWERS, *MONEY), ("swap",), Resource.STAFF),
        _grant((Role.SUPERVISOR,), ("approve_swap",), Resource.STAFF, own=True, read=(ORDINARY, STAFF)),
        _grant(IN_CHARGE, ("approve_swap",), Resource.STAFF, read=(ORDINARY, STAFF)),
        _grant((*REVIEWERS, *MONEY), ("delegate",), Resource.STAFF, obligations=("reason",)),
        _grant(REVIEWERS, ("break_glass",), Resource.STAFF, obligations=("reason",)),
        _grant((*admin, Role.GENERAL_MANAGER), ("review_glass",), Resource.STAFF, read=(ORDINARY, STAFF)),
        _grant((*REVIEWERS, *admin), ("reset",), Resource.STAFF, obligations=("reason",)),
        _grant(admin, ("read", "manage"), Resource.POLICY, read=(ORDINARY, SECURITY), write=(ORDINARY, SECURITY)),
        _grant((*admin, Role.GENERAL_MANAGER), ("read",), Resource.REPORT),
        # Nobody lets a partner see what they may not see themselves: the classes here bound what can be granted.
        _grant(admin, ("read", "manage"), Resource.PARTNER, read=(ORDINARY, PAYMENT, GUEST), write=(ORDINARY,)),
        # A partner's own program: which partner is its own, integrations knows.
        _grant((*admin, Role.INTEGRATION), ("subscribe",), Resource.PARTNER, write=(ORDINARY,)),
        _grant((*admin, Role.GENERAL_MANAGER), ("read", "manage"), Resource.CONNECTION, write=(ORDINARY,)),
        _grant(admin, ("status",), Resource.OPERATION),
        _grant(
            admin, ("redrive", "rebuild", "republish", "reread", "retain"), Resource.OPERATION, obligations=("reason",)
        ),
    )


def _oversight() -> tuple[Grant, ...]:
    """An auditor reads everything and writes nothing."""
    auditor = (Role.AUDITOR,)
    everywhere = tuple(kind for kind in Resource if kind is not Resource.OPERATION)
    return (
        _grant(auditor, ("read",), read=EVERYTHING, but=()),
        _grant(auditor, ("read",), *everywhere, read=EVERYTHING),
        _grant(auditor, ("verify",), Resource.AUDIT, read=EVERYTHING),
        _grant(auditor, ("status",), Resource.OPERATION),
    )


def _emergency() -> tuple[Grant, ...]:
    glass, desk = (Role.BREAK_GLASS,), (Resource.STAY, Resource.GUEST, Resource.ALERT, Resource.HANDOVER)
    return (
        _grant(glass, BREAK_GLASS, read=MANAGED, write=MANAGED, obligations=("reason",)),
        _grant(glass, ("read", "acknowledge"), *desk, read=SERVED, obligations=("reason",)),
    )
