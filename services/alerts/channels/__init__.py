"""The channels that reach people: one file each and one line here."""

from collections.abc import Callable

from services.alerts.channels.inbox import Inbox
from services.alerts.ports import Channel, NoticeStore

REGISTRY: dict[str, Callable[[NoticeStore], Channel]] = {
    "inbox": Inbox,
}
