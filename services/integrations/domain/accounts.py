"""A hotel's account at a payment provider, as the environment names it."""

from typing import Literal

from pydantic import Field, SecretStr

from shared.contracts.values import EntityId, Frozen, Slug


class PaymentAccount(Frozen):
    """Keys of one hotel at one provider. `base_url` leads elsewhere for tests and for a proxy of one's own."""

    property_id: Slug
    chain: Slug
    provider: Literal["stripe"] = "stripe"
    api_key: SecretStr
    webhook_secret: SecretStr
    account: EntityId | None = Field(default=None, description="A connected account, where the chain holds the keys")
    base_url: str = "https://api.stripe.com"
