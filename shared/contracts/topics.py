"""The topics: named after the business noun and a major version; partition counts are fixed for a topic's life."""

from pydantic import Field

from shared.contracts.values import Frozen

_DAY_MS = 86_400_000


class Topic(Frozen):
    """One Kafka topic and how it is kept; `owner` is the only service that may write it."""

    name: str
    owner: str
    partitions: int = 8
    compacted: bool = False
    days: int = 30
    in_sync: int = Field(default=1, description="How many copies must have a record before it is acknowledged")
    said: str = Field(description="One sentence for the AsyncAPI document")

    @property
    def config(self) -> dict[str, str]:
        """Kafka topic settings."""
        kept = {
            "max.message.bytes": "1048576",
            "compression.type": "producer",
            "min.insync.replicas": str(self.in_sync),
        }
        if self.compacted:
            return kept | {
                "cleanup.policy": "compact",
                # Longer than any outage of audit, so that no version is compacted away unread.
                "min.compaction.lag.ms": str(14 * _DAY_MS),
                "delete.retention.ms": str(14 * _DAY_MS),
            }
        return kept | {"cleanup.policy": "delete", "retention.ms": str(self.days * _DAY_MS)}


RECORDS = "records.v1"
STAYS = "stays.v1"
GUESTS = "guests.v1"
INVENTORY = "inventory.v1"
MONEY = "money.v1"
MESSAGES = "messages.v1"
ALERTS = "alerts.v1"
REPORTS = "reports.v1"
STAFF = "staff.v1"
POLICY = "policy.v1"
ACCESS = "access.v1"
CHECKPOINTS = "audit.checkpoints.v1"

TOPICS: tuple[Topic, ...] = (
    Topic(name=RECORDS, owner="records", said="Every change of a record, offer or handover, with its state after."),
    Topic(name=STAYS, owner="integrations", compacted=True, said="Our mirror of each PMS reservation, newest kept."),
    Topic(
        name=GUESTS,
        owner="integrations",
        compacted=True,
        partitions=4,
        said="Guests to be forgotten: asked for, approved, done in every store; kept for ever, ids only.",
    ),
    Topic(
        name=INVENTORY, owner="integrations", compacted=True, said="Rooms, occupancy and capacity by property and day."
    ),
    Topic(
        name=MONEY, owner="integrations", said="Postings of charges, refunds, deposits and costs, and their outcome."
    ),
    Topic(
        name=MESSAGES, owner="integrations", said="Guest messages in and out: ids, channel and delivery, never text."
    ),
    Topic(name=ALERTS, owner="alerts", said="Alerts opened, escalated, acknowledged and resolved."),
    Topic(name=REPORTS, owner="reporting", said="Report runs, spot checks and reviews."),
    Topic(
        name=STAFF, owner="auth", compacted=True, partitions=4, said="Staff, their roles, shifts and session epochs."
    ),
    Topic(
        name=POLICY, owner="auth", compacted=True, partitions=1, said="Who may do what, public keys and the heartbeat."
    ),
    Topic(name=ACCESS, owner="any", partitions=4, days=14, said="Reads of sensitive fields, for the audit log only."),
    Topic(name=CHECKPOINTS, owner="auth", partitions=1, days=365, said="Signed heads of the audit log."),
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
AUDITED: tuple[str, ...] = tuple(t.name for t in TOPICS if t.name != CHECKPOINTS)
