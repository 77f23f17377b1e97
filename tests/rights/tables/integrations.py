"""What protects the routes of integrations."""

from services.integrations.api.finance import ACTION
from services.integrations.api.messages import HANDED_OVER
from shared.contracts.policy import ANY, Resource
from tests.rights.rows import GUEST, PAYMENT, Barred, Door, Row, granted, of

HERE = {"property": "city"}
SAID = {"stay_id": "{stay_id}", "topic_code": "baby_cot", "text": "May we have a cot?"}
READ = of(GUEST)
ROWS = (
    Row("POST /v1/pms/{property_id}/{token}/{vendor}/events", door=Door.SECRET, body={}),
    Row("POST /v1/guest-messages/{property_id}/{token}", door=Door.SECRET, body=HANDED_OVER | {"stay_id": "{stay_id}"}),
    Row("POST /v1/finance/{property_id}/{token}/events", door=Door.SECRET, body=ACTION),
    granted(
        "GET /v1/stays",
        "read",
        Resource.STAY,
        query=HERE,
        thing="stay_id",
        barred=Barred.ABSENT,
        shows=of(PAYMENT),
    ),
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
    granted("POST /v1/guest-messages", "request_message", ANY, body=SAID),
    granted("POST /v1/drafts", "request_message", ANY, body={"stay_id": "{stay_id}", "text": "Your cot is there."}),
)
