"""What QR codes hold: the ticket's signed token, and a member's own code that changes every minute.

Both are upper-case base32, so that they stay in a QR's compact alphanumeric mode and pass through
scanners that type like a keyboard.
"""

from __future__ import annotations

import base64
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from palace.security import digest, keys, sign, verified
from palace.tickets.models import Ticket

TICKET_VERSION, MEMBER_VERSION = 1, 2
TICKET_BODY = struct.Struct(">B2sHHIHIH")
MEMBER_BODY = struct.Struct(">BQI")
MEMBER_MAC_BYTES = 16
STEP_SECONDS = 60
LONGEST = 200
TICKET_LENGTH = 133


class Flaw(StrEnum):
    """What is wrong with a text that is no ticket token of this palace."""

    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    FOREIGN = "foreign"
    FORGED = "forged"
    MEMBER_CODE = "member_code"


@dataclass(frozen=True)
class TicketToken:
    """What a door reads from a genuine ticket; `issue` must still be the ticket's current number."""

    palace_id: int
    ticket_id: int
    performance_id: int
    issue: int


def ticket_token(ticket: Ticket) -> str:
    """Return the ticket's signed token: 133 characters, the same each time until it is issued anew."""
    key = keys().active("ticket")
    body = TICKET_BODY.pack(
        TICKET_VERSION,
        bytes.fromhex(key.id),
        ticket.performance.space.site_id,
        *divmod(ticket.id, 1 << 32),
        *divmod(ticket.performance_id, 1 << 32),
        ticket.issue,
    )
    return sign(key, body)


def read_ticket_token(text: str) -> TicketToken | None:
    """Return what a ticket's token says, or None if no key of this palace signed it."""
    raw = _decoded(_cleaned(text))
    if len(raw) <= TICKET_BODY.size or raw[0] != TICKET_VERSION:
        return None
    key = keys().find("ticket", raw[1:3].hex())
    body = verified(key, raw) if key else None
    if body is None or len(body) != TICKET_BODY.size:
        return None
    _, _, palace_id, high, low, performance_high, performance_low, issue = TICKET_BODY.unpack(body)
    return TicketToken(palace_id, high << 32 | low, performance_high << 32 | performance_low, issue)


def flaw_of(text: str) -> Flaw:
    """Return why a text is not read as a ticket token; a key id nobody here knows is another palace's."""
    token = _cleaned(text)
    begins = _decoded(token[:8].ljust(8, "A"))
    if begins[:1] == bytes([MEMBER_VERSION]):
        return Flaw.MEMBER_CODE
    if begins[:1] != bytes([TICKET_VERSION]) or len(token) > TICKET_LENGTH or "=" in token:
        return Flaw.UNREADABLE
    if len(token) < TICKET_LENGTH:
        return Flaw.TRUNCATED
    return Flaw.FORGED if keys().find("ticket", begins[1:3].hex()) else Flaw.FOREIGN


def member_token(member_id: int, now: datetime) -> str:
    """Return the member's own code for this minute: 47 characters, identifies and claims nothing."""
    body = MEMBER_BODY.pack(MEMBER_VERSION, member_id, _step(now))
    return base64.b32encode(body + _member_mac(body)).decode().rstrip("=")


def read_member_token(text: str, now: datetime) -> int | None:
    """Return whose code it is; None if it is not ours or older than the minute before this one."""
    raw = _decoded(_cleaned(text))
    body, mac = raw[: MEMBER_BODY.size], raw[MEMBER_BODY.size :]
    if len(raw) != MEMBER_BODY.size + MEMBER_MAC_BYTES or not hmac.compare_digest(
        mac, _member_mac(body)
    ):
        return None
    version, member_id, step = MEMBER_BODY.unpack(body)
    fresh = version == MEMBER_VERSION and _step(now) - step in (0, 1)
    return int(member_id) if fresh else None


def _member_mac(body: bytes) -> bytes:
    return digest(f"member code {body.hex()}")[:MEMBER_MAC_BYTES]


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _cleaned(text: str) -> str:
    """Return a code as it was made, whatever a scanner or a person did to its case and spaces."""
    return "".join(text[:LONGEST].split()).upper()


def _decoded(token: str) -> bytes:
    try:
        return base64.b32decode(token + "=" * (-len(token) % 8))
    except ValueError:
        return b""
