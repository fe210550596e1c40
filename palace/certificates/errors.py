"""Why a certificate is not given, or not taken back."""

from __future__ import annotations

from palace.errors import NotFound, PalaceError
from palace.text import N_


class ClassNotOver(PalaceError):
    """Certificates are given once the last session is over."""

    status, code = 409, "class_not_over"
    message = N_("上完最后一次课再发证书。")


class NobodyEarned(PalaceError):
    """Nobody of the class who has none yet was there often enough. Carries `percent`."""

    status, code = 409, "nobody_earned"
    message = N_("没有可以发的：出勤满%(percent)s%%的都发过了，或者还没有点名。")


class NotEarned(PalaceError):
    """They were not there often enough, as the roll stands now. Carries `percent`."""

    status, code = 409, "certificate_not_earned"
    message = N_("按现在的点名，出勤不到%(percent)s%%，不能发。")


class CertificateStands(PalaceError):
    """One that is to be given anew still holds: it is revoked first."""

    status, code = 409, "certificate_stands"
    message = N_("这一张还有效，请先撤销再补发。")


class CertificateUnknown(NotFound):
    """Who checks a certificate learns that the palace gave none of this code."""

    code = "certificate_unknown"
    message = N_("没有这张证书。网址请和证书上的二维码对一对；扫码也是这样，就不是我们发的。")
