"""Online tiles: what a template must look like, and how one tile is fetched.

The office's key is put into the address at the last moment and stands in no message, log or cache.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from qhd_riskmap.errors import InvalidInputError, RiskMapError
from qhd_riskmap.i18n import _

KEY: Final = "{key}"
MAX_TILE_BYTES: Final = 4 * 2**20
_MIRRORS: Final = "01234567"
_PLACES: Final = frozenset({"x", "y", "-y", "z", "s", "key"})
_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_SECRET: Final = re.compile(
    r"(?i)([?&](?:tk|key|ak|token|apikey|api_key|access_token|subscription-key)=)([^&#{}]{6,})"
)
_GEOGRAPHIC: Final = re.compile(r"(?i)tilematrixset=c(&|$)|_c/wmts")
_MAGIC: Final = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")
_LONGEST: Final = 2_000


class TileUnavailableError(RiskMapError):
    """A tile cannot be had now; the message never holds the address with its key."""

    code = "tile-unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class TileTemplate:
    """The address of a service with places for ``{z} {x} {y}``, ``{s}`` and ``{key}``.

    Attributes:
        text: As stored; holds no key.
        host: Where it is asked.
    """

    text: str
    host: str

    @property
    def needs_key(self) -> bool:
        """Whether the office must have a key of its own."""
        return KEY in self.text

    def address(self, zoom: int, column: int, row: int, key: str) -> str:
        """The address of one tile, with the key."""
        values = {
            "z": str(zoom),
            "x": str(column),
            "y": str(row),
            "-y": str((1 << zoom) - 1 - row),
            "s": _MIRRORS[(column + row) % len(_MIRRORS)],
            "key": quote(key, safe=""),
        }
        return _FIELD.sub(lambda found: values[found[1]], self.text)


def parse_template(text: str) -> tuple[TileTemplate, str]:
    """Check an address as typed or pasted, and take a key out of it.

    Returns:
        The template, and the key that stood in it, or "".

    Raises:
        InvalidInputError: It cannot be a tile service in Web Mercator.

    >>> template, key = parse_template("https://t0.tianditu.gov.cn/a?x={x}&y={y}&l={z}&tk=abcdef12")
    >>> template.text, key
    ('https://t0.tianditu.gov.cn/a?x={x}&y={y}&l={z}&tk={key}', 'abcdef12')
    """
    plain = _unified(text.strip())
    found = _SECRET.search(plain)
    key = found[2] if found else ""
    plain = _SECRET.sub(rf"\g<1>{KEY}", plain)
    parts = urlsplit(plain) if len(plain) <= _LONGEST else None
    if (
        parts is None
        or parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username
    ):
        raise InvalidInputError(
            _("瓦片地址应以 http:// 或 https:// 开头。"),
            hint=_("例如 https://主机/{z}/{x}/{y}.png。"),
        )
    fields = set(_FIELD.findall(plain))
    if not {"z", "x"} <= fields or not fields & {"y", "-y"} or not fields <= _PLACES:
        raise InvalidInputError(
            _("瓦片地址里须有 {z}、{x}、{y}（或 {-y}），不能有别的花括号。"),
            hint=_("WMTS 地址请把 TILEMATRIX、TILECOL、TILEROW 的值写成 {z}、{x}、{y}。"),
        )
    if _GEOGRAPHIC.search(plain):
        raise InvalidInputError(
            _("这是经纬度投影的瓦片（天地图 _c），不能直接拼到地图上。"),
            hint=_("请换用球面墨卡托的同名服务（天地图 _w）。"),
        )
    return TileTemplate(text=plain, host=_FIELD.sub("", parts.hostname)), key


def _unified(text: str) -> str:
    """WMTS documents and other programs write the same places in other ways."""
    for other, ours in (
        ("{TileMatrix}", "{z}"), ("{TileCol}", "{x}"), ("{TileRow}", "{y}"), ("{$z}", "{z}"),
        ("{$x}", "{x}"), ("{$y}", "{y}"), ("${z}", "{z}"), ("${x}", "{x}"), ("${y}", "{y}"),
        ("{tk}", KEY), ("{zoom}", "{z}"), ("{apikey}", KEY),
    ):  # fmt: skip
        text = re.sub(re.escape(other), ours, text, flags=re.IGNORECASE)
    return re.sub(r"\{s(?:witch)?:[\w,\-]*\}|\{[0-9a-d]-[0-9a-d]\}", "{s}", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TileService:
    """One service with the office's key."""

    template: TileTemplate
    key: str = field(default="", repr=False)

    def fetch(self, zoom: int, column: int, row: int) -> bytes:
        """One tile from the network.

        Raises:
            TileUnavailableError: No network, no such tile, no permission, or no picture.
        """
        # HTTP and TLS load in 50 ms, for those who use the network.
        from qhd_riskmap.formats.tile_download import DownloadError, download  # noqa: PLC0415

        address = self.template.address(zoom, column, row, self.key)
        try:
            content = download(address, MAX_TILE_BYTES + 1)
        except DownloadError as error:
            raise self._unavailable(str(error)) from None
        if len(content) > MAX_TILE_BYTES or not content.startswith(_MAGIC):
            raise self._unavailable("no picture")
        return content

    def _unavailable(self, reason: str) -> TileUnavailableError:
        return TileUnavailableError(
            _("{host} 的瓦片暂时取不到。").format(host=self.template.host),
            hint=_("请检查网络和密钥；没有网络时只显示已缓存的瓦片。"),
            detail=reason,
        )
