"""One run: 64 buyers sell the whole house over HTTP while faults strike at random moments."""

from __future__ import annotations

import itertools
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.faults import inflict, ledger
from tests.faults.browser import Answer, Browser, Log
from tests.faults.house import House
from tests.faults.ledger import Told

BUYERS = 64
SALE_LIMIT = 300.0  # seconds; a palace that does not come back by itself is found out here
LAST_FAULT = 0.85  # of the house is sold when the last fault strikes
LAPSE = "2 s"


@dataclass
class Strike:
    """A fault that happened: when, how many seats were sold then, how long nobody got an answer."""

    kind: str
    began: float
    sold: int
    outage: float = 0.0


@dataclass
class Sale:
    """What happened in a run, as the people outside know it."""

    house: House
    chance: random.Random
    log: Log = field(default_factory=Log)
    browsers: dict[int, Browser] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)
    left: dict[str, float] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sold(self) -> int:
        """Return how many seats were acknowledged as sold."""
        return len(self.house.seats) - len(self.left)

    def keep(self, member_id: int, path: str, key: str, body: Any, answer: Answer) -> None:
        """Keep an acknowledgement."""
        first = answer.json
        with self.lock:
            self.told.append(Told(member_id, path, key, body, first))
            if first["state"] == "settled":
                for seat in first["seats"]:
                    self.left.pop(seat, None)
            if not self.left:
                self.over.set()

    def choose(self, chance: random.Random) -> list[str]:
        """Return a cart of seats that nobody is known to have just now."""
        now = time.monotonic()
        with self.lock:
            free = [seat for seat, busy_until in self.left.items() if busy_until < now]
        return chance.sample(free, min(len(free), chance.randint(1, 4)))

    def set_aside(self, seats: Sequence[str], seconds: float) -> None:
        """Leave seats alone for a while: somebody has them."""
        with self.lock:
            for seat in seats:
                if seat in self.left:
                    self.left[seat] = time.monotonic() + seconds


def run(house: House, kinds: Sequence[str], seed: int, seconds: float) -> Sale:
    """Sell the house while faults strike, those that last for `seconds`; return what happened."""
    chance = random.Random(seed)
    sale = Sale(house, chance, left=dict.fromkeys(house.seats, 0.0))
    cookies = house.cookies.items()
    sale.browsers = {member: Browser(house, sale.log, cookie) for member, cookie in cookies}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Browser.fetch_token, sale.browsers.values()))
    jobs: list[Callable[[], None]] = [
        _job(_buy, sale, browser, member, random.Random(seed * 1000 + member))
        for member, browser in sale.browsers.items()
    ]
    cookie = next(iter(house.cookies.values()))
    jobs += [_job(_read, sale, Browser(house, sale.log, cookie, word)) for word in ("zh", "en")]
    jobs.append(_job(_let_lapse, sale))
    with _together(jobs, sale):
        _strike(sale, kinds, seconds)
        sale.over.wait(max(0.0, SALE_LIMIT))
    _measure(sale)
    return sale


def _job(act: Callable[..., None], sale: Sale, *words: Any) -> Callable[[], None]:
    """Return a job that ends the sale if it breaks: nobody would be left to hear of its tickets."""

    def do() -> None:
        try:
            act(sale, *words)
        except Exception:
            sale.over.set()
            raise

    return do


@contextmanager
def _together(jobs: list[Callable[[], None]], sale: Sale) -> Iterator[None]:
    """Run the jobs beside the block; at its end they are told that the sale is over."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        started = [pool.submit(job) for job in jobs]
        try:
            yield
        finally:
            sale.over.set()
        for job in started:
            job.result()


def _buy(sale: Sale, browser: Browser, member: int, chance: random.Random) -> None:
    """Buy random carts until the house is sold: at once, in two steps, or letting the hold lapse."""
    while not sale.over.is_set():
        cart = sale.choose(chance)
        if not cart:
            time.sleep(0.1)
            continue
        way = chance.choices(["at once", "two steps", "abandon"], [6, 3, 1])[0]
        order = _hold(sale, browser, member, cart, confirm=way == "at once")
        if order and way == "two steps":
            _confirm(sale, browser, member, order)
        elif order and way == "abandon":
            sale.set_aside(cart, 2.5)
            sale.abandoned.append(order)


def _hold(
    sale: Sale, browser: Browser, member: int, cart: list[str], *, confirm: bool
) -> str | None:
    path, key = f"/performances/{sale.house.performance_id}/hold", secrets.token_urlsafe(12)
    body = {"seats": cart, "confirm": "1"} if confirm else {"seats": cart}
    sale.set_aside(cart, 30)
    answer = browser.until_answered("POST", path, body, key)
    sale.answered.append(time.monotonic())
    if answer.status == 201:
        sale.keep(member, path, key, body, answer)
        return str(answer.json["order"])
    _expect(sale, path, answer, {409})
    sale.set_aside(cart, 0.3)
    return None


def _confirm(sale: Sale, browser: Browser, member: int, order: str) -> None:
    path, key = f"/orders/{order}/confirm", secrets.token_urlsafe(12)
    answer = browser.until_answered("POST", path, {}, key)
    sale.answered.append(time.monotonic())
    if _expect(sale, path, answer, {200}):
        sale.keep(member, path, key, {}, answer)


def _expect(sale: Sale, path: str, answer: Answer, statuses: set[int]) -> bool:
    if answer.status in statuses:
        return True
    with sale.log.lock:
        sale.log.wrong.append(f"{path}: {answer.status} {answer.body[:200]!r}")
    return False


def _read(sale: Sale, browser: Browser) -> None:
    """Look at pages meanwhile, as somebody with a browser; each must come or say in words that it will."""
    number = sale.house.performance_id
    pages = [f"/performances/{number}", "/mine", "/", f"/performances/{number}/rows", "/about"]
    for page in itertools.cycle(pages):
        if sale.over.wait(0.1):
            return
        answer = browser.ask("GET", page)
        if answer is not None and answer.status != 503:
            _expect(sale, page, answer, {200})
        ticket = next((one.first["tickets"][0] for one in sale.told if one.first["tickets"]), None)
        if page == "/mine" and ticket:
            browser.ask("GET", f"/tickets/{ticket}.pdf")


def _let_lapse(sale: Sale) -> None:
    """Bring the end of abandoned holds near, so that the run need not wait a quarter of an hour."""
    statement = text(
        f"UPDATE claims SET held_until = palace_clock() + interval '{LAPSE}'"  # noqa: S608 - our own word
        f" WHERE held_until > palace_clock() + interval '{LAPSE}'"
        " AND order_id IN (SELECT id FROM orders WHERE code = ANY(:codes))"
    )
    engine, done = sale.house.owner(), 0
    while not sale.over.wait(0.3):
        codes = sale.abandoned[done:]
        if codes:
            try:
                with engine.begin() as connection:
                    connection.execute(statement, {"codes": codes})
            except OperationalError:
                continue
            done += len(codes)


def _strike(sale: Sale, kinds: Sequence[str], seconds: float) -> None:
    """Let each fault strike once, in random order, spread over the sale; each is over before the next."""
    order = sale.chance.sample(list(kinds), len(kinds))
    moments = sorted(sale.chance.uniform(0.02, LAST_FAULT) for _ in order)
    for kind, moment in zip(order, moments, strict=True):
        until = moment * len(sale.house.seats)
        inflict.wait_for("the sale", lambda until=until: sale.sold >= until or sale.over.is_set())  # type: ignore[misc]  # bound early
        sale.strikes.append(Strike(kind, time.monotonic(), sale.sold))
        inflict.inflict(sale.house, kind, sale.chance, seconds)
        so_far = len(sale.answered)
        inflict.wait_for(
            f"service after {kind}",
            lambda so_far=so_far: len(sale.answered) > so_far + 8 or sale.over.is_set(),  # type: ignore[misc]  # bound early
        )


def _measure(sale: Sale) -> None:
    """Find for each strike the longest time in which nobody was answered, until the next one."""
    ends = [*[strike.began for strike in sale.strikes], time.monotonic()][1:]
    answered = sorted(sale.answered)
    for strike, end in zip(sale.strikes, ends, strict=True):
        within = [at for at in answered if strike.began <= at < end]
        gaps = [after - before for before, after in itertools.pairwise([strike.began, *within])]
        strike.outage = max(gaps, default=0.0)


def judge(sale: Sale) -> list[str]:
    """Ask every acknowledged key again, read the books, and return everything that is wrong."""

    def all_again(member: int) -> list[str]:
        mine = [one for one in sale.told if one.member_id == member]
        return [why for one in mine if (why := _again(sale.browsers[member], one))]

    with ThreadPoolExecutor(8) as pool:
        changed = [why for found in pool.map(all_again, sale.browsers) for why in found]
    books = ledger.read(sale.house.owner(), sale.house.performance_id)
    seats = set(sale.house.seats)
    return [*sale.log.wrong, *changed, *ledger.faults(sale.told, books, seats, sold_out=True)]


def _again(browser: Browser, one: Told) -> str | None:
    return ledger.changed(one, browser.until_answered("POST", one.path, one.body, one.key))
