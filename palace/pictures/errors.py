"""Why a picture is not taken."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NotAPicture(PalaceError):
    """What was sent cannot be read as a JPEG, PNG or WebP."""

    status, code = 422, "not_a_picture"
    message = N_("这个文件打不开。请上传JPEG、PNG或WebP图片。")


class PictureTooLarge(PalaceError):
    """The picture has more bytes, or would unfold to more points, than we take. Carries `megabytes`."""

    status, code = 422, "picture_too_large"
    message = N_("图片太大了。请用%(megabytes)sMB以内、%(megapixels)s百万像素以内的图片。")


class PictureTooSmall(PalaceError):
    """The picture would be a blur on every page. Carries `points`."""

    status, code = 422, "picture_too_small"
    message = N_("图片太小了，长边至少要%(points)s点。")
