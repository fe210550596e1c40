"""Why a room is not lent: rules that failed, or somebody was first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from palace.errors import PalaceError
from palace.text import N_


@dataclass(frozen=True)
class Failure:
    """A rule that a wish does not keep: its stable code, a sentence's message id and its raw values.

    `day`: the date it is about; None: the whole wish.
    """

    code: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    day: date | None = None


class RuleFailed(PalaceError):
    """One failed rule as part of a refusal; its code and its sentence are the rule's."""

    status, code = 422, "rule_failed"

    def __init__(self, failure: Failure) -> None:
        super().__init__(day=failure.day, **failure.values)
        self.code, self.message = failure.code, failure.sentence


class RuleFailedOn(PalaceError):
    """One failed rule of some dates of a series. Carries `days` and `why`."""

    status, code = 422, "rule_failed_on"
    message = N_("%(days)s：%(why)s")


class RulesFailed(PalaceError):
    """The rules of the palace say no. Carries every failed one as `failures`, and `why` in words."""

    status, code = 422, "rules_failed"
    message = N_("%(why)s")

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(why=_told(failures), failures=[RuleFailed(one) for one in failures])
        self.failures = failures


def _told(failures: Iterable[Failure]) -> list[PalaceError]:
    """Return each sentence once, with the dates it is about where there are several."""
    days: dict[tuple[str, str], list[date]] = {}
    firsts: dict[tuple[str, str], Failure] = {}
    for failure in failures:
        key = failure.sentence, repr(failure.values)
        firsts.setdefault(key, failure)
        days.setdefault(key, []).extend([failure.day] if failure.day else [])
    several = len({day for some in days.values() for day in some}) > 1
    return [
        RuleFailedOn(days=days[key], why=RuleFailed(first))
        if several and days[key]
        else RuleFailed(first)
        for key, first in firsts.items()
    ]


class Taken(PalaceError):
    """Somebody has the room on some of the dates; nothing is taken then. Carries `days`."""

    status, code = 409, "room_taken"
    message = N_("%(days)s这个时间刚被别人约走了，请改时间、换场地或跳过这一天。")

    def __init__(self, days: Sequence[date]) -> None:
        super().__init__(days=list(days))


class NoiseBeside(PalaceError):
    """Next door it is loud while this is quiet, or the other way round. Carries `days`."""

    status, code = 409, "noise_beside"
    message = N_("%(days)s隔壁这个时间的用途和您的会互相吵到，请改时间或换场地。")

    def __init__(self, days: Sequence[date]) -> None:
        super().__init__(days=list(days))


class EquipmentShort(PalaceError):
    """The house has not so many of a thing at that time. Carries `thing`, `left` and `days`."""

    status, code = 409, "equipment_short"
    message = N_("%(days)s这个时间，%(thing)s只剩%(left)s件，请少借一些或改时间。")


class NotSkipped(PalaceError):
    """The date of a series is not one that was skipped, or it is over."""

    status, code = 409, "not_skipped"
    message = N_("这一天已经约上了，或者已经过去了。")


class AlreadyOver(PalaceError):
    """The date has ended or was given back before: there is nothing left to cancel."""

    status, code = 409, "occurrence_over"
    message = N_("这一次已经结束或取消了。")


class AlreadyWaiting(PalaceError):
    """They wait for the room already, at a time that overlaps. Carries `starts_at`, `ends_at`."""

    status, code = 409, "room_already_waiting"
    message = N_("您已经在排这个场地%(starts_at)s到%(ends_at)s。想改时间，请先退出那一次。")


class NothingToWaitFor(PalaceError):
    """The room is free then."""

    status, code = 409, "room_is_free"
    message = N_("这个时间现在就空着，不用排队，直接约就行。")


class NoOfferYet(PalaceError):
    """It is not their turn yet."""

    status, code = 409, "no_room_offer_yet"
    message = N_("还没有轮到您，空出来马上告诉您。")


class OfferOver(PalaceError):
    """The time to take what was offered has passed, or it was given up."""

    status, code = 409, "room_offer_over"
    message = N_("给您留的时间已经过了，场地让给后面的人了。")


class DatesChanged(PalaceError):
    """The dates that would be changed are not those that were shown."""

    status, code = 409, "dates_changed"
    message = N_("这份预约刚被改过，请看一下现在的日期再改。")


class ReservationUnchanged(PalaceError):
    """Time, room and head count are as they were."""

    status, code = 422, "reservation_unchanged"
    message = N_("时间、场地和人数都和现在一样，没有要改的。")


class InTheWayChanged(PalaceError):
    """Others have the space at that time than whoever decides was shown."""

    status, code = 409, "in_the_way_changed"
    message = N_("这个时间的预约刚刚有变化，请看一下现在有谁，再决定要不要让他们让出来。")
