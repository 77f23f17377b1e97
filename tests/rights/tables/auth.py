"""What protects the routes of auth."""

from services.auth.api.directory import CHANGED
from services.auth.api.invitations import ACCEPTED, INVITED
from services.auth.api.policy import ASKED, RULED, TAKEN_BACK, TRIED
from services.auth.api.sessions import SIGN_IN
from shared.contracts.policy import Resource
from tests.rights.rows import STAFF, Door, Place, Row, granted, of

CHAIN, ALL = Place.CHAIN, Place.WHOLE_CHAIN
AUDIT, PEOPLE, POLICY = Resource.AUDIT, Resource.STAFF, Resource.POLICY
STALE = {"If-Match": '"999999"'}
HOTEL = {"id": "new", "name": "New", "zone": "Europe/Lisbon", "currency": "EUR", "rooms": 12}
PERSON = {"display_name": "Nuno", "roles": ["associate"], "departments": ["front_office"], "properties": ["city"]}
ROWS = (
    Row("POST /v1/sessions", door=Door.OPEN, body=SIGN_IN),
    Row("POST /v1/sessions/refresh", door=Door.OPEN, body={"refresh_token": "none"}),
    Row("DELETE /v1/sessions/current", door=Door.SIGNED_IN),
    Row("GET /v1/me", door=Door.SIGNED_IN),
    Row("GET /.well-known/jwks.json", door=Door.OPEN),
    Row("POST /v1/me/second-factor", door=Door.SIGNED_IN),
    Row("POST /v1/me/second-factor/confirm", door=Door.SIGNED_IN, body={"code": "123456"}),
    Row("POST /v1/invitations/accept", door=Door.OPEN, body=ACCEPTED),
    granted("POST /v1/staff/{staff_id}/invitations", "reset", PEOPLE, body=INVITED),
    granted("GET /v1/properties", "read", Resource.PROPERTY, place=CHAIN),
    granted("POST /v1/properties", "manage", Resource.PROPERTY, place=ALL, body=HOTEL),
    granted("GET /v1/staff", "read", PEOPLE, place=CHAIN, shows=of(STAFF)),
    granted("POST /v1/staff", "manage", PEOPLE, place=CHAIN, body=PERSON),
    granted("GET /v1/staff/{staff_id}", "read", PEOPLE, thing="staff_id", shows=of(STAFF)),
    granted("PATCH /v1/staff/{staff_id}", "manage", PEOPLE, body=CHANGED),
    granted("GET /v1/policy", "read", POLICY, place=CHAIN),
    granted("PUT /v1/policy", "manage", POLICY, place=ALL, body=ASKED, headers=STALE),
    granted("POST /v1/policy/preview", "manage", POLICY, place=ALL, body=TRIED),
    granted("GET /v1/policy/versions", "read", POLICY, place=CHAIN),
    granted("GET /v1/policy/versions/{version}/preview", "read", POLICY, place=CHAIN),
    granted("POST /v1/policy/versions/{version}/decide", "manage", POLICY, place=ALL, body=RULED, headers=STALE),
    granted("POST /v1/policy/versions/{version}/withdraw", "manage", POLICY, place=ALL, body=TAKEN_BACK, headers=STALE),
    granted("GET /v1/audit", "read", AUDIT, place=CHAIN),
    granted("GET /v1/audit/{index}/proof", "read", AUDIT),
    granted("GET /v1/audit/head", "read", AUDIT, place=CHAIN),
    granted("GET /v1/audit/consistency", "verify", AUDIT, place=CHAIN, query={"old": 1, "new": 2}),
    granted("GET /v1/audit/export", "verify", AUDIT, place=ALL),
)
