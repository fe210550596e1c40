"""Settings from the environment: typed, frozen, refused at start when unsafe or half set."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pyrage

from palace.lines import is_near, is_safe

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - wildcards, and where they answer here
SCREEN = "screen"
SHORTEST_SECRET = 32
LONGEST_ANSWER = 60
OF_PROVIDERS = ("sms_key_id", "sms_key_secret", "sms_signature")
SMS_PROVIDERS = {"aliyun": OF_PROVIDERS, "tencent": (*OF_PROVIDERS, "sms_application")}
"""What each SMS provider's account consists of."""


class UnsafeSettings(ValueError):
    """The settings contradict each other or would expose people; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an installation may decide outside the database.

    `state` holds the embedded database, sockets and logs; `keys_file` must lie outside backups.
    `proxies` is the exact number of reverse proxies in front. `database_url` None = embedded.
    """

    demo: bool = False
    lan: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    public_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    proxies: int = 0
    state: Path = ROOT / "var"
    keys_file: Path = ROOT / "var" / "keys.json"
    database_url: str | None = None
    database_owner_url: str | None = None
    backup_folder: Path = ROOT / "var" / "backups"
    backup_recipient: str = ""
    backup_days: int = 14
    backup_weeks: int = 8
    sms_gateway: str = ""
    sms_key_id: str = ""
    sms_key_secret: str = field(default="", repr=False)
    sms_signature: str = ""
    sms_application: str = ""
    sms_endpoint: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    message_seconds: int = 10
    verifier_url: str = ""
    verifier_secret: str = field(default="", repr=False)
    stripe_key: str = field(default="", repr=False)
    stripe_secrets: tuple[str, ...] = field(default=(), repr=False)
    stripe_api: str = ""
    icp_number: str = ""
    police_number: str = ""

    @property
    def secure(self) -> bool:
        """Return whether people reach the palace over TLS, so cookies may carry `__Host-`."""
        return self.public_url.startswith("https://")

    @property
    def stripe_is_live(self) -> bool:
        """Return whether Stripe's key moves real money."""
        return self.stripe_key.split("_")[1:2] == ["live"]

    @property
    def sms_address(self) -> tuple[str, str] | None:
        """Return scheme and host of the provider where it is not its usual one."""
        parts = urlsplit(self.sms_endpoint)
        return (parts.scheme, parts.netloc) if self.sms_endpoint else None

    @property
    def mail_is_near(self) -> bool:
        """Return whether the mail server is this very machine, so that letters cross no line."""
        return is_near(urlsplit(self.smtp_url).hostname or "", lan=False)

    @property
    def printing_socket(self) -> Path:
        """Return the unix socket of the printing process."""
        return self.state / "run" / "printing.sock"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Raises:
            UnsafeSettings: they are unsafe or half set; nothing may start.
        """
        env = os.environ if env is None else env
        state = Path(env.get("PALACE_STATE") or ROOT / "var").resolve()
        lan = _flag(env, "LAN")
        port = _count(env, "PORT", 8000)
        public_url = (env.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/")
        host = env.get("HOST") or ("0.0.0.0" if lan else "127.0.0.1")  # noqa: S104 - LAN=1 asks for it
        settings = cls(
            demo=_flag(env, "PALACE_DEMO"),
            lan=lan,
            host=host,
            port=port,
            workers=_count(env, "WEB_WORKERS", os.cpu_count() or 1),
            public_url=public_url,
            trusted_hosts=_hosts(public_url, host, env.get("TRUSTED_HOSTS", "")),
            proxies=_count(env, "PROXIES", 0),
            state=state,
            keys_file=Path(env.get("KEYS_FILE") or state / "keys.json").resolve(),
            database_url=env.get("DATABASE_URL") or None,
            database_owner_url=env.get("DATABASE_OWNER_URL") or None,
            backup_folder=Path(env.get("BACKUP_FOLDER") or state / "backups").resolve(),
            backup_recipient=env.get("BACKUP_RECIPIENT", ""),
            backup_days=_count(env, "BACKUP_DAYS", 14),
            backup_weeks=_count(env, "BACKUP_WEEKS", 8),
            sms_gateway=env.get("SMS_GATEWAY", ""),
            sms_key_id=env.get("SMS_KEY_ID", ""),
            sms_key_secret=env.get("SMS_KEY_SECRET", ""),
            sms_signature=env.get("SMS_SIGNATURE", ""),
            sms_application=env.get("SMS_APPLICATION", ""),
            sms_endpoint=env.get("SMS_ENDPOINT", ""),
            smtp_url=env.get("SMTP_URL", ""),
            mail_from=env.get("MAIL_FROM", ""),
            message_seconds=_count(env, "MESSAGE_SECONDS", 10),
            verifier_url=env.get("VERIFIER_URL", ""),
            verifier_secret=env.get("VERIFIER_SECRET", ""),
            stripe_key=env.get("STRIPE_KEY", ""),
            stripe_secrets=_listed(env.get("STRIPE_WEBHOOK_SECRET", "")),
            stripe_api=env.get("STRIPE_API", "").rstrip("/"),
            icp_number=env.get("ICP_NUMBER", ""),
            police_number=env.get("POLICE_NUMBER", ""),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse unsafe or half-set settings.

        Raises:
            UnsafeSettings: with the sentence for the person who runs the palace.
        """
        if bool(self.database_url) != bool(self.database_owner_url):
            raise UnsafeSettings(
                "DATABASE_URL and DATABASE_OWNER_URL go together: both or neither."
            )
        if urlsplit(self.public_url).scheme not in {"http", "https"}:
            raise UnsafeSettings("PUBLIC_URL must begin with http:// or https://.")
        self._check_sms()
        self._check_mail()
        self._check_verifier()
        self._check_stripe()
        if self.backup_recipient and not _is_recipient(self.backup_recipient):
            raise UnsafeSettings(
                "BACKUP_RECIPIENT is no recipient (age1…): copy the line that `palace backup-key` printed."
            )
        if self.demo:
            self._check_demo()
        else:
            self._check_real()

    def _check_sms(self) -> None:
        """Refuse a provider that is half set, or met over an open line."""
        if self.sms_gateway not in {"", SCREEN, *SMS_PROVIDERS}:
            raise UnsafeSettings(f"There is no SMS_GATEWAY {self.sms_gateway!r}.")
        needed = SMS_PROVIDERS.get(self.sms_gateway, ())
        missing = [name.upper() for name in needed if not getattr(self, name)]
        if missing:
            raise UnsafeSettings(f"SMS_GATEWAY={self.sms_gateway} also needs {', '.join(missing)}.")
        if not is_safe(self.sms_endpoint):
            raise UnsafeSettings("SMS_ENDPOINT must begin with https://.")
        if not 1 <= self.message_seconds <= LONGEST_ANSWER:
            raise UnsafeSettings(f"MESSAGE_SECONDS must be 1 to {LONGEST_ANSWER}.")

    def _check_mail(self) -> None:
        """Refuse a mail server that is half set."""
        if bool(self.smtp_url) != bool(self.mail_from):
            raise UnsafeSettings("SMTP_URL and MAIL_FROM go together: both or neither.")
        if not self.smtp_url:
            return
        if urlsplit(self.smtp_url).scheme not in {"smtp", "smtps"}:
            raise UnsafeSettings("SMTP_URL must begin with smtps:// or smtp://.")
        if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", self.mail_from):
            raise UnsafeSettings("MAIL_FROM must be an e-mail address.")

    def _check_verifier(self) -> None:
        """Send no names and numbers over open lines, nor signed by what can be guessed."""
        if bool(self.verifier_url) != bool(self.verifier_secret):
            raise UnsafeSettings("VERIFIER_URL and VERIFIER_SECRET go together: both or neither.")
        if not self.verifier_url:
            return
        if not is_safe(self.verifier_url):
            raise UnsafeSettings("VERIFIER_URL must begin with https://.")
        if len(self.verifier_secret) < SHORTEST_SECRET:
            raise UnsafeSettings(f"VERIFIER_SECRET needs {SHORTEST_SECRET} characters at least.")

    def _check_stripe(self) -> None:
        """Take no money half set, none that is real in a demonstration, none that is not elsewhere."""
        if bool(self.stripe_key) != bool(self.stripe_secrets):
            raise UnsafeSettings(
                "STRIPE_KEY and STRIPE_WEBHOOK_SECRET go together: both or neither."
            )
        if not self.stripe_key:
            return
        if not re.fullmatch(r"[sr]k_(test|live)_[!-~]+", self.stripe_key):
            raise UnsafeSettings("STRIPE_KEY is no secret key (sk_… or rk_…).")
        if not all(re.fullmatch(r"whsec_[!-~]+", secret) for secret in self.stripe_secrets):
            raise UnsafeSettings("STRIPE_WEBHOOK_SECRET must begin with whsec_.")
        if self.stripe_is_live == self.demo:
            wanted = "test" if self.demo else "live"
            raise UnsafeSettings(f"STRIPE_KEY must be a {wanted} key here (sk_{wanted}_…).")
        if not is_safe(self.stripe_api):
            raise UnsafeSettings("STRIPE_API must begin with https://.")

    def _check_real(self) -> None:
        """Keep real people's codes and cookies off the screen and off unencrypted lines."""
        if not self.secure:
            raise UnsafeSettings(
                "PUBLIC_URL must be https:// outside demonstration mode (PALACE_DEMO=1)."
            )
        if not self.proxies:
            raise UnsafeSettings(
                "The palace itself ends no TLS: put a reverse proxy in front and set PROXIES=1."
            )
        if self.lan:
            raise UnsafeSettings("LAN=1 is for demonstration mode (PALACE_DEMO=1) alone.")
        if self.sms_gateway == SCREEN:
            raise UnsafeSettings("SMS_GATEWAY=screen would show everybody's codes.")

    def _check_demo(self) -> None:
        """Keep published codes and sign-ins away from real people and addresses."""
        if self.secure or self.proxies:
            raise UnsafeSettings(
                "Demonstration mode refuses a public https:// address and PROXIES."
            )
        if not is_near(self.host, lan=self.lan):
            raise UnsafeSettings(
                "Demonstration mode binds to loopback; set LAN=1 to show it on a phone."
            )
        for name in (urlsplit(self.public_url).hostname or "", *self.trusted_hosts):
            if not is_near(name, lan=self.lan):
                raise UnsafeSettings(
                    f"Demonstration mode refuses the public address {name!r}: it answers on loopback,"
                    " with LAN=1 on private addresses."
                )


def _is_recipient(typed: str) -> bool:
    """Return whether backups can be encrypted to this."""
    try:
        pyrage.x25519.Recipient.from_str(typed)
    except pyrage.RecipientError:
        return False
    return True


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "")
    if value not in {"", "0", "1"}:
        raise UnsafeSettings(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1"


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "")
    if not value:
        return default
    if not re.fullmatch(r"[0-9]{1,5}", value):
        raise UnsafeSettings(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def _hosts(public_url: str, host: str, extra: str) -> tuple[str, ...]:
    """Return the host names a request may carry: the public one, loopback, our address, those named."""
    own = [] if host in EVERYWHERE else [host]
    public = urlsplit(public_url).hostname or ""
    return tuple(dict.fromkeys([public, "127.0.0.1", "localhost", *own, *_listed(extra)]))


def _listed(typed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in typed.split(",") if name.strip())
