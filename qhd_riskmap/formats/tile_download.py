"""One download over HTTP; what went wrong is told by its kind only, never with the address."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from functools import cache
from typing import Final

_TIMEOUT_S: Final = 8.0


class DownloadError(Exception):
    """Nothing came; the text is ``HTTP 404`` or the name of the failure."""


def download(address: str, limit: int) -> bytes:
    """At most ``limit`` bytes from an http or https address.

    Raises:
        DownloadError: Refused, moved, or no network.
    """
    request = urllib.request.Request(address, headers={"User-Agent": "qhd-riskmap"})  # noqa: S310 - the caller checked the scheme
    try:
        with _opener().open(request, timeout=_TIMEOUT_S) as answer:
            content: bytes = answer.read(limit)
    # The reason itself may quote the address and with it the key.
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadError(f"HTTP {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DownloadError(type(error).__name__) from None
    return content


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key goes to the host that the office named and to no other."""

    def redirect_request(self, *_request: object) -> None:
        return None


@cache
def _opener() -> urllib.request.OpenerDirector:
    context = ssl.create_default_context()
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))
