"""Who may take which room when: plain values in, every failed rule out. All figures are rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from palace.rooms.errors import Failure
from palace.rooms.wishes import Approval, Facts, Figures, Opens, RoomFacts, Span, Takers, Wanted
from palace.text import N_

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def month(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def failed_rules(
    wish: Wanted, facts: Facts, *, skips: Collection[date] = frozenset()
) -> list[Failure]:
    """Return every rule that a wish does not keep, those of the whole wish first, then date by date.

    What needs a person's word (beyond the quota, marked rooms) is none: see `must_decide`.

    Args:
        skips: dates of the wish that are left out; they belong to the series and keep no other rule.
    """
    left = left_of(wish, skips)
    whole = [*_of_who(wish, facts), *_of_series(wish, facts), *_of_quota(wish, facts, left)]
    if not left:
        whole.append(Failure("no_dates", N_("请至少约一天。")))
    return whole + [failure for span in left for failure in _of_date(span, wish, facts)]


def left_of(wish: Wanted, skips: Collection[date]) -> list[Span]:
    """Return the dates of a wish without those that are skipped."""
    return [span for span in wish.spans if span.day not in skips]


def _of_who(wish: Wanted, facts: Facts) -> Iterator[Failure]:
    if facts.barred_until and facts.today < facts.barred_until:
        yield Failure(
            "barred", N_("%(until)s前不能新预约，已约的照常使用。"), {"until": facts.barred_until}
        )
    takers = {facts.room_on(span.day).figures.takers for span in wish.spans}
    if wish.troupe_id is None and Takers.TROUPE in takers:
        yield Failure("for_troupes", N_("这个场地由文艺团队的负责人预约。"))
    if wish.troupe_id is not None and Takers.MEMBER in takers:
        yield Failure("for_members", N_("这个场地由会员本人预约，不按团队预约。"))
    if wish.troupe_id is None and not facts.is_member:
        yield Failure("not_verified", N_("只有核对过的工会会员才能预约。"))
    if wish.troupe_id is not None and not facts.leads:
        yield Failure("not_leader", N_("只有团队的负责人、副负责人能替团队预约。"))
    if wish.purpose not in facts.purposes:
        yield Failure("purpose_unknown", N_("请选择用途。"))
    if wish.people < 1:
        yield Failure("nobody", N_("请填写人数。"))


def _of_series(wish: Wanted, facts: Facts) -> Iterator[Failure]:
    figures, days = facts.figures, [span.day for span in wish.spans]
    if len(days) == 1 and not facts.in_series:
        return
    if any(day != days[0] + WEEK * number for number, day in enumerate(days)):
        yield Failure("not_weekly", N_("按周预约要每周同一天，一周接一周。"))
    if len(days) > max(1, figures.series_weeks):
        most = figures.series_weeks
        yield (
            Failure("series_too_long", N_("一次最多约%(most)s周。"), {"most": most})
            if most > 1
            else Failure("no_series", N_("这个场地不能按周连续预约。"))
        )
    last = facts.today + timedelta(days=figures.series_days)
    if days[-1] > last:
        yield Failure("series_too_far", N_("按周预约最远约到%(last)s。"), {"last": last})


def _of_quota(wish: Wanted, facts: Facts, left: Iterable[Span]) -> Iterator[Failure]:
    for span in beyond_quota(wish, facts, left):
        if facts.room_on(span.day).figures.approval is Approval.NEVER:
            yield Failure("quota_full", N_("团队的时数已经用完了。"), day=span.day)
    most = facts.figures.future_count
    if not facts.in_series and 0 < most <= facts.future:
        yield Failure(
            "too_many_ahead", N_("还没用的预约最多%(most)s次，用过再约。"), {"most": most}
        )


def beyond_quota(wish: Wanted, facts: Facts, spans: Iterable[Span]) -> list[Span]:
    """Return the dates with which a troupe has more minutes than its week or month allows in their rooms.

    Exactly the quota is within it. In the days before a troupe's own show none holds.
    """
    if wish.troupe_id is None:
        return []
    by_week, by_month = dict(facts.by_week), dict(facts.by_month)
    beyond = []
    for span in spans:
        figures = facts.room_on(span.day).figures
        week = _limit(facts.week_minutes, figures.troupe_week_minutes)
        most = _limit(facts.month_minutes, figures.troupe_month_minutes)
        in_week, in_month = monday(span.day), month(span.day)
        by_week[in_week] = by_week.get(in_week, 0) + span.minutes
        by_month[in_month] = by_month.get(in_month, 0) + span.minutes
        full = 0 < week < by_week[in_week] or 0 < most < by_month[in_month]
        if full and not before_own_show(span.day, facts):
            beyond.append(span)
    return beyond


def _limit(own: int | None, policys: int) -> int:
    return policys if own is None else own


def before_own_show(day: date, facts: Facts) -> bool:
    """Return whether a day lies in the days before a show of the troupe's own, or is its day."""
    ahead = timedelta(days=facts.room_on(day).figures.priority_days)
    return bool(ahead) and any(show - ahead <= day <= show for show in facts.show_days)


def must_decide(wish: Wanted, facts: Facts, spans: Iterable[Span]) -> set[date]:
    """Return the days of those dates that somebody of the palace has to pass first."""
    spans = list(spans)
    marked = {span.day for span in spans if _is_marked(facts.room_on(span.day))}
    return marked | {span.day for span in beyond_quota(wish, facts, spans)}


def _is_marked(room: RoomFacts) -> bool:
    return room.approval or room.figures.approval is Approval.ALWAYS


def _of_date(span: Span, wish: Wanted, facts: Facts) -> Iterator[Failure]:
    room = facts.room_on(span.day)
    yield from _of_room(span, wish, room)
    yield from _of_length(span, room, facts)
    yield from _of_opening(span, room, facts)
    yield from _of_time(span, room, facts)
    yield from _of_day_limits(span, wish, facts)
    if wish.troupe_id is not None and not _certified(span.day, facts.seasons):
        yield Failure("not_certified", N_("团队这一季还没有通过认证。"), day=span.day)


def _of_room(span: Span, wish: Wanted, room: RoomFacts) -> Iterator[Failure]:
    if not room.bookable:
        yield Failure("not_bookable", N_("这个场地暂不外借。"), day=span.day)
    if room.stopped is not None:
        yield Failure("stopped", N_("暂停新预约：%(reason)s"), {"reason": room.stopped}, span.day)
    if room.purposes and wish.purpose not in room.purposes:
        yield Failure("purpose_unfit", N_("这个场地不作这种用途。"), day=span.day)
    if wish.people > room.capacity:
        most = {"most": room.capacity}
        yield Failure("too_many_people", N_("这个场地最多%(most)s人。"), most, span.day)
    if 0 < wish.people < room.min_people:
        least = {"least": room.min_people}
        yield Failure("too_few_people", N_("这个场地至少%(least)s人才借。"), least, span.day)


def _of_length(span: Span, room: RoomFacts, facts: Facts) -> Iterator[Failure]:
    figures = room.figures
    starts_at, ends_at = (each.astimezone(facts.zone) for each in (span.starts_at, span.ends_at))
    midnight = facts.at(span.day + DAY, time())
    if ends_at <= starts_at:
        yield Failure("ends_first", N_("结束要晚于开始。"), day=span.day)
        return
    if starts_at.date() != span.day or ends_at > midnight:
        yield Failure("over_midnight", N_("预约不能过零点，请分成两天。"), day=span.day)
    if span.minutes < figures.min_minutes:
        least = {"least": figures.min_minutes}
        yield Failure("too_short", N_("一次至少%(least)s分钟。"), least, span.day)
    if span.minutes > room.longest:
        yield Failure("too_long", N_("一次最多%(most)s分钟。"), {"most": room.longest}, span.day)
    step = timedelta(minutes=figures.step_minutes)
    since = [each - facts.at(span.day, time()) for each in (starts_at, ends_at)]
    if any(each % step for each in since):
        every = {"step": figures.step_minutes}
        yield Failure("off_raster", N_("开始和结束要按%(step)s分钟一格。"), every, span.day)


def _of_opening(span: Span, room: RoomFacts, facts: Facts) -> Iterator[Failure]:
    spans = room.open.get(span.day, ())
    if not spans:
        yield Failure("closed_day", N_("这一天不开门。"), day=span.day)
    elif not any(opens <= span.starts_at and span.ends_at <= closes for opens, closes in spans):
        hours = {"hours": [_clock(one, facts) for one in spans]}
        yield Failure("outside_hours", N_("这一天的开放时间是%(hours)s。"), hours, span.day)
    for shut in room.shut:
        if shut.starts_at < span.ends_at and span.starts_at < shut.ends_at:
            yield Failure("shut", N_("这个时间关闭：%(reason)s"), {"reason": shut}, span.day)


def _clock(span: tuple[datetime, datetime], facts: Facts) -> str:
    opens, closes = (each.astimezone(facts.zone) for each in span)
    ends = f"{closes:%H:%M}" if closes.date() == opens.date() else "24:00"
    return f"{opens:%H:%M}–{ends}"


def _of_time(span: Span, room: RoomFacts, facts: Facts) -> Iterator[Failure]:
    lead = timedelta(minutes=room.figures.lead_minutes)
    if span.starts_at < facts.now:
        yield Failure("past", N_("这个时间已经过去了。"), day=span.day)
    elif span.starts_at - facts.now < lead:
        by = {"until": span.starts_at - lead}
        yield Failure("too_late", N_("要在%(until)s之前预约。"), by, span.day)
    elif not facts.in_series:
        yield from _of_window(span.day, room.figures, facts)


def _of_window(day: date, figures: Figures, facts: Facts) -> Iterator[Failure]:
    opens_at, closes_at = window(day, figures, facts.zone)
    if facts.now < opens_at:
        yield Failure("not_open_yet", N_("这一天%(opens)s开始预约。"), {"opens": opens_at}, day)
    elif closes_at and facts.now >= closes_at:
        yield Failure(
            "window_over", N_("这一天的预约%(closes)s截止了。"), {"closes": closes_at}, day
        )


def window(day: date, figures: Figures, zone: tzinfo) -> tuple[datetime, datetime | None]:
    """Return from when, and until when if that ends, a day may be taken by itself."""
    if figures.opens is Opens.ROLLING:
        first = day - timedelta(days=figures.opens_days)
        return datetime.combine(first, figures.opens_at, zone), None
    first = monday(day) - WEEK + timedelta(days=figures.opens_weekday - 1)
    lasts = timedelta(days=(figures.opens_last_weekday - figures.opens_weekday) % 7 + 1)
    opens_at = datetime.combine(first, figures.opens_at, zone)
    return opens_at, datetime.combine(first + lasts, time(), zone)


def _of_day_limits(span: Span, wish: Wanted, facts: Facts) -> Iterator[Failure]:
    figures = facts.room_on(span.day).figures
    if wish.troupe_id is not None:
        return
    had = facts.member_minutes.get(span.day, 0)
    if 0 < figures.member_day_minutes < had + span.minutes:
        most = {"most": figures.member_day_minutes}
        yield Failure("member_day_full", N_("每人每天最多%(most)s分钟。"), most, span.day)
    if facts.has_unit and 0 < figures.unit_day_count <= facts.unit_counts.get(span.day, 0):
        most = {"most": figures.unit_day_count}
        yield Failure("unit_day_full", N_("每个单位每天最多%(most)s场，已经满了。"), most, span.day)


def _certified(day: date, seasons: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in seasons)


def decide_by(span: Span, figures: Figures, now: datetime) -> datetime:
    """Return until when somebody has to decide about a date: at its start at the latest."""
    return min(now + timedelta(hours=figures.decide_hours), span.starts_at)


def sign_in_by(span: Span, figures: Figures) -> datetime | None:
    """Return until when somebody must have signed in, or the room is free; None: nobody must."""
    return span.starts_at + timedelta(minutes=figures.grace_minutes) if figures.sign_in else None


def is_late_to_cancel(starts_at: datetime, figures: Figures, now: datetime) -> bool:
    """Return whether who cancels now cancels too late; exactly the figure before the start is in time."""
    return starts_at - now < timedelta(minutes=figures.cancel_minutes)


def most_at_once(counted: Iterable[tuple[datetime, datetime, int]], span: Span) -> int:
    """Return how many things are away at once at most within a span; each is from, until, how many."""
    changes = []
    for starts_at, ends_at, count in counted:
        if starts_at < span.ends_at and span.starts_at < ends_at:
            changes += [(max(starts_at, span.starts_at), count), (ends_at, -count)]
    most = away = 0
    for _, change in sorted(changes):
        away += change
        most = max(most, away)
    return most
