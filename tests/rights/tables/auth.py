"""What protects the routes of auth."""

from services.auth.api.delegations import LENT
from services.auth.api.directory import CHANGED
from services.auth.api.federation import BEGIN, REDEEM
from services.auth.api.glass import BROKEN, REVIEWED
from services.auth.api.importing import LIST
from services.auth.api.invitations import ACCEPTED, INVITED
from services.auth.api.policy import ASKED, RULED, TAKEN_BACK, TRIED
from services.auth.api.providers import LINKED, TERMS
from services.auth.api.service_accounts import EXCHANGED, ISSUED, OPENED
from services.auth.api.sessions import SIGN_IN
from services.auth.api.shift_swaps import AGREED, OFFERED, SAID_YES
from shared.contracts.policy import Resource
from tests.rights.rows import STAFF, Door, Place, Row, granted, of

CHAIN, ALL, ONE_OF_ALL = Place.CHAIN, Place.WHOLE_CHAIN, Place.ONE_OF_ALL
PROGRAMS, SCIM, ONE = Resource.SERVICE_ACCOUNT, "/scim/v2", ("GET", "PUT", "PATCH", "DELETE")
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
    granted("POST /v1/properties/{property_id}/live", "manage", Resource.PROPERTY, place=ONE_OF_ALL, headers=STALE),
    granted("GET /v1/readiness/{property_id}", "read", Resource.CONNECTION, thing="property_id"),
    granted("GET /v1/staff", "read", PEOPLE, place=CHAIN, shows=of(STAFF)),
    granted("POST /v1/staff", "manage", PEOPLE, place=CHAIN, body=PERSON),
    granted("GET /v1/staff/{staff_id}", "read", PEOPLE, thing="staff_id", shows=of(STAFF)),
    granted("PATCH /v1/staff/{staff_id}", "manage", PEOPLE, body=CHANGED),
    Row("GET /v1/federation/callback", door=Door.OPEN, query={"state": "none"}),
    Row("GET /v1/federation/{chain}", door=Door.OPEN),
    Row("POST /v1/federation/{chain}", door=Door.OPEN, body=BEGIN),
    Row("POST /v1/sessions/federated", door=Door.OPEN, body=REDEEM),
    Row("GET /v1/me/provider-sign-out", door=Door.SIGNED_IN, query={"return_to": "https://elsewhere.example"}),
    granted("GET /v1/identity-provider", "read", POLICY, place=ALL),
    granted("PUT /v1/identity-provider", "manage", POLICY, place=ALL, body=TERMS, headers=STALE),
    granted("PUT /v1/staff/{staff_id}/identity", "manage", POLICY, place=ONE_OF_ALL, body=LINKED, headers=STALE),
    Row("POST /v1/tokens", door=Door.OPEN, body=EXCHANGED),
    granted("GET /v1/audit/reads", "read", AUDIT, place=CHAIN, query={"guest": "guest-1"}),
    granted("GET /v1/audit/evidence", "read", AUDIT, place=CHAIN, query={"record": "rec-1"}),
    granted("GET /v1/service-accounts", "read", PROGRAMS, place=CHAIN),
    granted("POST /v1/service-accounts", "manage", PROGRAMS, place=CHAIN, body=OPENED),
    granted("POST /v1/service-accounts/{account_id}/keys", "manage", PROGRAMS, body=ISSUED),
    granted("DELETE /v1/service-accounts/{account_id}/keys/{key_id}", "manage", PROGRAMS),
    granted("POST /v1/staff/import", "manage", PEOPLE, place=CHAIN, body=LIST),
    granted("POST /v1/me/break-glass", "break_glass", PEOPLE, place=CHAIN, body=BROKEN),
    Row("POST /v1/me/absences", door=Door.SIGNED_IN, body={}),
    Row("POST /v1/me/absences/end", door=Door.SIGNED_IN),
    Row("POST /v1/me/rota-link", door=Door.SIGNED_IN),
    Row("DELETE /v1/me/rota-link", door=Door.SIGNED_IN),
    Row("GET /v1/me/rota.ics", door=Door.SECRET, query={"token": "x" * 43}),
    Row("GET /v1/me/shift-swaps", door=Door.SIGNED_IN),
    granted("POST /v1/me/shift-swaps", "swap", PEOPLE, body=OFFERED | {"colleague": "{staff_id}"}),
    Row("POST /v1/me/shift-swaps/{swap_id}/answer", door=Door.SIGNED_IN, body=SAID_YES, headers=STALE),
    Row("POST /v1/me/shift-swaps/{swap_id}/withdraw", door=Door.SIGNED_IN, headers=STALE),
    granted("GET /v1/shift-swaps", "approve_swap", PEOPLE, place=CHAIN),
    granted(
        "POST /v1/shift-swaps/{swap_id}/decision",
        "approve_swap",
        PEOPLE,
        by_department=True,
        body=AGREED,
        headers=STALE,
    ),
    Row("GET /v1/me/delegations", door=Door.SIGNED_IN),
    granted("POST /v1/me/delegations", "delegate", PEOPLE, body=LENT | {"to": "{staff_id}"}),
    granted("GET /v1/delegations", "read", PEOPLE, place=CHAIN, needs=of(STAFF)),
    Row("POST /v1/delegations/{delegation_id}/revoke", door=Door.SIGNED_IN),
    granted("GET /v1/break-glass", "review_glass", PEOPLE, place=CHAIN),
    granted("POST /v1/break-glass/{glass_id}/review", "review_glass", PEOPLE, body=REVIEWED, headers=STALE),
    *(Row(f"GET {SCIM}/{name}", door=Door.OPEN) for name in ("ServiceProviderConfig", "ResourceTypes", "Schemas")),
    *(Row(f"{method} {SCIM}/{name}", door=Door.KEY) for method in ("GET", "POST") for name in ("Users", "Groups")),
    *(Row(f"{method} {SCIM}/Users/{{staff_id}}", door=Door.KEY) for method in ONE),
    *(Row(f"{method} {SCIM}/Groups/{{group_id}}", door=Door.KEY) for method in ONE),
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
