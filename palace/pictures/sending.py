"""A form with a picture, as a browser sends it: the picture is kept first, then the form is checked."""

from __future__ import annotations

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import Optional, Regexp

from palace.db import transaction
from palace.errors import BadInput, PalaceError
from palace.forms import Form
from palace.pictures import queries, services
from palace.web import checked, refusal_words

CODE = r"^[a-z2-7]{20}\Z"


class PictureForm(Form):
    """A form whose thing may have a picture: the code of one, or the file of a new one as the part `file`."""

    picture = StringField(validators=[Optional(), Regexp(CODE, message=_("请刷新这一页再改。"))])
    without_picture = BooleanField(_("不要图片"))

    @property
    def kept(self) -> str | None:
        """Return the code of the picture that is wanted."""
        return None if self.without_picture.data else self.picture.data or None

    def take_in(self) -> None:
        """Keep the picture that was sent, then check the form: a refused one has its picture already.

        Raises:
            BadInput: carries the sentence of each field.
            NotAPicture, PictureTooLarge, PictureTooSmall: the picture is not taken.
        """
        file = request.files.get("file")
        if file is not None and file.filename:
            try:
                with transaction():
                    self.picture.data = services.keep(file.stream).code
            except PalaceError as refusal:
                self.validate()
                self.picture.errors = [refusal_words(refusal)]
                raise
            self.without_picture.data = False
        checked(self)
        if self.picture.data and queries.find(self.picture.data) is None:
            self.picture.errors = [gettext("请重新选图片。")]
            raise BadInput(fields={"picture": self.picture.errors[0]})
