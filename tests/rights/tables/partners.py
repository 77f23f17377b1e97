"""What protects the routes of integrations that are about partners."""

from typing import Any

from services.integrations.api.partners import ON_TOPIC, PARTNER, REPLAY
from shared.contracts.policy import Resource
from tests.rights.rows import Door, Place, Row, granted

KIND = Resource.PARTNER
ONE: dict[str, Any] = {"place": Place.ONE_OF_ALL}
STALE = {"If-Match": '"999999"'}
ABOUT = "/v1/partners/{partner}/subscriptions/{subscription_id}"
READ = (
    granted("GET /v1/partners", "read", KIND, place=Place.WHOLE_CHAIN),
    granted("GET /v1/partners/{partner}", "read", KIND, thing="partner", **ONE),
    granted("GET /v1/partners/{partner}/subscriptions", "read", KIND, thing="subscription_id", **ONE),
    granted(f"GET {ABOUT}", "read", KIND, thing="subscription_id", **ONE),
    granted(f"GET {ABOUT}/deliveries", "read", KIND, **ONE),
    Row("GET /v1/partner-contract", door=Door.SIGNED_IN),
    Row("GET /v1/partner-contract/asyncapi", door=Door.SIGNED_IN),
    Row("GET /v1/partner-contract/schemas/{event_type}", door=Door.SIGNED_IN),
)
ROWS = (
    *READ,
    granted("POST /v1/partners", "manage", KIND, place=Place.WHOLE_CHAIN, body=PARTNER),
    granted("POST /v1/partners/{partner}/close", "manage", KIND, headers=STALE, **ONE),
    granted("POST /v1/partners/{partner}/subscriptions", "manage", KIND, body=ON_TOPIC, **ONE),
    *(granted(f"POST {ABOUT}/{path}", "manage", KIND, headers=STALE, **ONE) for path in ("pause", "resume", "end")),
    granted(f"POST {ABOUT}/secret", "manage", KIND, headers=STALE, **ONE),
    granted(f"POST {ABOUT}/replay", "manage", KIND, body=REPLAY, **ONE),
    granted(f"POST {ABOUT}/ping", "manage", KIND, **ONE),
    granted(f"POST {ABOUT}/sandbox", "manage", KIND, body={}, **ONE),
)
