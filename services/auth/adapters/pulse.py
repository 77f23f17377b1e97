"""The heartbeat on `policy.v1`: neither an event row nor audited."""

import logging

from shared.chassis.kafka import KafkaError
from shared.chassis.relay import Relay
from shared.contracts import topics
from shared.contracts.policy import Heartbeat
from shared.contracts.values import SYSTEM_CHAIN, iso

log = logging.getLogger(__name__)
TYPE = "policy.heartbeat.v1"


class KafkaPulse:
    """Sends heartbeats as the relay sends events; each replaces the last, as the topic is compacted by key."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def beat(self, said: Heartbeat, beat_id: str) -> None:
        """Send one heartbeat; a broker that is down is not an error, for then everybody will notice."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": beat_id,
            "ce_type": TYPE,
            "ce_source": "/bellboard/auth",
            "ce_subject": "heartbeat",
            "ce_time": iso(said.at),
            "ce_chainid": SYSTEM_CHAIN,
            "ce_propertyid": "*",
            "ce_sequence": "1",
            "ce_correlationid": beat_id,
            "content-type": "application/json",
        }
        value = said.model_dump_json().encode()
        wire = [(name, text.encode("ascii")) for name, text in headers.items()]
        try:
            await self._relay.send_raw(topics.POLICY, b"heartbeat", value, wire)
        except (KafkaError, OSError, TimeoutError) as failure:
            log.warning("no heartbeat was sent (%s)", type(failure).__name__)
