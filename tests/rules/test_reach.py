"""Where what we send may go."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.adapters.reach import may_reach, read_networks

OURS = [ip_network(name) for name in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")]
_private = st.sampled_from(OURS).flatmap(lambda network: st.ip_addresses(v=4, network=network))


def as_ipv6(address: IPv4Address) -> list[str]:
    """The ways to write an IPv4 address inside an IPv6 one."""
    high, low = int(address) >> 16, int(address) & 0xFFFF
    return [f"::ffff:{address}", f"64:ff9b::{high:x}:{low:x}", f"2002:{high:x}:{low:x}::1"]


@given(_private)
def test_nothing_of_our_own_is_reached_however_it_is_written(address: IPv4Address) -> None:
    assert not any(may_reach(form, ()) for form in (str(address), *as_ipv6(address)))


@given(_private)
def test_what_is_allowed_is_reached(address: IPv4Address) -> None:
    allowed = read_networks([f"{address}/24"])
    assert may_reach(str(address), allowed)
    assert may_reach(f"::ffff:{address}", allowed)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_the_world_is_reached(address: str) -> None:
    assert may_reach(address, ())


@pytest.mark.parametrize(
    "address", ["::1", "::", "fe80::1%eth0", "fd00::1", "0.0.0.0", "224.0.0.1", "100.64.0.1", "localhost", "", "/run/x"]
)
def test_what_is_no_public_address_is_not(address: str) -> None:
    assert not may_reach(address, ())


def test_a_network_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/64"):
        read_networks(["10.0.0.0/64"])
