"""Load a chain from a file: its properties, staff and accounts. Loading it again changes only what differs."""

from pydantic import Field, model_validator

from services.auth.domain.accounts import Account
from services.auth.domain.staff import (
    Login,
    Name,
    PropertyDraft,
    StaffDraft,
    check_password,
    check_property,
    check_staff,
    hire,
    open_property,
    property_event,
    redrawn,
    staff_event,
    staff_id_of,
)
from services.auth.ports.directory import DirectoryChange, DirectoryStore, Passwords, Time
from services.auth.usecases.publishing import Publishing
from shared.chassis.provenance import Provenance
from shared.contracts.identity import Role, system
from shared.contracts.values import EntityId, Frozen, Scope, Slug

ARGON2ID = r"^\$argon2id\$v=19\$m=\d{1,8},t=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/]{8,}\$[A-Za-z0-9+/]{16,}$"
"""A PHC string; see the argon2 reference implementation."""


class SeedChain(Frozen):
    """The chain itself."""

    id: Slug
    name: Name


class SeedPerson(StaffDraft):
    """A person with their login, and a password or the argon2id hash of one (from another system, say).

    Without `id` it is made of chain and login, the same at each load.
    """

    id: EntityId | None = None
    roles: tuple[Role, ...] = Field(min_length=1)
    login: Login
    password: str | None = None
    password_hash: str | None = Field(default=None, max_length=512, pattern=ARGON2ID)

    @model_validator(mode="after")
    def one_secret(self) -> "SeedPerson":
        """Either the password or its hash."""
        if (self.password is None) == (self.password_hash is None):
            raise ValueError("give either password or password_hash")
        return self


class Seed(Frozen):
    """The file: everything a chain starts with."""

    chain: SeedChain
    properties: tuple[PropertyDraft, ...]
    staff: tuple[SeedPerson, ...] = Field(min_length=1)


class Loaded(Frozen):
    """What a load changed."""

    properties: int = 0
    staff: int = 0
    accounts: int = 0


class Loading:
    """Loads a chain. It deletes nothing and never changes the password of an account that exists."""

    def __init__(self, store: DirectoryStore, passwords: Passwords, publishing: Publishing, time: Time) -> None:
        self._store, self._passwords, self._publishing, self._time = store, passwords, publishing, time

    async def load(self, seed: Seed) -> Loaded:
        """Bring a chain to what the file says; everything is checked before anything is changed."""
        self._check(seed)
        scope = Scope(chain=seed.chain.id)
        await self._store.save_chain(scope, seed.chain.name)
        properties = sum([await self._property(scope, draft) for draft in seed.properties])
        people = [await self._person(scope, person) for person in seed.staff]
        await self._publishing.publish(seed.chain.id)
        return Loaded(
            properties=properties, staff=sum(s for s, _ in people), accounts=sum(account for _, account in people)
        )

    @staticmethod
    def _check(seed: Seed) -> None:
        known = {draft.id for draft in seed.properties}
        for draft in seed.properties:
            check_property(draft)
        for person in seed.staff:
            check_staff(person, known)
            if person.password is not None:
                check_password(person.password)

    async def _property(self, scope: Scope, draft: PropertyDraft) -> int:
        before = await self._store.property(scope, draft.id)
        after = open_property(scope.chain, draft)
        if before is not None:
            # How much of it is real is said once it is open, not in the file that a chain starts with.
            after = after.model_copy(update={"version": before.version, "mode": before.mode})
            if after == before:
                return 0
            after = after.model_copy(update={"version": before.version + 1})
        event = property_event(before, after, system("auth"), self._time.now())
        await self._save(scope, DirectoryChange(events=(event,), property=after))
        return 1

    async def _person(self, scope: Scope, person: SeedPerson) -> tuple[int, int]:
        account = await self._store.account(scope, person.login)
        staff_id = account.staff_id if account else (person.id or staff_id_of(scope.chain, person.login))
        draft = StaffDraft(**{name: getattr(person, name) for name in StaffDraft.model_fields})
        before = await self._store.member(scope, staff_id)
        if before and "absences" not in person.model_fields_set:
            # Who is away today is said day by day, not in the file that a chain starts with.
            draft = draft.model_copy(update={"absences": before.absences})
        after = redrawn(before, draft) if before else hire(scope.chain, staff_id, draft)
        opened = None
        if account is None:
            digest = person.password_hash or await self._passwords.hashed(person.password or "")
            opened = Account(chain=scope.chain, login=person.login, staff_id=staff_id, password_hash=digest)
        if after is before and opened is None:
            return 0, 0
        events = () if after is before else (staff_event(before, after, system("auth"), self._time.now()),)
        member = None if after is before else after
        await self._save(scope, DirectoryChange(events=events, member=member, account=opened))
        return len(events), int(opened is not None)

    async def _save(self, scope: Scope, change: DirectoryChange) -> None:
        await self._store.save(scope, change, Provenance.fresh(self._time.new_id()), 200)
