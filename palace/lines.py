"""Which addresses are near enough, or spoken to in cipher, to be told what is nobody else's."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_safe(address: str) -> bool:
    """Return whether what is sent there crosses no open line; nowhere is safe."""
    parts = urlsplit(address)
    near = parts.scheme == "http" and is_near(parts.hostname or "", lan=False)
    return not address or parts.scheme == "https" or near


def is_near(name: str, *, lan: bool) -> bool:
    """Return whether a host is this machine, or with `lan` an address of a private network."""
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or (lan and address.is_private)
