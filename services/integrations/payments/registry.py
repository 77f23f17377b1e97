"""Every payment provider we can talk to: one line each."""

from collections.abc import Callable, Sequence

from services.integrations.domain.accounts import PaymentAccount
from services.integrations.payments.stripe import Stripe
from services.integrations.ports.payments import PaymentProvider

PROVIDERS: dict[str, Callable[[PaymentAccount], PaymentProvider]] = {
    Stripe.name: Stripe,
}


def providers(accounts: Sequence[PaymentAccount]) -> dict[str, PaymentProvider]:
    """The provider of each hotel that has one, by property."""
    return {one.property_id: PROVIDERS[one.provider](one) for one in accounts}
