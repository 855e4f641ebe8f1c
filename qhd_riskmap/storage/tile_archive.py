"""Reads MBTiles: map tiles of the Web Mercator pyramid in one SQLite file."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.i18n import _

_MAX_TILE: Final = 4 * 2**20
_DEEPEST: Final = 22
_PICTURES: Final = frozenset({"png", "jpg", "jpeg", "webp", ""})
_MOST_METADATA: Final = 200
_LONGEST_QUERY_S: Final = 5.0
_STEPS_BETWEEN_LOOKS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFacts:
    """What the archive says about itself.

    Attributes:
        name: Title.
        min_zoom: Shallowest level with tiles.
        max_zoom: Deepest level with tiles.
        bounds: West, south, east, north in degrees, or None where it does not say.
        attribution: Who made it.
    """

    name: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float] | None
    attribution: str


class TileArchive:
    """An open archive; never written. May be asked by several threads.

    Raises:
        UnreadableFileError: Missing, broken, no tiles, or vector tiles.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._lock = threading.Lock()
        self._deadline = time.monotonic() + _LONGEST_QUERY_S
        self._connection = self._open(path)
        try:
            self.facts = self._read_facts()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """The picture of a tile, rows counted from the north, or None where there is none."""
        south_up = (1 << zoom) - 1 - row
        with self._lock:
            self._deadline = time.monotonic() + _LONGEST_QUERY_S
            try:
                found = self._connection.execute(
                    "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ?"
                    " AND tile_row = ? AND length(tile_data) <= ?",
                    (zoom, column, south_up, _MAX_TILE),
                ).fetchone()
            except driver.DatabaseError as error:
                raise self._broken(str(error)) from error
        return found[0] if found and isinstance(found[0], bytes) else None

    def _open(self, path: Path) -> Any:
        if not path.is_file():
            raise UnreadableFileError(
                _("无法打开“{name}”。").format(name=path.name),
                hint=_("请检查文件是否还在、是否正被其他程序占用。"),
            )
        # Nothing beside the archive is made or changed, not even on a stick that others use.
        address = path.absolute().as_uri() + "?mode=ro&immutable=1"
        connection = driver.connect(address, uri=True, check_same_thread=False)
        connection.execute("PRAGMA trusted_schema = OFF").fetchall()
        # ``tiles`` is often a view; one without end is stopped.
        connection.set_progress_handler(self._too_long, _STEPS_BETWEEN_LOOKS)
        return connection

    def _too_long(self) -> bool:
        return time.monotonic() > self._deadline

    def _read_facts(self) -> ArchiveFacts:
        try:
            pairs = self._connection.execute(
                "SELECT name, value FROM metadata LIMIT ?", (_MOST_METADATA,)
            ).fetchall()
            levels = self._connection.execute(
                "SELECT min(zoom_level), max(zoom_level) FROM tiles"
            ).fetchone()
        except driver.DatabaseError as error:
            raise self._broken(str(error)) from error
        facts = {str(name): str(value) for name, value in pairs}
        if levels[0] is None or not 0 <= levels[0] <= levels[1] <= _DEEPEST:
            raise self._broken(f"zoom levels {levels}")
        if facts.get("format", "").lower() not in _PICTURES:
            raise UnreadableFileError(
                _("“{name}”是矢量瓦片，暂不能显示。").format(name=self._name),
                hint=_("请换用图片瓦片（PNG、JPEG、WebP）的离线包。"),
            )
        return ArchiveFacts(
            name=facts.get("name", ""),
            min_zoom=int(levels[0]),
            max_zoom=int(levels[1]),
            bounds=_bounds(facts.get("bounds", "")),
            attribution=facts.get("attribution", ""),
        )

    def _broken(self, detail: str) -> UnreadableFileError:
        return UnreadableFileError(
            _("“{name}”不是完好的 MBTiles 离线瓦片包。").format(name=self._name),
            hint=_("请重新下载或重新制作。"),
            detail=detail,
        )


def _bounds(text: str) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    sane = -180 <= west < east <= 180 and -90 <= south < north <= 90  # noqa: PLR2004 - the globe
    return (west, south, east, north) if sane else None
