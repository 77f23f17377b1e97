"""What is told of a change of a chain's policy, and what callers are shown of it."""

from services.auth.domain.policy_edits import Edit
from services.auth.domain.policy_versions import PolicyVersion, VersionState
from services.auth.ports.sessions import KeyRing
from shared.contracts.access import AccessEvent, AccessRead
from shared.contracts.envelope import Change, NewEvent
from shared.contracts.identity import Actor, DataClass
from shared.contracts.policy import Grant, PolicyChange, PolicyChangeEvent, PolicyEvent, PolicySnapshot
from shared.contracts.values import Frozen, Instant

CHAIN_WIDE = "*"


class ShownVersion(Frozen):
    """One version of a chain's own edits: who asked for it and why, who decided."""

    version: int
    base: int
    state: VersionState
    in_force: bool
    digest: str
    proposed_by: str
    proposed_at: Instant
    reason: str
    decided_by: str | None
    decided_at: Instant | None
    decision: str | None
    policy_version: int | None
    edits: tuple[Edit, ...]


class ShownVersions(Frozen):
    """Versions, newest first. `next` is the cursor of the following page, if there is one."""

    versions: tuple[ShownVersion, ...]
    next: int | None = None


class ShownPolicy(Frozen):
    """A chain's policy in force, what of it is the chain's own, and what waits for a second administrator."""

    chain: str
    version: int
    revision: int
    edits: tuple[Edit, ...]
    grants: tuple[Grant, ...]
    waiting: tuple[ShownVersion, ...]


def shown(version: PolicyVersion, approved: int) -> ShownVersion:
    """A version as administrators and auditors see it."""
    plain = {name: getattr(version, name) for name in ShownVersion.model_fields if hasattr(version, name)}
    words = {"reason": version.reason.text, "decision": version.decision.text if version.decision else None}
    return ShownVersion.model_validate(plain | words | {"in_force": version.version == approved})


def change_told(chain: str, verb: str, version: PolicyVersion, by: Actor, now: Instant) -> NewEvent:
    """A step of one change: with the edits where it is proposed, for the audit log; the reason is a digest."""
    said = version.decision or version.reason
    edits = [edit.model_dump(mode="json") for edit in version.edits]
    changes = (
        (Change(field="edits", data_class=DataClass.SECURITY, before=None, after=edits),)
        if verb == "proposed"
        else (Change(field="state", before=VersionState.PROPOSED.value, after=version.state.value),)
    )
    return NewEvent(
        type=f"policy_change.{verb}.v1",
        chain=chain,
        property_id=CHAIN_WIDE,
        subject=f"policy-change:{chain}:{version.version}",
        sequence=version.seq,
        time=now,
        body=PolicyChangeEvent(
            actor=by,
            reason=said.as_ref,
            changes=changes,
            change=PolicyChange(
                number=version.version,
                base=version.base,
                digest=version.digest,
                policy_version=version.policy_version,
            ),
        ),
    )


def published_told(policy: PolicySnapshot, by: Actor, now: Instant, keys: KeyRing) -> NewEvent:
    """A policy that is in force from now on, under auth's seal."""
    subject = f"policy:{policy.chain}"
    sealed = keys.sealed(subject, policy.version, {"policy": policy.model_dump(mode="json")})
    return NewEvent(
        type="policy.published.v1",
        chain=policy.chain,
        property_id=CHAIN_WIDE,
        subject=subject,
        sequence=policy.version,
        time=now,
        body=PolicyEvent(actor=by, policy=policy, **sealed),
    )


def refusal_told(chain: str, subject: str, by: Actor, now: Instant, event_id: str) -> NewEvent:
    """Somebody tried to change the policy without the right to."""
    access = AccessRead(subjects=(subject,), action="manage", classes=(DataClass.SECURITY,), refused=True)
    return NewEvent(
        type="access.refused.v1",
        chain=chain,
        property_id=CHAIN_WIDE,
        subject=event_id,
        sequence=1,
        time=now,
        body=AccessEvent(actor=by, access=access),
    )
