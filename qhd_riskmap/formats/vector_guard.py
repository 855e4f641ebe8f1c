"""Says what a vector file really is, before GDAL gets to open it.

GDAL chooses its driver by content: a file called ``.geojson`` that holds a virtual dataset would make
it open whatever other file or address that names. Only the six formats the map offers pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Final

from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.formats.sheet_guard import GuardedArchive
from qhd_riskmap.i18n import _

VECTOR_SUFFIXES: Final = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".dxf")
MAX_BYTES: Final = 2 * 2**30
MAX_TEXT_BYTES: Final = 400 * 2**20
_MAX_ARCHIVE: Final = 200 * 2**20
_MAX_INNER_KML: Final = 200 * 2**20
_HEAD: Final = 4096
_PIECE: Final = 2**22
_OVERLAP: Final = 256
# A view runs whatever query its maker wrote, perhaps without end; ArcGIS adds harmless ones of its own.
VIEW: Final = re.compile(
    rb"CREATE\s+(?:TEMP\w*\s+)?VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"'`\[]?(?!st_)", re.IGNORECASE
)
_KML_ROOT: Final = re.compile(rb"<(?:\w+:)?kml[\s>]")
_KML_DATA: Final = re.compile(
    rb"(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b[^<>]*?\bname\s*=\s*)([\"'])([^\"'<>]{1,200})\2"
)
_STAND_IN: Final = "qhd_attribute_"
_OUTSIDE: Final = re.compile(r"(^[/\\])|(^[A-Za-z]:)|((^|[/\\])\.\.([/\\]|$))")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that is what it claims to be.

    Attributes:
        name: For messages.
        source: What GDAL shall open: a path, or the bytes of the KML inside a KMZ.
        drivers: GDAL drivers that may answer for it.
        names: True names of attributes by those that stand in `source`.
    """

    name: str
    source: Path | bytes
    drivers: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)


def check_vector_file(path: Path) -> CheckedFile:
    """Look at the beginning of a file and refuse what it must not be.

    Raises:
        UnreadableFileError: Missing, too large, of another format, or harmful.
    """
    suffix = path.suffix.lower()
    check = _CHECKS.get(suffix)
    if check is None:
        raise UnreadableFileError(
            _("“{name}”不是可以加入地图的矢量文件。").format(name=path.name),
            hint=_("可用：{suffixes}。").format(suffixes=" ".join(VECTOR_SUFFIXES)),
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UnreadableFileError(
            _("无法打开“{name}”。").format(name=path.name),
            hint=_("请检查文件是否还在、是否正被其他程序占用。"),
            detail=str(error),
        ) from error
    if size > (MAX_BYTES if suffix in {".shp", ".gpkg"} else MAX_TEXT_BYTES):
        raise too_large(path.name)
    return check(path, head)


def too_large(name: str) -> UnreadableFileError:
    """More than a map can hold."""
    return UnreadableFileError(
        _("“{name}”太大，超出地图能显示的范围，已拒绝读取。").format(name=name),
        hint=_("请先裁剪到本市范围或拆成几个文件。"),
    )


def broken(name: str, detail: str) -> UnreadableFileError:
    """The file is damaged or not of its format."""
    return UnreadableFileError(
        _("“{name}”已损坏，或内容与扩展名不符，无法读取。").format(name=name),
        hint=_("请在原来的软件里重新导出后再添加。"),
        detail=detail,
    )


def _shapefile(path: Path, head: bytes) -> CheckedFile:
    if head[:4] != b"\x00\x00\x27\x0a":
        raise broken(path.name, "no shapefile header")
    missing = [end for end in (".shx", ".dbf") if not _companion(path, end)]
    if missing:
        raise UnreadableFileError(
            _("“{name}”缺少同名的 {files} 文件，无法读取。").format(
                name=path.name, files=" ".join(missing)
            ),
            hint=_("Shapefile 由几个同名文件组成，请把它们放在同一个文件夹。"),
        )
    return CheckedFile(path.name, path, frozenset({"ESRI Shapefile"}))


def _companion(path: Path, suffix: str) -> bool:
    return any(path.with_suffix(end).exists() for end in (suffix, suffix.upper()))


def _geopackage(path: Path, head: bytes) -> CheckedFile:
    if not head.startswith(b"SQLite format 3\x00"):
        raise broken(path.name, "no SQLite header")
    if has_views(path):
        raise UnreadableFileError(
            _("“{name}”里有查询视图，可能有害，已拒绝读取。").format(name=path.name),
            hint=_("请在 GIS 软件中把图层导出为新的 GeoPackage 再添加。"),
        )
    return CheckedFile(path.name, path, frozenset({"GPKG"}))


def has_views(path: Path) -> bool:
    """Whether a GeoPackage holds views of its maker: an endless one hangs whoever only looks at it."""
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if VIEW.search(tail + piece):
                return True
            tail = piece[-_OVERLAP:]
    return False


def _geojson(path: Path, head: bytes) -> CheckedFile:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith((b"{", b"[")):
        raise broken(path.name, "does not begin as JSON")
    return CheckedFile(path.name, path, frozenset({"GeoJSON", "GeoJSONSeq", "TopoJSON"}))


def _kml(path: Path, head: bytes) -> CheckedFile:
    del head
    return _checked_kml(path.read_bytes(), path.name)


def _kmz(path: Path, head: bytes) -> CheckedFile:
    if not head.startswith(b"PK"):
        raise broken(path.name, "no zip archive")
    if path.stat().st_size > _MAX_ARCHIVE:
        raise too_large(path.name)
    try:
        archive = GuardedArchive(path.read_bytes(), path.name)
        outside = [part for part in archive.parts if _OUTSIDE.search(part)]
        if outside:
            raise broken(path.name, f"entry outside the archive: {outside[0]}")
        documents = [part for part in archive.parts if part.lower().endswith(".kml")]
        if not documents:
            raise broken(path.name, "no kml inside")
        # doc.kml by convention, else the first at the top.
        documents.sort(key=lambda part: (part.lower() != "doc.kml", part.count("/")))
        content = archive.read(documents[0], _MAX_INNER_KML)
    except RiskMapError as error:
        harmful = error.detail == ""
        raise (too_large(path.name) if harmful else broken(path.name, error.detail)) from error
    return _checked_kml(content, path.name)


def _checked_kml(content: bytes, name: str) -> CheckedFile:
    head = content[:_HEAD]
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in head:
        raise broken(name, "KML is not UTF-8")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnreadableFileError(
            _("“{name}”内含 XML 实体声明，可能有害，已拒绝读取。").format(name=name),
            hint=_("请在原来的软件里重新导出后再添加。"),
        )
    if not _KML_ROOT.search(head):
        raise broken(name, "no kml element")
    renamed, names = _plain_names(content)
    return CheckedFile(name, renamed, _KML_DRIVERS, names)


def _plain_names(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Names of data in letters that GDAL keeps: it turns every Chinese one into an underscore."""
    plain: dict[bytes, bytes] = {}

    def renamed(found: re.Match[bytes]) -> bytes:
        name = found[3]
        if name.isascii():
            return found[0]
        stand_in = plain.setdefault(name, f"{_STAND_IN}{len(plain)}".encode("ascii"))
        return found[1] + found[2] + stand_in + found[2]

    content = _KML_DATA.sub(renamed, content)
    return content, {
        stand_in.decode("ascii"): unescape(name.decode("utf-8", "replace"))
        for name, stand_in in plain.items()
    }


def _dxf(path: Path, head: bytes) -> CheckedFile:
    text = head.removeprefix(b"\xef\xbb\xbf")
    lines = [line.strip() for line in text.split(b"\n", 8)[:8]]
    ascii_dxf = lines[:1] == [b"999"] or lines[:2] == [b"0", b"SECTION"]
    if not ascii_dxf and not text.startswith(b"AutoCAD Binary DXF"):
        raise broken(path.name, "no DXF header")
    return CheckedFile(path.name, path, frozenset({"DXF"}))


_KML_DRIVERS: Final = frozenset({"KML", "LIBKML"})
_CHECKS: Final = {
    ".shp": _shapefile,
    ".gpkg": _geopackage,
    ".geojson": _geojson,
    ".json": _geojson,
    ".kml": _kml,
    ".kmz": _kmz,
    ".dxf": _dxf,
}
