"""A person's browser or program against the palace: cookies, proof of origin, and what it was answered."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.faults.house import House

TIMEOUT = 60.0  # longer than the palace itself lets anybody wait
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LANGUAGES = {"zh": ("zh-CN", "请稍等"), "en": ("en", "wait")}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass
class Log:
    """What all browsers of a run were answered, and what of it must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken_off: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, path: str, answer: Answer | None, language: str | None) -> None:
        """Note an answer; None is a connection that broke off."""
        with self.lock:
            if answer is None:
                self.broken_off += 1
                return
            self.statuses[answer.status] += 1
            self.wrong += [f"{path}: {why}" for why in faults_of(answer, language)]


def faults_of(answer: Answer, language: str | None) -> list[str]:
    """Return what is wrong with an answer; `language` is set where a page was asked for."""
    if answer.status != 503:
        return [f"answered {answer.status}"] if answer.status >= 500 else []
    found = [] if answer.headers.get("retry-after", "").isdigit() else ["503 without Retry-After"]
    if language:
        lang, _ = LANGUAGES[language]
        text = answer.body.decode(errors="replace")
        found += [] if f'<html lang="{lang}"' in text else ["503 in another language"]
        found += ["503 shows its inside"] if "Traceback" in text else []
    elif "json" not in answer.headers.get("content-type", ""):
        found.append("503 to a program is no problem+json")
    return found


class Browser:
    """One connection at a time, kept open; one cookie jar."""

    def __init__(
        self, house: House, log: Log, cookie: str = "", language: str | None = None
    ) -> None:
        """Be a program, or with a `language` somebody who reads pages."""
        self.house, self.log, self.language = house, log, language
        self.cookies = {"__Host-palace": cookie} if cookie else {}
        self.token = ""
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=TIMEOUT)

    def __del__(self) -> None:
        """Leave no connection behind."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Answer | None:
        """Ask once; None where the connection broke off."""
        sent = json.dumps(body).encode() if body is not None else None
        try:
            self._connection.request(method, path, body=sent, headers=self._headers(key))
            got = self._connection.getresponse()
            headers = {name.lower(): value for name, value in got.getheaders()}
            answer = Answer(got.status, headers, got.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self.log.hear(path, None, self.language)
            return None
        self._keep_cookie(answer)
        self.log.hear(path, answer, self.language)
        return answer

    def _headers(self, key: str) -> dict[str, str]:
        headers = {
            "Host": f"127.0.0.1:{self.house.port}",
            "X-Forwarded-For": "127.0.0.1",
            "X-Forwarded-Proto": "https",
            "Referer": f"https://127.0.0.1:{self.house.port}/",
            "Accept": "text/html" if self.language else "application/json",
            "Accept-Language": self.language or "zh",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if key:
            headers |= {"Idempotency-Key": key, "Content-Type": "application/json"}
            headers["X-CSRFToken"] = self.token
        return headers

    def _keep_cookie(self, answer: Answer) -> None:
        name, _, value = answer.headers.get("set-cookie", "").partition(";")[0].partition("=")
        if name:
            self.cookies[name] = value

    def fetch_token(self) -> None:
        """Read the proof of origin from the performance's page."""
        language, self.language = self.language, self.language or "zh"
        page = self.until_answered("GET", f"/performances/{self.house.performance_id}")
        self.language = language
        found = TOKEN.search(page.body.decode())
        assert found, f"no form on the page: {page.status}"
        self.token = found[1]

    def until_answered(
        self, method: str, path: str, body: Any = None, key: str = "", limit: float = 180.0
    ) -> Answer:
        """Ask again with the same key until there is an answer that is not 503."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            answer = self.ask(method, path, body, key)
            if answer is not None and answer.status != 503:
                return answer
            time.sleep(0.15)
        raise TimeoutError(f"{method} {path} was not answered in {limit} s")
