"""What a troupe's leader and deputies are told, and what a troupe is called in the audit."""

from __future__ import annotations

from datetime import datetime

from palace.notices import services as notices
from palace.troupes import queries
from palace.troupes.models import Season, Troupe


def subject(troupe: Troupe) -> str:
    """Return what a troupe is called in the audit."""
    return f"troupe:{troupe.id}"


def titles(named: Troupe | Season) -> dict[str, str]:
    """Return a name as notices keep it."""
    return {"zh": named.name_zh, "en": named.name_en}


def tell(
    kind: str, about: str, troupe: Troupe, now: datetime, season: Season | None = None
) -> None:
    """Owe whoever leads a troupe the news of something about it, once each."""
    values = {"title": titles(troupe)} | ({"season": titles(season)} if season else {})
    for member_id in {post.member_id for post in queries.posts_of(troupe.id)}:
        notices.owe(kind, about, f"member:{member_id}", values, now)
