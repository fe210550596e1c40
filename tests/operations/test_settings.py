"""Settings are refused at start when they are unsafe or half set."""

from __future__ import annotations

from pathlib import Path

import pytest

from palace.config import Settings, UnsafeSettings

DEMO = {"PALACE_DEMO": "1"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused
LAN = {"LAN": "1"}
PALACE = {"PUBLIC_URL": "https://palace.example", "PROXIES": "1"}
KEY, SECRET = {"STRIPE_KEY": "sk_live_1"}, {"STRIPE_WEBHOOK_SECRET": "whsec_1"}
TEST_KEY = {"STRIPE_KEY": "sk_test_1"}
REFUSED = [
    ({}, "https://"),
    ({"PUBLIC_URL": "http://palace.example"}, "https://"),
    ({"PUBLIC_URL": "palace.example"}, "http:// or https://"),
    (PALACE | {"DATABASE_URL": "postgresql+psycopg://app@db/palace"}, "DATABASE_OWNER_URL"),
    (PALACE | {"DATABASE_OWNER_URL": "postgresql+psycopg://owner@db/palace"}, "DATABASE_URL"),
    (PALACE | {"PROXIES": "0"}, "ends no TLS"),
    (PALACE | {"LAN": "1"}, "LAN=1"),
    (PALACE | {"SMS_GATEWAY": "aliyun"}, "also needs SMS_KEY_ID"),
    (PALACE | {"SMS_GATEWAY": "screen"}, "everybody's codes"),
    (PALACE | {"BACKUP_RECIPIENT": "age1nonsense"}, "no recipient"),
    (PALACE | {"BACKUP_RECIPIENT": "AGE-SECRET-KEY-1QQ"}, "no recipient"),
    (PALACE | KEY, "STRIPE_WEBHOOK_SECRET go together"),
    (PALACE | SECRET, "STRIPE_KEY and"),
    (PALACE | KEY | {"STRIPE_WEBHOOK_SECRET": " , "}, "go together"),
    (PALACE | SECRET | {"STRIPE_KEY": "pk_live_1"}, "no secret key"),
    (PALACE | SECRET | {"STRIPE_KEY": "sk_live_"}, "no secret key"),
    (PALACE | KEY | {"STRIPE_WEBHOOK_SECRET": "whsec_1,we_2"}, "begin with whsec_"),
    (PALACE | TEST_KEY | SECRET, "live key"),
    (PALACE | KEY | SECRET | {"PUBLIC_URL": "http://palace.example"}, "https://"),
    (PALACE | KEY | SECRET | {"STRIPE_API": "http://stripe.example"}, "STRIPE_API"),
    (DEMO | KEY | SECRET, "test key"),
    (DEMO | {"SMS_GATEWAY": "aliyun"}, "also needs SMS_KEY_ID"),
    (DEMO | {"HOST": EVERYWHERE}, "LAN=1"),
    (DEMO | LAN | {"HOST": "8.8.8.8"}, "LAN=1"),
    (DEMO | PALACE, "refuses a public"),
    (DEMO | {"PROXIES": "1"}, "PROXIES"),
    (DEMO | {"PUBLIC_URL": "http://palace.example"}, "'palace.example'"),
    (DEMO | {"PUBLIC_URL": "http://192.168.1.5:8000"}, "192.168.1.5"),
    (DEMO | LAN | {"PUBLIC_URL": "http://8.8.8.8"}, "8.8.8.8"),
    (DEMO | LAN | {"PUBLIC_URL": "http://127.0.0.1.evil.example"}, "evil.example"),
    (DEMO | {"TRUSTED_HOSTS": "palace.example"}, "palace.example"),
    ({"PALACE_DEMO": "yes"}, "0 or 1"),
    (DEMO | {"LAN": "true"}, "0 or 1"),
    (DEMO | {"PORT": "http"}, "whole number"),
    (DEMO | {"PORT": "-1"}, "whole number"),
    (DEMO | {"PORT": "123456"}, "whole number"),
    (DEMO | {"PORT": "٨٠٠٠"}, "whole number"),
    (DEMO | {"PROXIES": "one"}, "whole number"),
    (DEMO | {"WEB_WORKERS": "2.5"}, "whole number"),
]


@pytest.mark.parametrize(("env", "says"), REFUSED)
def test_unsafe_settings_are_refused(env: dict[str, str], says: str) -> None:
    with pytest.raises(UnsafeSettings, match=says):
        Settings.from_env(env)


def test_the_demonstration_stays_on_this_machine() -> None:
    settings = Settings.from_env(DEMO)

    assert (settings.host, settings.port, settings.secure) == ("127.0.0.1", 8000, False)


def test_lan_shows_the_demonstration_to_the_network() -> None:
    assert Settings.from_env(DEMO | LAN).host == EVERYWHERE
    for address in ("192.168.1.5", "10.0.0.7", "172.16.3.4"):
        shown = Settings.from_env(DEMO | LAN | {"PUBLIC_URL": f"http://{address}:8000"})
        assert shown.trusted_hosts == (address, "127.0.0.1", "localhost")


def test_an_address_to_listen_on_is_an_address_to_answer_to() -> None:
    settings = Settings.from_env(DEMO | LAN | {"HOST": "192.168.1.5"})

    assert "192.168.1.5" in settings.trusted_hosts


def test_a_palace_answers_to_its_own_names_only() -> None:
    settings = Settings.from_env(PALACE | {"TRUSTED_HOSTS": "kiosk.example, door.example,"})

    assert settings.trusted_hosts == (
        "palace.example",
        "127.0.0.1",
        "localhost",
        "kiosk.example",
        "door.example",
    )
    assert settings.secure


def test_keys_may_stand_apart_from_the_data(tmp_path: Path) -> None:
    env = PALACE | {
        "PALACE_STATE": str(tmp_path / "state"),
        "KEYS_FILE": str(tmp_path / "safe" / "keys.json"),
    }

    settings = Settings.from_env(env)
    assert settings.state == tmp_path / "state"
    assert settings.keys_file == tmp_path / "safe" / "keys.json"


def test_money_is_taken_online_with_a_key_and_any_of_its_secrets() -> None:
    secrets = {"STRIPE_WEBHOOK_SECRET": "whsec_old, whsec_new"}
    real = Settings.from_env(PALACE | KEY | secrets)
    tried = Settings.from_env(DEMO | TEST_KEY | SECRET | {"STRIPE_API": "http://127.0.0.1:9/"})

    assert (real.stripe_is_live, real.stripe_secrets) == (True, ("whsec_old", "whsec_new"))
    assert (tried.stripe_is_live, tried.stripe_api) == (False, "http://127.0.0.1:9")
    assert "sk_live_1" not in repr(real)
    assert "whsec" not in repr(real)
