"""Why something beside a class's sessions is not done."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NobodyThere(PalaceError):
    """The class has nobody to write to, or to make a troupe of."""

    status, code = 409, "class_empty"
    message = N_("这个班现在没有人。")


class MessagesFull(PalaceError):
    """The class was written enough today. Carries `most`."""

    status, code = 409, "class_messages_full"
    message = N_("今天已经给这个班发了%(most)s条，明天再发。")


class NoPicture(PalaceError):
    """The form came without a picture."""

    status, code = 422, "no_picture"
    message = N_("请先选一张图片，再上传。")
