"""A payment provider that keeps state, in the published shapes of Stripe's API, and misbehaves on request."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

WEBHOOK_SECRET = "whsec_test_secret"


class StripeServer:
    """Payment intents and refunds by idempotency key. `lose`: answers that never arrive though the work is done."""

    def __init__(self) -> None:
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, tuple[str, Response]] = {}
        self.lose = self.fail = 0
        self.decline = False
        self.calls: list[tuple[str, str]] = []
        self._numbers = itertools.count(1)
        self.app = FastAPI()
        self.app.add_api_route("/v1/{path:path}", self._answer, methods=["GET", "POST"])

    @property
    def captured(self) -> int:
        """Minor units that really left guests' cards."""
        return sum(one["amount_received"] for one in self.intents.values())

    @property
    def given_back(self) -> int:
        """Minor units that went back."""
        return sum(one["amount"] for one in self.refunds.values())

    async def _answer(self, request: Request, path: str) -> Response:
        form = dict(await request.form())
        key = request.headers.get("idempotency-key", "")
        self.calls.append((path, key))
        if self.fail:
            self.fail -= 1
            return JSONResponse({"error": {"type": "api_error", "message": "try later"}}, status_code=500)
        said = self._done(request.method, path, form, dict(request.query_params), key)
        if self.lose:
            self.lose -= 1
            await asyncio.sleep(30)
        return said

    def _done(self, method: str, path: str, form: dict[str, Any], query: dict[str, str], key: str) -> Response:
        asked = json.dumps([path, form], sort_keys=True)
        if method == "POST" and key in self.kept:
            before, said = self.kept[key]
            if before != asked:
                return _error(
                    "idempotency_error", "Keys for idempotent requests can only be used with the same parameters"
                )
            return said
        said = self._post(path, form) if method == "POST" else self._get(path, query)
        if method == "POST":
            self.kept[key] = (asked, said)
        return said

    def _post(self, path: str, form: dict[str, Any]) -> Response:
        match path.split("/"):
            case ["payment_intents"]:
                return self._hold(form)
            case ["payment_intents", name, "capture"]:
                return self._capture(self.intents[name], form)
            case ["payment_intents", name, "cancel"]:
                self.intents[name] |= {"status": "canceled", "amount_capturable": 0}
                return JSONResponse(self.intents[name])
            case ["refunds"]:
                return self._refund(form)
        return _error("invalid_request_error", "Unrecognized request URL")

    def _hold(self, form: dict[str, Any]) -> Response:
        if self.decline:
            return _error("card_error", "Your card was declined.", 402, "card_declined")
        amount, name = int(form["amount"]), f"pi_{next(self._numbers)}"
        assert form["capture_method"] == "manual"
        self.intents[name] = {
            "id": name,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": amount,
            "amount_received": 0,
            "currency": form["currency"],
            "capture_method": "manual",
            "created": int(time.time()),
            "metadata": _metadata(form),
            "status": "requires_capture",
            "payment_method": form["payment_method"],
        }
        return JSONResponse(self.intents[name])

    def _capture(self, intent: dict[str, Any], form: dict[str, Any]) -> Response:
        if intent["status"] != "requires_capture":
            return _error(
                "invalid_request_error",
                "This PaymentIntent could not be captured",
                400,
                "payment_intent_unexpected_state",
            )
        amount = int(form["amount_to_capture"])
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        intent["metadata"] = intent["metadata"] | _metadata(form)
        return JSONResponse(intent)

    def _refund(self, form: dict[str, Any]) -> Response:
        intent, amount = self.intents[form["payment_intent"]], int(form["amount"])
        back = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent["id"])
        if back + amount > intent["amount_received"]:
            return _error(
                "invalid_request_error", "Refund amount is greater than charge", 400, "charge_already_refunded"
            )
        name = f"re_{next(self._numbers)}"
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "created": int(time.time()),
            "metadata": _metadata(form),
            "payment_intent": intent["id"],
            "status": "succeeded",
        }
        return JSONResponse(self.refunds[name])

    def _get(self, path: str, query: dict[str, str]) -> Response:
        match path.split("/"):
            case ["payment_intents"]:
                return _page(list(self.intents.values()), query)
            case ["refunds"]:
                wanted = query.get("payment_intent")
                found = [one for one in self.refunds.values() if wanted in (None, one["payment_intent"])]
                return _page(found, query)
            case ["payment_intents", name]:
                return JSONResponse(self.intents[name])
        return _error("invalid_request_error", "Unrecognized request URL", 404)


def _metadata(form: dict[str, Any]) -> dict[str, str]:
    return {name[9:-1]: str(value) for name, value in form.items() if name.startswith("metadata[")}


def _page(found: list[dict[str, Any]], query: dict[str, str]) -> Response:
    newest = found[::-1]
    names = [one["id"] for one in newest]
    start = names.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    limit = min(int(query.get("limit", "10")), 2)  # short pages, so that whoever forgets to turn them is found out
    page = {"object": "list", "url": "/v1/x", "data": newest[start : start + limit]}
    return JSONResponse(page | {"has_more": start + limit < len(newest)})


def _error(kind: str, message: str, status: int = 400, code: str = "") -> Response:
    return JSONResponse({"error": {"type": kind, "message": message, "code": code or None}}, status_code=status)


def signed(payload: bytes, at: int | None = None, secret: str = WEBHOOK_SECRET) -> str:
    """The Stripe-Signature header of a payload."""
    moment = int(time.time()) if at is None else at
    digest = hmac.digest(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hex()
    return f"t={moment},v1={digest}"
