"""The channels that reach people: one file each and one line here."""

from collections.abc import Callable

from services.alerts.channels.inbox import Inbox
from services.alerts.ports import Channel
from services.alerts.store import MongoNotices

REGISTRY: dict[str, Callable[[MongoNotices], Channel]] = {
    "inbox": Inbox,
}
