"""What protects the routes about threads, templates and channels."""

from services.integrations.api.message_templates import DECIDED, LOOKED_AT, PROPOSED, RULES, TAKEN_BACK
from services.integrations.api.threads import NEEDS_NONE, WRITTEN
from shared.contracts.policy import Resource
from tests.rights.rows import GUEST, PRIVATE, Barred, Door, Row, granted, of

HERE = {"property": "city"}
STALE = {"If-Match": '"999999"'}
WORDS = of(PRIVATE)
TEMPLATE = "/v1/message-templates/{property_id}/{code}"
ROWS = (
    Row("POST /v1/twilio/{property_id}/messages", door=Door.SECRET, body={}),
    Row("POST /v1/twilio/{property_id}/status/{message_id}", door=Door.SECRET, body={}),
    granted("GET /v1/threads", "read", Resource.MESSAGE, query=HERE, needs=WORDS, barred=Barred.ABSENT),
    granted("GET /v1/threads/{stay_id}", "read", Resource.MESSAGE, needs=WORDS, shows=WORDS, thing="stay_id"),
    granted("GET /v1/threads/{stay_id}/outlook", "request_message", Resource.MESSAGE),
    granted("POST /v1/threads/{stay_id}/messages", "request_message", Resource.MESSAGE, body=WRITTEN),
    granted("POST /v1/threads/{stay_id}/answered", "request_message", Resource.MESSAGE, headers=STALE),
    granted("GET /v1/unrecorded-messages", "read", Resource.MESSAGE, query=HERE, needs=WORDS, shows=WORDS),
    granted(
        "POST /v1/unrecorded-messages/{message_id}/settle",
        "request_message",
        Resource.MESSAGE,
        needs=WORDS,
        body=NEEDS_NONE,
        headers=STALE,
    ),
    granted("GET /v1/sending-rules/{property_id}", "read", Resource.MESSAGE),
    granted("PUT /v1/sending-rules/{property_id}", "manage", Resource.MESSAGE, body=RULES, headers=STALE),
    granted("GET /v1/message-templates/{property_id}", "read", Resource.MESSAGE),
    granted(f"GET {TEMPLATE}", "read", Resource.MESSAGE),
    granted(f"GET {TEMPLATE}/versions", "read", Resource.MESSAGE),
    granted(
        f"POST {TEMPLATE}/preview",
        "read",
        Resource.MESSAGE,
        body=LOOKED_AT | {"stay_id": "{stay_id}"},
        shows=of(GUEST),
    ),
    granted(f"PUT {TEMPLATE}", "manage", Resource.MESSAGE, body=PROPOSED, headers=STALE),
    granted(f"POST {TEMPLATE}/versions/{{version}}/decide", "manage", Resource.MESSAGE, body=DECIDED, headers=STALE),
    granted(
        f"POST {TEMPLATE}/versions/{{version}}/withdraw", "manage", Resource.MESSAGE, body=TAKEN_BACK, headers=STALE
    ),
)
