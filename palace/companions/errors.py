"""Why somebody is not kept on a member's list, or may not come along."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class TooManyKept(PalaceError):
    """The list is full. Carries `limit`, how many it holds."""

    status, code = 409, "too_many_kept"
    message = N_("最多存%(limit)s位同行人。不再一起来的，先从下面删掉。")


class KeptBefore(PalaceError):
    """This document is on the list already, or the member themselves are."""

    status, code = 409, "kept_before"
    message = N_("这个人已经在名单上了，不用再加。")


class TooManyPeople(PalaceError):
    """More people than one order may bring. Carries `limit`."""

    status, code = 409, "too_many_people"
    message = N_("一单最多%(limit)s个人，请少选几位。")


class TooManyMinors(PalaceError):
    """More minors than one order may bring. Carries `limit` and `age`, who counts as one."""

    status, code = 409, "too_many_minors"
    message = N_("一单最多带%(limit)s个未满%(age)s岁的孩子，请换大人或少选几位。")
