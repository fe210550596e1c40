"""Mass notices: one that reached who has tickets of a show, one that waits to be started."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from palace.broadcasts import services
from palace.broadcasts.models import Broadcast
from palace.broadcasts.rules import Audience, Stage
from palace.broadcasts.services import Text
from palace.db import db
from palace.demo.programme import Show
from palace.members.models import Staff

WRITER, STARTER = "programme", "admin"
SENT_WORD, PROPOSED_WORD = "1958", "2026"
ALL_SOLD = 1.0


def bring_in(shows: Sequence[Show], now: datetime) -> None:
    """Let the programme's staff write both, and the administrator have started the first yesterday."""
    writer, starter = (_staff(login) for login in (WRITER, STARTER))
    part = [show.performance for show in shows if 0 < show.sold < ALL_SOLD]
    first = min(part, key=lambda one: one.starts_at)
    sent = _written(_early_doors(first.id), writer, SENT_WORD, now)
    services.start(sent.id, starter.id, seen=sent.revision, sites=None, now=now)
    sent.written_at = sent.confirmed_at = sent.started_at = sent.released_at = now - timedelta(
        days=1
    )
    sent.state, sent.ended_at = Stage.DONE, now - timedelta(days=1)
    _written(HOLIDAY, writer, PROPOSED_WORD, now)
    db.session.flush()


def _staff(login: str) -> Staff:
    return db.session.scalars(select(Staff).where(Staff.login == login)).one()


def _written(text: Text, writer: Staff, word: str, now: datetime) -> Broadcast:
    """Return a mass notice with the same word after each reset."""
    broadcast = services.write(text, writer.id, None, now)
    broadcast.word = word
    db.session.flush()
    return broadcast


def _early_doors(performance_id: int) -> Text:
    return Text(
        title_zh="演出当晚请早些到",
        title_en="Please come early",
        body_zh="当晚门前道路施工，停车场只留给行动不便的人。\n请坐公交，提前四十分钟到。",
        body_en="The road outside is being mended that evening; the car park is for people who cannot"
        " walk far.\nPlease take the bus and come forty minutes early.",
        audience=Audience.PERFORMANCE,
        unit="",
        performance_id=performance_id,
        outside=True,
    )


HOLIDAY = Text(
    title_zh="冬季开放时间",
    title_en="Winter opening hours",
    body_zh="从下月一号起，文化宫早上九点开门，晚上九点半关门。售票处中午不休息。",
    body_en="From the first of next month the palace opens at nine and closes at half past nine at"
    " night. The ticket office stays open at noon.",
    audience=Audience.MEMBERS,
    unit="",
    performance_id=None,
    outside=True,
)
