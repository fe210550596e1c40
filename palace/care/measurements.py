"""What was measured of the palace: plain values, before anybody judges them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Room:
    """Bytes of a disk or of memory: how many are free of how many."""

    free: int
    total: int


@dataclass(frozen=True)
class Certificate:
    """What a visitor's browser meets at the public address: its end, or why it is not trusted."""

    ends_at: datetime | None
    wrong: str = ""


@dataclass(frozen=True)
class Messages:
    """What keeps messages from leaving the house: kinds without a template, and how many stand where.

    `left` is what the provider says is paid for and left; None: it does not tell. `empty`, `failing`:
    its last word was that there is no money, or nothing that could be read.
    """

    untemplated: tuple[str, ...] = ()
    out_of_budget: bool = False
    uncertain: int = 0
    dead: int = 0
    left: int | None = None
    empty: bool = False
    failing: str = ""


@dataclass(frozen=True)
class Database:
    """What the database tells of itself, and the instant it was asked."""

    now: datetime
    version: int
    size: int
    connections: int
    most_connections: int
    schema: str | None
    beat: datetime | None
    waiting: int
    dead: int
    unsealed: datetime | None = None
    seal_fits: bool = True
    messages: Messages = Messages()


@dataclass(frozen=True)
class Machine:
    """What the machine tells; None: it could not be told in time, or does not apply here."""

    now: datetime
    state_disk: Room | None
    database_disk: Room | None
    embedded: bool
    running: bool
    backup: datetime | None
    synchronised: bool | None
    printing: bool
    certificate: Certificate | None
    memory: Room | None
    processes: dict[str, int]


@dataclass(frozen=True)
class Setting:
    """What the settings decide about being well."""

    demo: bool
    sms: bool
    keys_beside_state: bool
    recipient: bool
    public_url: str
    schema: str | None
