"""Where what we send may go: to the world, and into our own network only where an administrator said so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# How IPv6 writes an IPv4 address for translators (RFC 6052): 64:ff9b::10.0.0.5 arrives at 10.0.0.5.
_TRANSLATED = ip_network("64:ff9b::/96")


def read_networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Networks by their names, such as 10.0.0.0/8 or 192.168.1.25. Raises ValueError for what is none."""
    return tuple(ip_network(name.strip(), strict=False) for name in names)


def may_reach(address: str, allowed: Iterable[Network]) -> bool:
    """Whether a connection may be made to an address: a public one, or one in a network that is allowed.

    Every way to write an IPv4 address inside an IPv6 one counts as that address. A name is no address.
    """
    try:
        meant = _meant(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return _is_open(meant) or any(meant in network for network in allowed)


def is_public(address: str) -> bool:
    """Whether an address is in the open, as against inside a network. A name is none."""
    return may_reach(address, ())


def _is_open(address: Address) -> bool:
    return address.is_global and not address.is_multicast


def _meant(address: Address) -> Address:
    return next(_inner(address), address) if isinstance(address, IPv6Address) else address


def _inner(address: IPv6Address) -> Iterator[Address]:
    """The IPv4 address that an IPv6 one only wraps."""
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield address.teredo[1]
    if address in _TRANSLATED:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
