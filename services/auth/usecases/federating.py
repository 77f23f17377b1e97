"""Sign in through the chain's own identity provider: begin, come back, take the tokens."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from services.auth.domain.federation import (
    GRANT_TTL,
    START_TTL,
    Asserted,
    Attempt,
    Grant,
    Identity,
    Provider,
    Rights,
    answers,
    digest,
    refused_sign_in,
    with_rights,
    without_rights,
    worth,
)
from services.auth.domain.staff import noted, staff_event
from services.auth.domain.throttle import Gate
from services.auth.ports.directory import DirectoryChange, DirectoryStore, Time
from services.auth.ports.federation import FederationStore, IdentityProvider, ProviderStore
from services.auth.ports.scim import ProvisionedStore
from services.auth.ports.second_factor import Seal
from services.auth.usecases.gates import Gates
from services.auth.usecases.signing_in import SigningIn, Tokens
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, invalid, not_found
from shared.contracts.identity import Principal, system
from shared.contracts.staff import StaffMember
from shared.contracts.values import SYSTEM_CHAIN, Scope, derived_id

_RACES = 8


@dataclass(frozen=True)
class Begin:
    """A browser wants to sign in; `challenge` is the S256 of a secret that stays with whoever asked."""

    chain: str
    return_to: str
    challenge: str
    source: str


@dataclass(frozen=True)
class Answer:
    """What the provider sent a browser back with."""

    state: str
    code: str = ""
    error: str = ""
    issuer: str | None = None


@dataclass(frozen=True)
class Redeem:
    """A one-time code with the secret that belongs to it, and the second factor where the person has one."""

    chain: str
    code: str
    verifier: str
    otp: str | None = None


@dataclass(frozen=True)
class Doors:
    """The provider's one way back to us, and where browsers may be sent from here: exactly these addresses."""

    callback: str
    returns: frozenset[str]


class Federating:
    """Nothing is kept between the steps but rows in the store, so any replica can do the next one."""

    def __init__(
        self,
        providers: ProviderStore,
        store: FederationStore,
        directory: DirectoryStore,
        remote: IdentityProvider,
        provisioned: ProvisionedStore,
        signing_in: SigningIn,
        seal: Seal,
        gates: Gates,
        time: Time,
        doors: Doors,
    ) -> None:
        self._gates = gates
        self._providers, self._store, self._directory, self._remote = providers, store, directory, remote
        self._provisioned = provisioned
        self._signing_in, self._seal, self._time, self._doors = signing_in, seal, time, doors

    async def provider(self, chain: str) -> Provider:
        """The provider that a chain signs in through."""
        found = await self._providers.provider(Scope(chain=chain))
        if found is None or not found.active:
            raise not_found("provider")
        return found

    async def start(self, begin: Begin) -> str:
        """The address at the provider to send the browser to."""
        if begin.return_to not in self._doors.returns:
            raise invalid("return_to", "known_address", "Browsers are sent back to addresses that were set up, only.")
        provider = await self.provider(begin.chain)
        await self._gates.count(Scope(chain=begin.chain), Gate.START, begin.source)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = await self._remote.address(provider, self._doors.callback, state, nonce, verifier)
        attempt = Attempt(
            id=digest("state", state),
            chain=begin.chain,
            provider_version=provider.version,
            nonce=nonce,
            sealed=self._seal.close(verifier, digest("state", state)),
            return_to=begin.return_to,
            challenge=begin.challenge,
            expires_at=self._time.real_now() + START_TTL,
        )
        await self._store.start(Scope(chain=begin.chain), attempt)
        return address

    async def returned(self, answer: Answer) -> str:
        """Where to send the browser now: with a one-time code, or with the reason why not.

        A state that nobody was given, or that came back before, is a 401: there is no address to trust.
        """
        attempt = await self._store.take(Scope(chain=SYSTEM_CHAIN), digest("state", answer.state))
        if attempt is None or attempt.expires_at <= self._time.real_now():
            raise refused_sign_in("state_refused", "This sign-in was not started here, or took too long; start again.")
        try:
            said = {"code": await self._let_in(attempt, answer)}
        except AppError as refusal:
            said = {"error": refusal.code}
        return f"{attempt.return_to}{'&' if urlsplit(attempt.return_to).query else '?'}{urlencode(said)}"

    async def _let_in(self, attempt: Attempt, answer: Answer) -> str:
        provider = await self.provider(attempt.chain)
        if provider.version != attempt.provider_version:
            raise refused_sign_in("provider_changed", "The provider was changed meanwhile; start again.")
        if not await self._remote.names_itself(provider, answer.issuer):
            raise refused_sign_in("other_provider", "Another provider answered.")
        if answer.error or not answer.code:
            raise refused_sign_in("provider_refused", "The identity provider did not sign you in.")
        now, scope = self._time.real_now(), Scope(chain=attempt.chain)
        secret, verifier = self._seal.open(provider.sealed, scope.chain), self._seal.open(attempt.sealed, attempt.id)
        said = await self._remote.redeem(
            provider, secret, self._doors.callback, answer.code, verifier, attempt.nonce, now
        )
        member = await self._person(scope, provider, said)
        code = secrets.token_urlsafe(32)
        grant = Grant(
            id=digest("federated-code", code),
            chain=scope.chain,
            staff_id=member.id,
            challenge=attempt.challenge,
            second_factor=said.second_factor,
            expires_at=self._time.real_now() + GRANT_TTL,
        )
        await self._store.grant(scope, grant)
        return code

    async def _person(self, scope: Scope, provider: Provider, said: Asserted) -> StaffMember:
        for _ in range(_RACES):
            try:
                return await self._person_now(scope, provider, said)
            except AppError as moved:
                if moved.kind not in (ErrorKind.STALE, ErrorKind.CONFLICT):
                    raise
        raise AppError(ErrorKind.UNAVAILABLE, "sign_in_busy", "Too much changes at this moment; try again.")

    async def _person_now(self, scope: Scope, provider: Provider, said: Asserted) -> StaffMember:
        rights = worth(provider.group_rules, said.groups)
        identity = await self._store.identity(scope, provider.issuer, said.subject)
        if identity is None:
            return await self._newcomer(scope, provider, said, rights)
        member = await self._directory.member(scope, identity.staff_id)
        if member is None or not member.active:
            raise refused_sign_in("account_ended", "This account is not in use (any more).")
        if not provider.group_rules:
            return member
        after = with_rights(member, rights) if rights else without_rights(member)
        if after is not member:
            event = staff_event(member, after, system("auth"), self._time.now(), "groups_changed")
            change = DirectoryChange(events=(event,), member=after, end_sessions=rights is None)
            await self._store.save(scope, change, None, Provenance.fresh(self._time.new_id()))
        if rights is None:
            raise refused_sign_in("no_group", "None of your groups at the provider gives a role here.")
        return after

    async def _newcomer(self, scope: Scope, provider: Provider, said: Asserted, rights: Rights | None) -> StaffMember:
        """Take in somebody nobody knows, where the chain wants that; never by a name or address that matches."""
        sent = await self._provisioned.by_external_id(scope, said.external_id) if said.external_id else None
        if sent is not None:
            return await self._linked(scope, provider, said, sent)
        known = await self._directory.account(scope, said.login.lower()) if said.login else None
        if known is not None or not provider.create_unknown:
            raise refused_sign_in("not_linked", "An administrator must first say who you are here.")
        if rights is None:
            raise refused_sign_in("no_group", "None of your groups at the provider gives a role here.")
        member = StaffMember(
            # The same each time, so that two first sign-ins at once make one person.
            id=derived_id("federated", scope.chain, provider.issuer, said.subject),
            chain=scope.chain,
            display_name=said.name,
            roles=rights.roles,
            departments=rights.departments,
            properties=rights.properties,
            version=1,
        )
        if await self._directory.member(Scope(chain=scope.chain), member.id) is not None:
            raise refused_sign_in("not_linked", "An administrator must first say who you are here.")
        identity = Identity(chain=scope.chain, issuer=provider.issuer, subject=said.subject, staff_id=member.id)
        event = staff_event(None, member, system("auth"), self._time.now(), "first_sign_in")
        change = DirectoryChange(events=(event,), member=member)
        await self._store.save(scope, change, identity, Provenance.fresh(self._time.new_id()))
        return member

    async def _linked(self, scope: Scope, provider: Provider, said: Asserted, staff_id: str) -> StaffMember:
        """Somebody the provider itself sent over SCIM, at their first sign-in; what groups give came that way, too."""
        member = await self._directory.member(scope, staff_id)
        if member is None or not member.active or await self._store.identity_of(scope, provider.issuer, staff_id):
            raise refused_sign_in("not_linked", "An administrator must first say who you are here.")
        identity = Identity(chain=scope.chain, issuer=provider.issuer, subject=said.subject, staff_id=staff_id)
        after = noted(member)
        event = staff_event(member, after, system("auth"), self._time.now(), "identity_linked")
        change = DirectoryChange(events=(event,), member=after)
        await self._store.save(scope, change, identity, Provenance.fresh(self._time.new_id()))
        return await self._person_now(scope, provider, said)

    async def redeem(self, given: Redeem) -> Tokens:
        """Tokens for a one-time code; one that is not good, was used, or is somebody else's: the same 401."""
        scope, code = Scope(chain=given.chain), digest("federated-code", given.code)
        grant = await self._store.granted(scope, code)
        if grant is None or grant.expires_at <= self._time.real_now() or not answers(grant.challenge, given.verifier):
            raise _spent()
        member = await self._directory.member(scope, grant.staff_id)
        if member is None or not member.active:
            raise _spent()
        shown = await self._signing_in.second_factor(
            scope, member, given.otp, member.id, seen_elsewhere=grant.second_factor
        )
        if not await self._store.redeem(scope, code):
            raise _spent()
        return await self._signing_in.admit(scope, member, second_factor=shown)

    async def sign_out_address(self, principal: Principal, return_to: str) -> str:
        """Where a browser signs out of the provider, too; 404 where there is none, or it does not offer that."""
        if return_to not in self._doors.returns:
            raise invalid("return_to", "known_address", "Browsers are sent back to addresses that were set up, only.")
        provider = await self.provider(principal.chain)
        address = await self._remote.sign_out_address(provider, return_to)
        if address is None:
            raise not_found("provider_sign_out")
        return address


def _spent() -> AppError:
    return refused_sign_in("code_refused", "This sign-in is not good (any more); start again.")
