"""Stripe through its official SDK: manual capture, idempotency keys of ours, signed webhooks."""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import stripe

from services.integrations.domain.accounts import PaymentAccount
from services.integrations.domain.payments import OperationRow, our_amount, provider_amount
from services.integrations.domain.reconciling import Kind, Movement
from services.integrations.ports.payments import ProviderRefused, ProviderSaid, ProviderSilent
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.payments import PaymentKind

KEY = "bellboard_key"
STAY = "bellboard_stay"
TIMEOUT_S = 20.0
PAGE = 100
TOLERANCE_S = 300
CONCERNS = {
    "charge.dispute.created": "dispute",
    "charge.dispute.closed": "dispute_closed",
    "refund.created": "refund",
    "charge.refunded": "other",
    "payment_intent.succeeded": "other",
    "payment_intent.canceled": "other",
    "payment_intent.amount_capturable_updated": "other",
    "payment_intent.payment_failed": "other",
}
Answer = TypeVar("Answer")


class Stripe:
    """One hotel's account."""

    name = "stripe"

    def __init__(self, account: PaymentAccount) -> None:
        self._secret = account.webhook_secret.get_secret_value()
        self._client = stripe.StripeClient(
            account.api_key.get_secret_value(),
            stripe_account=account.account,
            base_addresses={"api": account.base_url},
            # What is tried again, and when, is for the row in our store to know; never for a client by itself.
            max_network_retries=0,
            http_client=stripe.HTTPXClient(timeout=TIMEOUT_S),
        )

    async def carry_out(self, row: OperationRow) -> str:
        """Do what a request asks; the provider's reference. Raises ProviderRefused or ProviderSilent."""
        one, options = row.operation, {"idempotency_key": row.operation.id}
        units, named = provider_amount(one.amount), {KEY: one.id, STAY: one.stay_id or ""}
        intents = self._client.v1.payment_intents
        target = row.target or ""
        doing: dict[PaymentKind, Callable[[], Awaitable[Any]]] = {
            PaymentKind.HOLD: lambda: intents.create_async(
                {
                    "amount": units,
                    "currency": one.amount.currency.lower(),
                    "capture_method": "manual",
                    "confirm": True,
                    "payment_method": row.method or "",
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                    "metadata": named,
                },
                options,  # type: ignore[arg-type] # the SDK's TypedDict of options
            ),
            PaymentKind.CAPTURE: lambda: intents.capture_async(
                target,
                {"amount_to_capture": units, "metadata": {f"{KEY}_capture": one.id}},
                options,  # type: ignore[arg-type] # as above
            ),
            PaymentKind.RELEASE: lambda: intents.cancel_async(target, {}, options),  # type: ignore[arg-type] # as above
            PaymentKind.REFUND: lambda: self._client.v1.refunds.create_async(
                {"payment_intent": target, "amount": units, "metadata": named},
                options,  # type: ignore[arg-type] # as above
            ),
        }
        said = await _asked(doing[one.kind])
        wrong = {"requires_payment_method", "requires_action", "failed"}
        if getattr(said, "status", "") in wrong:
            raise ProviderRefused(str(said.status))
        return str(said.id)

    async def found(self, row: OperationRow) -> str | None:
        """Read back whether it was done: its reference, None when it was not. Raises ProviderSilent."""
        one, target = row.operation, row.target or ""
        if one.kind is PaymentKind.HOLD:
            made = int(((row.first_tried or one.at) - dt.timedelta(hours=1)).timestamp())
            return await self._named(self._client.v1.payment_intents.list_async, {"created": {"gte": made}}, one.id)
        if one.kind is PaymentKind.REFUND:
            return await self._named(self._client.v1.refunds.list_async, {"payment_intent": target}, one.id)
        intent = await _asked(lambda: self._client.v1.payment_intents.retrieve_async(target))
        if one.kind is PaymentKind.RELEASE:
            return target if intent.status == "canceled" else None
        return target if intent.amount_received == provider_amount(one.amount) else None

    async def _named(self, listed: Callable[[Any], Awaitable[Any]], params: dict[str, Any], key: str) -> str | None:
        """The object that bears our key, looked for through every page."""
        after: dict[str, str] = {}
        while True:
            asked = {**params, "limit": PAGE, **after}
            page = await _asked(lambda asked=asked: listed(asked))  # type: ignore[misc] # bound at once
            for each in page.data:
                if _metadata(each).get(KEY) == key and getattr(each, "status", "") != "failed":
                    return str(each.id)
            if not page.has_more or not page.data:
                return None
            after = {"starting_after": str(page.data[-1].id)}

    async def movements(self, since: dt.datetime, until: dt.datetime) -> list[Movement]:
        """Captures and refunds of a stretch of time. Raises ProviderSilent."""
        created = {"created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())}}
        intents = await self._all(self._client.v1.payment_intents.list_async, created)
        refunds = await self._all(self._client.v1.refunds.list_async, created)
        captured = [each for each in intents if each.status == "succeeded" and each.amount_received]
        return [
            *(_movement(each, Kind.CHARGE, int(each.amount_received), f"{KEY}_capture") for each in captured),
            *(_movement(each, Kind.REFUND, int(each.amount), KEY) for each in refunds if each.status != "failed"),
        ]

    async def _all(self, listed: Callable[[Any], Awaitable[Any]], params: dict[str, Any]) -> list[Any]:
        found: list[Any] = []
        after: dict[str, str] = {}
        while True:
            asked = {**params, "limit": PAGE, **after}
            page = await _asked(lambda asked=asked: listed(asked))  # type: ignore[misc] # bound at once
            found += page.data
            if not page.has_more or not page.data:
                return found
            after = {"starting_after": str(page.data[-1].id)}

    def heard(self, payload: bytes, signature: str, now: dt.datetime) -> ProviderSaid | None:
        """A webhook, verified; None for what does not concern us. A wrong signature is a 401 AppError."""
        try:
            stripe.WebhookSignature.verify_header(payload.decode(), signature, self._secret, TOLERANCE_S)
            said = json.loads(payload)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError) as failure:
            raise AppError(
                ErrorKind.UNAUTHENTICATED, "signature_wrong", "The signature is not this account's."
            ) from failure
        kind = CONCERNS.get(str(said.get("type")))
        about = (said.get("data") or {}).get("object") or {}
        if kind is None or not isinstance(about, dict):
            return None
        units, currency = about.get("amount"), about.get("currency")
        return ProviderSaid(
            id=str(said["id"]),
            kind=kind,
            reference=str(about.get("payment_intent") or about.get("id")),
            key=(about.get("metadata") or {}).get(KEY),
            amount=our_amount(units, currency) if isinstance(units, int) and isinstance(currency, str) else None,
            at=dt.datetime.fromtimestamp(int(said.get("created", now.timestamp())), dt.UTC),
        )


async def _asked(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """An answer of the SDK, its exceptions as ours."""
    try:
        return await call()
    except stripe.APIConnectionError as silent:
        raise ProviderSilent from silent
    except (
        stripe.CardError,
        stripe.InvalidRequestError,
        stripe.AuthenticationError,
        stripe.PermissionError,
    ) as refused:
        raise ProviderRefused(_code(refused)) from refused
    except stripe.StripeError as unsure:
        # 409, 429 and 5xx: whether anything was done is not said.
        raise ProviderSilent from unsure


def _code(refused: stripe.StripeError) -> str:
    said = str(refused.code or type(refused).__name__).lower()
    return (
        "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in said)[:64] or "refused"
    )


def _metadata(each: Any) -> dict[str, str]:
    held = getattr(each, "metadata", None)
    return {name: str(value) for name, value in held.to_dict().items()} if held else {}


def _movement(each: Any, kind: Kind, units: int, name: str) -> Movement:
    named = _metadata(each)
    return Movement(
        on="provider",
        reference=str(each.id),
        key=named.get(name),
        kind=kind,
        amount=our_amount(units, str(each.currency)),
        stay_id=named.get(STAY) or None,
        at=dt.datetime.fromtimestamp(int(each.created), dt.UTC),
    )
