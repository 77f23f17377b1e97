"""Which hosts and addresses an installation may call: the public internet, told apart from everything nearer (S43)."""

import ipaddress
import re
from urllib.parse import urlsplit

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_DISGUISED = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)
"""A last label that browsers and resolvers take for a part of an IPv4 address (WHATWG URL, 3.5)."""
_MAX_URL = 2048


def is_loopback(host: str) -> bool:
    """Whether a host names this very machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, also where an IPv4 address hides in one of IPv6."""
    try:
        ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _TRANSLATED:
            hidden = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(str(hidden))
    return ip.is_global and not ip.is_multicast


def url_fault(url: str, *, loopback: bool = False) -> str | None:
    """Why we do not call an address that a customer chose, as far as its words tell; None when they say nothing odd.

    Where its host leads is looked at when it is resolved: see `shared.chassis.outbound`.
    """
    if len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or any(each.isspace() for each in url):
        return "An address is plain ASCII of at most 2,048 characters; write other scripts as xn--."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "This is no web address."
    if not host or port == 0 or parts.username is not None or parts.fragment or "\\" in url:
        return "An address has a host, and neither a name nor a fragment."
    if parts.scheme != "https" and not (loopback and parts.scheme == "http" and is_loopback(host)):
        return "It is called by https."
    return _host_fault(host, loopback)


def _host_fault(host: str, loopback: bool) -> str | None:
    if loopback and is_loopback(host):
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if _DISGUISED.fullmatch(host.rstrip(".").rsplit(".", maxsplit=1)[-1]) or host.endswith("."):
            return "The host is neither a name nor a plainly written address."
        return None if "." in host else "The host is a name of the internet, with a dot."
    return None if is_public(host) else "The address is not on the public internet."
