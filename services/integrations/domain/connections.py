"""A connection: one hotel at one PMS, with the facts its payloads are read by."""

from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field

from shared.contracts.errors import invalid
from shared.contracts.values import Code, Frozen, Slug, zone


def _zone(name: str) -> str:
    zone(name)
    return name


ZoneName = Annotated[str, AfterValidator(_zone)]


Options = dict[Code, Annotated[str, Field(max_length=400)]]


def _network(text: str) -> str:
    ip_network(text)
    return text


def _address(text: str) -> str:
    """An address that passwords may be sent to: https, or this machine."""
    parts = urlsplit(text)
    if parts.username or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("is an address without user, query and fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("is an https address")
    return text.rstrip("/")


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Network = Annotated[str, AfterValidator(_network)]
Address = Annotated[str, Field(max_length=300), AfterValidator(_address)]


class ConnectionSpec(Frozen):
    """What is needed to connect a hotel. `hotel` is the PMS's own word for it; `rooms` counts rooms by type."""

    property_id: Slug
    chain: Slug
    pms: Code
    hotel: str = Field(min_length=1, max_length=128)
    zone: ZoneName
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rooms: dict[str, int] = Field(default_factory=dict)
    credentials: Slug | None = Field(default=None, description="Where the secrets lie: a name, never a secret")
    base_url: Address | None = Field(default=None, description="The vendor's address, where it is not the usual one")
    options: Options = Field(default_factory=dict, description="What one vendor needs to know: codes, services, links")
    sources: tuple[Network, ...] = Field(default=(), max_length=50, description="Whence it may call; empty: anywhere")


class Connection(ConnectionSpec):
    """A connected hotel. `token` makes its inbound addresses unguessable, as no PMS signs its webhooks."""

    token: str = Field(repr=False, min_length=32)
    version: int = 1

    def option(self, name: str) -> str:
        """What the hotel has set; something that was never set is a refusal that names it."""
        value = self.options.get(name)
        if value is None:
            raise invalid(f"options.{name}", "required", f"The connection of {self.property_id} has no {name}.")
        return value

    def page(self, usual: str, number: str) -> str:
        """The address of a reservation in the PMS's own pages, by the hotel's own pattern where it has one."""
        pattern = self.options.get("link", usual)
        return pattern.replace("{hotel}", quote(self.hotel, safe="")).replace("{number}", quote(number, safe=""))

    def called_from(self, address: str | None) -> bool:
        """Whether the PMS may call from there."""
        if not self.sources:
            return True
        try:
            caller = ip_address(address or "")
        except ValueError:
            return False
        return any(caller in ip_network(one) for one in self.sources)
