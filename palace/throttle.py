"""How often is too often: Flask-Limiter over one unlogged table, shared by every web process."""

from __future__ import annotations

import ipaddress
import math
from datetime import datetime, timedelta

from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded
from limits.storage import Storage
from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import MultiDict

from palace import clock, lifecycle
from palace.db import Base, side_engine
from palace.errors import TooManyTries
from palace.forms import sent_fields
from palace.security import digest

NETWORK_BITS = 64
SECONDS_PER_MINUTE = 60


class Throttle(Base):
    """How often a key was hit in its window; may be lost in a crash, hence unlogged."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class TableStorage(Storage):
    """Counts of fixed windows; each count is one statement outside the request's transaction."""

    STORAGE_SCHEME = ["palace"]  # noqa: RUF012 - limits reads it from the class

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the storage may raise."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` hits in the key's window of `expiry` seconds, or a new window; return the sum."""
        now = func.palace_clock()
        window_end = now + timedelta(seconds=expiry)
        new = insert(Throttle).values(key=key, hits=amount, ends_at=window_end)
        over = Throttle.ends_at <= now
        counted = new.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "hits": case((over, amount), else_=Throttle.hits + amount),
                "ends_at": case((over, window_end), else_=Throttle.ends_at),
            },
        ).returning(Throttle.hits)
        with side_engine().connect() as connection:
            return int(connection.execute(counted).scalar_one())

    def get(self, key: str) -> int:
        """Return the hits in the key's window."""
        wanted = select(Throttle.hits).where(
            Throttle.key == key, Throttle.ends_at > func.palace_clock()
        )
        with side_engine().connect() as connection:
            return int(connection.execute(wanted).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        """Return when the key's window ends, in seconds of the epoch."""
        wanted = select(
            func.coalesce(
                select(Throttle.ends_at).where(Throttle.key == key).scalar_subquery(),
                func.palace_clock(),
            )
        )
        with side_engine().connect() as connection:
            ends_at: datetime = connection.execute(wanted).scalar_one()
        return ends_at.timestamp()

    def check(self) -> bool:
        """Return whether the table answers."""
        with side_engine().connect() as connection:
            return bool(connection.execute(select(1)).scalar())

    def reset(self) -> int:
        """Forget every count; return how many there were."""
        with side_engine().connect() as connection:
            return len(connection.execute(delete(Throttle).returning(Throttle.key)).all())

    def clear(self, key: str) -> None:
        """Forget one key's count."""
        with side_engine().connect() as connection:
            connection.execute(delete(Throttle).where(Throttle.key == key))


def client_address() -> str:
    """Return where a request comes from; of an IPv6 address the network, a house has 2^64 of them."""
    address = request.remote_addr or ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    network = ipaddress.ip_network((parsed, NETWORK_BITS), strict=False)
    return str(parsed.ipv4_mapped or network)


def by_address() -> str:
    """Return the key that stands for the client's address."""
    return digest(f"address:{client_address()}").hex()


def by_address_and(field: str) -> str:
    """Return the key that stands for the client's address together with what was typed in a field."""
    typed = (sent_fields() or MultiDict()).get(field, "")
    return digest(f"address:{client_address()}:{field}:{typed.casefold()}").hex()


limiter = Limiter(
    by_address, storage_uri="palace://", strategy="fixed-window", headers_enabled=False
)


def init_app(app: Flask) -> None:
    """Let views that carry `limiter.limit` refuse whoever comes too often."""
    limiter.init_app(app)
    # Views with a limit count for themselves; the others have none to look up before every request.
    app.before_request_funcs[None].remove(limiter._check_request_limit)
    app.register_error_handler(RateLimitExceeded, _refused)


def _refused(_: RateLimitExceeded) -> ResponseReturnValue:
    broken = limiter.current_limit
    # Flask-Limiter adds a second to the end of the window.
    ends_at = broken.reset_at - 1 if broken else 0
    minutes = math.ceil((ends_at - clock.now().timestamp()) / SECONDS_PER_MINUTE)
    return lifecycle.refused(TooManyTries(minutes=max(1, minutes)))
