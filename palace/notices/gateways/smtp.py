"""E-mail over SMTP by the standard library: one connection per batch, one receiver per message."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from palace.config import Settings
from palace.notices.gateways import MAIL, Found, Message, Result
from palace.notices.rules import Outcome

PORTS = {"smtps": 465, "smtp": 587}
TEMPORARY = range(400, 500)
ANSWERS_WELL = range(200, 300)
TAKEN = 250
LONGEST_REFERENCE = 100


class Mail:
    """The house's mail server."""

    name = MAIL

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = urlsplit(settings.smtp_url)
        self.wait = settings.message_seconds

    def send(self, batch: Sequence[Message]) -> Iterator[Result]:
        """Send the messages over one connection; where it breaks, the rest are surely not taken."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            yield from (_failed(message, error) for message in batch)
            return
        try:
            for message in batch:
                yield self._send(server, message)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "", self.url.port or PORTS[self.url.scheme]
        trusted = ssl.create_default_context()
        if self.url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self.wait, context=trusted)
        else:
            server = smtplib.SMTP(host, port, timeout=self.wait)
        try:
            if self.url.scheme == "smtp" and not self.settings.mail_is_near:
                server.starttls(context=trusted)
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _send(self, server: smtplib.SMTP, message: Message) -> Result:
        """Send one message in steps: only from its last one on may it have been taken."""
        try:
            server.ehlo_or_helo_if_needed()
            server.rset()
            for code, told in (
                server.mail(self.settings.mail_from),
                server.rcpt(message.address),
            ):
                if code not in ANSWERS_WELL:
                    return _answered(message, code, told)
        except (OSError, smtplib.SMTPException) as error:
            return _failed(message, error)
        try:
            code, told = server.data(self._letter(message).as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:
            return _answered(message, error.smtp_code, b"")
        except (OSError, smtplib.SMTPException) as error:
            return Result(message.id, Outcome.UNCERTAIN, error=type(error).__name__)
        return _answered(message, code, told)

    def _letter(self, message: Message) -> EmailMessage:
        name, _, domain = self.settings.mail_from.rpartition("@")
        letter = EmailMessage()
        letter["From"] = Address(self.settings.sms_signature, name, domain)
        letter["To"] = message.address
        letter["Subject"] = " ".join(message.title.split())
        letter["Message-ID"] = f"<{message.out_id}@{domain}>"
        letter["Date"] = formatdate()
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.text, cte="base64")
        return letter

    def ask(self, message: Message, tried_at: datetime) -> Found:  # noqa: ARG002 - as every gateway
        """Return that nobody can be asked: SMTP has no such question."""
        return Found.UNKNOWN

    def left(self) -> int | None:
        """Return that mail is not counted."""
        return None


def _answered(message: Message, code: int, told: bytes) -> Result:
    """Return what the server's three digits mean: 4xx is not now, 5xx is never."""
    if code == TAKEN:
        return Result(message.id, Outcome.SENT, told.decode(errors="replace")[:LONGEST_REFERENCE])
    outcome = Outcome.FAILED if code in TEMPORARY else Outcome.REFUSED
    return Result(message.id, outcome, error=f"SMTP {code}")


def _failed(message: Message, error: Exception) -> Result:
    return Result(message.id, Outcome.FAILED, error=type(error).__name__)


def gateway(settings: Settings) -> Mail:
    """Return the settings' mail server."""
    return Mail(settings)
