"""What the public HTML files share: their templates, a policy that lets nothing in, data that stays data."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import Any

from qhd_riskmap.resources import resource


@cache
def page_asset(name: str) -> str:
    """A template, script or style sheet of the public pages."""
    return resource("templates", name).read_text(encoding="utf-8")


def compact(value: Any) -> str:
    """JSON without a needless character."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def embedded(value: Any) -> str:
    """JSON that cannot end its script element or start a comment in it."""
    return (
        compact(value)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def plain_script(text: str) -> str:
    """A script without indents and whole-line comments."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("/* "))


def page_policy(scripts: tuple[str, ...], styles: str) -> str:
    """Content-Security-Policy: only what this very file carries may run."""
    allowed = " ".join(map(_source_hash, scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_source_hash(styles)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def as_is(message: str) -> str:
    """The Chinese text itself: every text stands in a page once as the Chinese key."""
    return message


def _source_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
