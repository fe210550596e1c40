"""The lock of a package: how many of it there are, counted live behind it, last of all locks."""

from __future__ import annotations

from sqlalchemy import select

from palace.db import db
from palace.errors import NotFound
from palace.packages import queries
from palace.packages.errors import PackageFull
from palace.programme.models import Package


def lock(package_id: int) -> Package:
    """Lock a package's row and return it as it stands then.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Package).where(Package.id == package_id)
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = db.session.scalars(locked).first()
    if found is None:
        raise NotFound
    return found


def check_left(package_id: int, wanted: int) -> None:
    """Refuse if more places are taken than there are, those of this order included.

    Raises:
        PackageFull: carries how many there are without it.
    """
    package = lock(package_id)
    taken = queries.taken(package_id)
    if taken > package.seats:
        raise PackageFull(left=max(0, package.seats - taken + wanted))
