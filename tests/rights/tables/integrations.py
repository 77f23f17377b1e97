"""What protects the routes of integrations."""

from typing import Any

from services.integrations.api.commands import REDRIVE
from services.integrations.api.comments import NOTE, SETTLED
from services.integrations.api.connections import CONNECTION
from services.integrations.api.consents import SAID as CONSENT
from services.integrations.api.erasures import AGREED, ASKED
from services.integrations.api.finance import ACTION
from services.integrations.api.messages import HANDED_OVER
from services.integrations.api.pms import TASK
from shared.contracts.policy import ANY, Resource
from tests.rights.rows import GUEST, PAYMENT, PRIVATE, Barred, Door, Place, Row, granted, of
from tests.rights.tables.messages import ROWS as MESSAGES
from tests.rights.tables.money import ROWS as BOOKS
from tests.rights.tables.partners import ROWS as PARTNERS

HERE = {"property": "city"}
SAID = {"stay_id": "{stay_id}", "topic_code": "baby_cot", "text": "May we have a cot?"}
READ = of(GUEST)
WORDS = of(PRIVATE)
FILE = of(GUEST, PRIVATE)
STALE = {"If-Match": '"999999"'}
FORGET = ASKED | {"guest_id": "{guest_id}"}
RETAINED = {"days": 400, "expected": 0, "reason": "A test."}
OPERATED: dict[str, Any] = {"place": Place.WHOLE_CHAIN}
ROWS = (
    Row("POST /v1/pms/{property_id}/{token}/{vendor}/events", door=Door.SECRET, body={}),
    Row("POST /v1/pms/{property_id}/{token}/{vendor}/tasks", door=Door.SECRET, body=TASK),
    Row("POST /v1/guest-messages/{property_id}/{token}", door=Door.SECRET, body=HANDED_OVER | {"stay_id": "{stay_id}"}),
    Row("POST /v1/finance/{property_id}/{token}/events", door=Door.SECRET, body=ACTION),
    granted("GET /v1/masked-cards", "status", Resource.OPERATION, place=Place.CHAIN),
    granted(
        "GET /v1/stays",
        "read",
        Resource.STAY,
        query=HERE,
        thing="stay_id",
        barred=Barred.ABSENT,
        shows=of(PAYMENT),
    ),
    granted("GET /v1/stays/{stay_id}/pms", "read", Resource.STAY),
    granted("POST /v1/stays/{stay_id}/notes", "request_message", ANY, body=NOTE),
    granted("GET /v1/comments", "read", Resource.COMMENT, query=HERE, needs=WORDS, shows=WORDS, thing="comment_id"),
    granted(
        "POST /v1/comments/{comment_id}/settle", "settle", Resource.COMMENT, needs=WORDS, body=SETTLED, headers=STALE
    ),
    granted("GET /v1/commands", "read", Resource.COMMAND, query=HERE, thing="command_id"),
    granted("GET /v1/commands/{command_id}", "read", Resource.COMMAND, thing="command_id"),
    granted("POST /v1/commands/{command_id}/redrive", "redrive", Resource.COMMAND, body=REDRIVE, headers=STALE),
    granted("GET /v1/connections", "read", Resource.CONNECTION, place=Place.CHAIN),
    granted("GET /v1/connections/{property_id}", "read", Resource.CONNECTION, thing="property_id"),
    granted("GET /v1/readiness/{property_id}", "read", Resource.CONNECTION, thing="property_id"),
    granted("PUT /v1/connections/{property_id}", "manage", Resource.CONNECTION, body=CONNECTION, headers=STALE),
    granted("GET /v1/stays/{stay_id}", "read", Resource.STAY, thing="stay_id", shows=of(PAYMENT)),
    granted(
        "GET /v1/guests",
        "read",
        Resource.GUEST,
        query={"ids": "{guest_id}"},
        thing="guest_id",
        needs=READ,
        shows=READ,
        barred=Barred.ABSENT,
    ),
    granted(
        "POST /v1/guests/search",
        "read",
        Resource.GUEST,
        body={"name": "{guest_name}", "property_id": "city"},
        thing="guest_id",
        needs=READ,
        barred=Barred.ABSENT,
    ),
    granted(
        "GET /v1/guests/{guest_id}/file",
        "export",
        Resource.GUEST,
        thing="guest_id",
        needs=FILE,
        shows=of(GUEST, PAYMENT, PRIVATE),
    ),
    granted("POST /v1/erasures", "erase", Resource.GUEST, body=FORGET),
    granted("POST /v1/erasures/{erasure_id}/decision", "erase", Resource.GUEST, body=AGREED, headers=STALE),
    granted("GET /v1/erasures", "erase", Resource.GUEST, place=Place.CHAIN),
    granted("GET /v1/erasures/{erasure_id}", "erase", Resource.GUEST, thing="erasure_id"),
    granted("POST /v1/erasures/replay", "erase", Resource.GUEST, place=Place.WHOLE_CHAIN),
    granted("GET /ops/v1/retention", "status", Resource.OPERATION, **OPERATED),
    granted("GET /ops/v1/retention/{name}/simulation", "status", Resource.OPERATION, query={"days": 400}, **OPERATED),
    granted("PUT /ops/v1/retention/{name}", "retain", Resource.OPERATION, body=RETAINED, **OPERATED),
    granted("POST /v1/guest-links", "request_message", ANY, body={"stay_id": "{stay_id}", "form": "feedback"}),
    Row("GET /g/{secret}", door=Door.SECRET),
    Row("POST /g/{secret}", door=Door.SECRET),
    granted("GET /v1/guests/{guest_id}/consents", "request_message", Resource.MESSAGE),
    granted("POST /v1/guests/{guest_id}/consents", "request_message", Resource.MESSAGE, body=CONSENT),
    *MESSAGES,
    *PARTNERS,
    *BOOKS,
    granted("POST /v1/guest-messages", "request_message", ANY, body=SAID),
    granted("POST /v1/drafts", "request_message", ANY, body={"stay_id": "{stay_id}", "text": "Your cot is there."}),
)
