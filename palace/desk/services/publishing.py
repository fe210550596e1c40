"""What is looked at before a performance is published, publishing it once, and taking it back unsold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from flask_babel import gettext

from palace import clock
from palace.clock import palace_day
from palace.db import db
from palace.desk import claims
from palace.desk.errors import NotReady
from palace.desk.queries import selling, staged
from palace.desk.rules import unpriced_zones
from palace.desk.services.staging import check_open, check_unsold, subject
from palace.members.services import note
from palace.programme.models import Performance, Tier
from palace.programme.queries import working_minutes, working_title
from palace.programme.rules import Finding, Seating
from palace.programme.services import zones_of
from palace.review.queries import is_reviewed
from palace.text import N_
from palace.words import instant_words, value_words

Check = Callable[[Performance], Finding]
checks: dict[str, Check] = {}
"""What is looked at, by name, in the order of the page; other parts add theirs in create_app."""


def findings(performance: Performance) -> list[Finding]:
    """Return what every check says of a performance now."""
    return [check(performance) for check in checks.values()]


def said(finding: Finding) -> str:
    """Return the sentence of a finding in the language in force."""
    values = {name: value_words(value) for name, value in finding.values.items()}
    return str(gettext(finding.words, **values))


def publish(performance_id: int) -> bool:
    """Publish a performance; return False where somebody has already.

    Raises:
        NotReady: a check is red; carries the sentences.
        NotStaged: it is over or cancelled.
    """
    performance = claims.lock(performance_id)
    now = clock.now()
    check_open(performance, now)
    if performance.published_at is not None:
        return False
    red = [said(finding) for finding in findings(performance) if not finding.well]
    if red:
        raise NotReady(findings=" ".join(red))
    performance.published_at = now
    db.session.flush()
    note("performance_published", subject(performance.id))
    return True


def unpublish(performance_id: int) -> bool:
    """Take a performance back that nobody has booked; return False where it was not published.

    Whoever read just before that it is on sale may still be booking: look once more afterwards
    (`stays_published`).

    Raises:
        AlreadyBooked: carries how many places are sold or held.
        NotStaged: it is over or cancelled.
    """
    performance = claims.lock_from_sale(performance_id)
    check_unsold(performance)
    if performance.published_at is None:
        return False
    performance.published_at = None
    db.session.flush()
    note("performance_unpublished", subject(performance.id))
    return True


def stays_published(performance_id: int) -> int:
    """Publish a performance again that somebody booked while it was taken back; return how many did."""
    performance = claims.lock_from_sale(performance_id)
    now = clock.now()
    sold = staged.sold_count(performance.id, now)
    if sold and performance.published_at is None:
        performance.published_at = now
        db.session.flush()
        note("performance_published", subject(performance.id), why=gettext(BOOKED_MEANWHILE))
    return sold


BOOKED_MEANWHILE = N_("撤下的那一刻有人订了")


def hall(performance: Performance) -> Finding:
    """Look whether the hall is the performance's from get-in to get-out."""
    name, page = N_("场地"), "desk.place"
    hours = staged.hours_of(performance)
    if hours is None:
        return Finding(name=name, well=False, words=N_("还没有占下场地，请重新排时间。"), page=page)
    return Finding(
        name=name,
        well=True,
        words=N_("%(space)s从%(begins)s占到%(ends)s，连同装台和拆台。"),
        values={"space": performance.space, "begins": hours.lower, "ends": hours.upper},
        page=page,
    )


def capacity(performance: Performance) -> Finding:
    """Look whether it is said how many people may come."""
    name, page = N_("人数"), "desk.place"
    if performance.capacity < 1:
        return Finding(name=name, well=False, words=N_("请填最多多少人。"), page=page)
    words = N_("座位图上%(count)s座。") if performance.plan_id else N_("最多%(count)s人。")
    return Finding(
        name=name, well=True, words=words, values={"count": performance.capacity}, page=page
    )


def prices(performance: Performance) -> Finding:
    """Look whether every zone costs something in at least one tier that is not taken off sale."""
    name, page = N_("票价"), "desk.prices"
    if performance.seating is Seating.OPEN:
        return Finding(name=name, well=True, words=N_("不用订票，没有票价。"), page=page)
    amounts = selling.prices_of(performance.id)
    zones = zones_of(performance.plan)
    missing = unpriced_zones(zones, [zone for cells in amounts.values() for zone in cells])
    if missing == [""]:
        words = N_("还没有票价。免费也要填，填0。")
        return Finding(name=name, well=False, words=words, page=page)
    if missing:
        words = N_("%(zones)s区还没有票价，免费也要填，填0。")
        return Finding(name=name, well=False, words=words, values={"zones": missing}, page=page)
    return Finding(
        name=name,
        well=True,
        words=N_("%(tiers)s个票种，每个区都有票价。"),
        values={"tiers": len(amounts)},
        page=page,
    )


def languages(performance: Performance) -> Finding:
    """Look whether everything the public reads is there in both languages."""
    name = N_("中英文")
    missing = [value_words(what) for what in _untold(performance)]
    if missing:
        words = N_("缺中文或英文：%(missing)s。")
        return Finding(
            name=name, well=False, words=words, values={"missing": missing}, page="desk.tiers"
        )
    return Finding(name=name, well=True, words=N_("剧目、场地和票种都有中英文。"))


def _untold(performance: Performance) -> Iterator[str]:
    production = performance.production
    told = [production.title_zh, production.title_en, production.about_zh, production.about_en]
    if not all(text.strip() for text in told):
        yield gettext("剧目《%(title)s》", title=" ".join(working_title(production)).strip())
    if not (performance.space.name_zh and performance.space.name_en):
        yield performance.space.name_zh or performance.space.name_en
    for tier in selling.tiers_for(performance.id):
        if tier.id in selling.prices_of(performance.id) and not _is_told(tier):
            yield tier.name_zh or tier.name_en


def _is_told(tier: Tier) -> bool:
    return bool(tier.name_zh and tier.name_en) and bool(tier.proof_zh) == bool(tier.proof_en)


def opening(performance: Performance) -> Finding:
    """Look whether the sale opens before it closes, and closes before the show begins."""
    name, page = N_("开票"), "desk.sale"
    opens, closes = performance.sale_opens_at, performance.sale_closes_at
    values = {"opens": opens, "closes": closes}
    if performance.seating is Seating.OPEN:
        return Finding(name=name, well=True, words=N_("不用订票，到时候来就行。"), page=page)
    last = staged.last_opening(performance.id)
    if last is not None and last > opens:
        words = N_("公众%(opens)s开票，可是有单位或会员%(last)s才开，比公众还晚。")
        late = {"opens": opens, "last": last}
        return Finding(name=name, well=False, words=words, values=late, page=page)
    if not opens < closes <= performance.starts_at:
        words = N_("%(opens)s开票，%(closes)s停止订票：要先开票，最晚开演时停。")
        return Finding(name=name, well=False, words=words, values=values, page=page)
    words = N_("%(opens)s开票，%(closes)s停止订票。")
    return Finding(name=name, well=True, words=words, values=values, page=page)


def releases(performance: Performance) -> Finding:
    """Look whether kept seats come back on sale before the show begins."""
    name, last = N_("预留座位"), staged.last_release(performance.id)
    if last is None:
        return Finding(name=name, well=True, words=N_("没有预留的座位。"))
    values = {"last": last, "count": staged.kept_count(performance.id, clock.now())}
    if last >= performance.starts_at:
        words = N_("有座位预留到%(last)s，比开演还晚。")
        return Finding(name=name, well=False, words=words, values=values)
    words = N_("留着%(count)s座，最晚%(last)s放开。")
    return Finding(name=name, well=True, words=words, values=values)


def still_ahead(performance: Performance) -> Finding:
    """Look whether the show is still to come."""
    name, page = N_("时间"), "desk.place"
    if performance.starts_at <= clock.now():
        return Finding(name=name, well=False, words=N_("开演时间已经过了。"), page=page)
    words = N_("%(starts)s开演，%(doors)s开门。")
    values = {"starts": performance.starts_at, "doors": instant_words(performance.doors_at)}
    return Finding(name=name, well=True, words=words, values=values, page=page)


def review(performance: Performance) -> Finding:
    """Look whether what the public reads of the production has passed the review."""
    name, where = N_("审核"), {"production_id": performance.production_id}
    page = "productions.production"
    if not is_reviewed(f"production:{performance.production_id}"):
        words = N_("剧目还没有审过，审过才能发布。")
        return Finding(name=name, well=False, words=words, page=page, where=where)
    return Finding(name=name, well=True, words=N_("剧目审过了。"), page=page, where=where)


def length(performance: Performance) -> Finding:
    """Look whether the hall is taken for as long as the production is by now."""
    name, page = N_("全长"), "desk.place"
    minutes = working_minutes(performance.production)
    values = {"minutes": minutes}
    if performance.ends_at - performance.starts_at != timedelta(minutes=minutes):
        words = N_("剧目改成了%(minutes)s分钟，请把“场地和时间”再存一次。")
        return Finding(name=name, well=False, words=words, values=values, page=page)
    return Finding(name=name, well=True, words=N_("演%(minutes)s分钟。"), values=values, page=page)


def permit(performance: Performance) -> Finding:
    """Look whether a show of its size in such a hall has the permit it needs, and that it still holds."""
    name, production = N_("批文"), performance.production
    page, where = "productions.production", {"production_id": production.id}
    needed = staged.permits_needed(performance)
    if not needed:
        return Finding(name=name, well=True, words=N_("这样的场地和人数，不要批文。"))
    if not production.permit_number:
        return Finding(
            name=name,
            well=False,
            words=N_("要有批文：%(permits)s。请在剧目里填批准文号。"),
            values={"permits": needed},
            page=page,
            where=where,
        )
    until = production.permit_until
    if until is not None and until < palace_day(performance.starts_at):
        words = N_("批文只到%(until)s，演出那天已经过期。")
        values = {"until": until}
        return Finding(name=name, well=False, words=words, values=values, page=page, where=where)
    number = {"number": production.permit_number}
    return Finding(name=name, well=True, words=N_("批准文号 %(number)s。"), values=number)


checks |= {
    "review": review,
    "time": still_ahead,
    "length": length,
    "hall": hall,
    "capacity": capacity,
    "prices": prices,
    "opening": opening,
    "releases": releases,
    "languages": languages,
    "permit": permit,
}
