"""Decides whether somebody who needs no token may come in once more, or comes too often."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

Network = IPv4Network | IPv6Network


class Allowance(NamedTuple):
    """What a visitor may still do at a moment, in seconds of a clock that only goes forward."""

    left: float
    at: float


class Verdict(NamedTuple):
    """allowance: what is left afterwards; wait: seconds until one more is allowed, 0 if this one is."""

    allowance: Allowance
    wait: float


def may_visit(allowance: Allowance | None, now: float, per_minute: float) -> Verdict:
    """OP: as many at once as a minute allows, and then one after the other as time goes on.

    Who is refused loses nothing by having asked.
    """
    left = per_minute
    if allowance is not None:
        left = min(per_minute, allowance.left + max(0.0, now - allowance.at) * per_minute / 60)
    if left >= 1:
        return Verdict(Allowance(left - 1, now), 0)
    return Verdict(Allowance(left, now), (1 - left) * 60 / per_minute)


def visitor_of(host: str | None, shared: Iterable[Network]) -> str | None:
    """OP: whose visits are counted together: an IPv4 address, or the 64 bits of IPv6 that one household has.

    None for an address behind which are many people, as a proxy's: they would shut each other out.
    """
    try:
        address = ip_address(host or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in shared):
        return None
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
