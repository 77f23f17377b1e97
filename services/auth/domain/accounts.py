"""Accounts: how a person of the staff signs in."""

from shared.contracts.values import EntityId, Frozen, Slug


class Account(Frozen):
    """A login of a chain and the argon2id hash of its password."""

    chain: Slug
    login: str
    staff_id: EntityId
    password_hash: str
