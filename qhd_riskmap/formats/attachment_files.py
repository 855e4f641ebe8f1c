"""Looks into photos and files before they are kept: what they are, where and when a photo was taken.

The name says nothing about a file: each kind is recognised by its content and must agree with its
ending. Pictures are decoded once, within limits that are checked before any pixel is unpacked.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from qhd_riskmap.domain.attachment import FileContent
from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.formats.sheet_guard import GuardedArchive
from qhd_riskmap.i18n import N_, _

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES: Final = 20 * 2**20
MAX_PIXELS: Final = 50_000_000
# A plain JPEG is unpacked at an eighth of its size: today's telephones take 108 million pixels.
MAX_JPEG_PIXELS: Final = 120_000_000
THUMBNAIL_PX: Final = 256
_MAX_NAME: Final = 120
_MAX_SCANS: Final = 64  # a progressive picture needs about 10; each scan walks over all pixels
_MAX_INFLATED: Final = 400 * 2**20
_THUMBNAIL_QUALITY: Final = 80
_HEAD: Final = 1024
# Exif and TIFF tags (CIPA DC-008).
_ORIENTATION, _EXIF_IFD, _GPS_IFD, _TAKEN_AT = 0x0112, 0x8769, 0x8825, 0x9003
_LAT_REF, _LAT, _LON_REF, _LON = 1, 2, 3, 4
_BAD_EXIF = (
    ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError,
    Warning,
)  # fmt: skip
_MARKUP = re.compile(rb"^[\s\xef\xbb\xbf\x00]*<(?:!|\?|[a-z])", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file that may be kept.

    Attributes:
        fits: Whether a content is of this kind, judged by its bytes.
        picture: Pillow module and class that decode it; "" for what is no picture.
    """

    endings: tuple[str, ...]
    media_type: str
    label: str
    fits: Callable[[bytes], bool]
    picture: str = ""


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:_HEAD]


def _holds(part: bytes) -> Callable[[bytes], bool]:
    # The names of all parts stand in the directory at the end of a zip archive.
    return lambda content: content.startswith(b"PK\x03\x04") and part in content


def _is_text(content: bytes) -> bool:
    if b"\x00" in content or _MARKUP.match(content[:_HEAD]):
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OOXML = "application/vnd.openxmlformats-officedocument."
_KINDS: Final = (
    _Kind((".jpg", ".jpeg"), "image/jpeg", N_("JPEG 图片"), _starts(b"\xff\xd8\xff"), "JPEG"),
    _Kind((".png",), "image/png", N_("PNG 图片"), _starts(b"\x89PNG\r\n\x1a\n"), "PNG"),
    _Kind((".gif",), "image/gif", N_("GIF 图片"), _starts(b"GIF87a", b"GIF89a"), "GIF"),
    _Kind((".webp",), "image/webp", N_("WebP 图片"), _is_webp, "WEBP"),
    _Kind((".bmp",), "image/bmp", N_("BMP 图片"), _starts(b"BM"), "BMP"),
    _Kind((".pdf",), "application/pdf", N_("PDF 文件"), _is_pdf),
    _Kind(
        (".docx",), _OOXML + "wordprocessingml.document", N_("Word 文档"), _holds(b"word/document")
    ),
    _Kind((".xlsx",), _OOXML + "spreadsheetml.sheet", N_("Excel 表格"), _holds(b"xl/workbook")),
    _Kind(
        (".pptx",),
        _OOXML + "presentationml.presentation",
        N_("PowerPoint 演示"),
        _holds(b"ppt/presentation"),
    ),
    _Kind((".ofd",), "application/ofd", N_("OFD 版式文件"), _holds(b"OFD.xml")),
    _Kind(
        (".doc", ".xls", ".ppt", ".wps", ".et", ".dps"),
        "application/x-ole-storage",
        N_("旧版 Office 或 WPS 文件"),
        _starts(_OLE),
    ),
    _Kind((".txt", ".csv"), "text/plain", N_("文本文件"), _is_text),
)
_BY_ENDING: Final = {ending: kind for kind in _KINDS for ending in kind.endings}
ENDINGS: Final = tuple(_BY_ENDING)
PICTURE_ENDINGS: Final = frozenset(e for e, kind in _BY_ENDING.items() if kind.picture)


def safe_name(name: str) -> str:
    """A file name that is harmless on every system, its ending kept.

    >>> safe_name("../../照片:1.JPG")
    '照片_1.JPG'
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Control characters, and marks that turn the reading direction and so disguise an ending.
    plain = "".join(
        c for c in plain if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    plain = _FORBIDDEN.sub("_", plain).strip(" .")
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    path = PurePosixPath(plain)
    stem = path.stem[: _MAX_NAME - len(path.suffix)]
    return f"{stem}{path.suffix[:_MAX_NAME]}" if stem else ""


def read_attachment(name: str, content: bytes) -> tuple[str, FileContent]:
    """Find out what a file is.

    Args:
        name: Its name, as the officer knows it; a folder in front is dropped.
        content: All of it.

    Returns:
        The name to keep, and what the content is.

    Raises:
        UnreadableFileError: Empty, too large, of a kind that is not kept, not what its ending says,
            damaged, or made to exhaust the computer.
    """
    kept = safe_name(name)
    ending = PurePosixPath(kept).suffix.lower()
    kind = _BY_ENDING.get(ending)
    if kind is None:
        raise _not_kept(kept or name, content)
    if not content:
        raise UnreadableFileError(_("“{name}”是空文件。").format(name=kept))
    if len(content) > MAX_BYTES:
        raise UnreadableFileError(
            _("“{name}”有 {size:.1f} MB，超过了 {limit} MB 的上限。").format(
                name=kept, size=len(content) / 2**20, limit=MAX_BYTES // 2**20
            ),
            hint=_("请压缩图片或拆分文件后再添加。"),
        )
    if not kind.fits(content):
        raise _misnamed(kept, kind, content)
    if kind.picture:
        return kept, _picture(kept, kind, content)
    if content.startswith(b"PK"):
        _check_archive(kept, content)
    return kept, FileContent(content=content, media_type=kind.media_type)


def _not_kept(name: str, content: bytes) -> RiskMapError:
    if _MARKUP.match(content[:_HEAD]):
        message = _("“{name}”是网页或矢量图（HTML、SVG），可能带有脚本，不能作为附件。")
        hint = _("请截图保存为 PNG 或 JPEG 后再添加。")
    else:
        message = _("“{name}”这种文件不能作为附件。")
        hint = _(
            "可以添加：照片（jpg、png、webp、gif、bmp），以及 PDF、OFD、Office、WPS 和文本文件。"
        )
    return UnreadableFileError(message.format(name=name), hint=hint)


def _misnamed(name: str, kind: _Kind, content: bytes) -> RiskMapError:
    if _MARKUP.match(content[:_HEAD]):
        return _not_kept(name, content)
    real = next((other for other in _KINDS[:-1] if other.fits(content)), None)
    if real is None:
        return UnreadableFileError(
            _("“{name}”的内容不是{kind}，文件可能已损坏。").format(name=name, kind=_(kind.label)),
            hint=_("请重新取得原文件后再添加。"),
        )
    return UnreadableFileError(
        _("“{name}”的扩展名不对：内容其实是{real}。").format(name=name, real=_(real.label)),
        hint=_("如果确认来源可靠，请把扩展名改为 {ending} 后再添加。").format(
            ending=real.endings[0]
        ),
    )


def _check_archive(name: str, content: bytes) -> None:
    try:
        archive = GuardedArchive(content, name)
        total = sum(len(piece) for part in archive.parts for piece in archive.pieces(part))
    except UnreadableFileError as error:
        raise UnreadableFileError(
            _("“{name}”已损坏、有密码，或展开后大得不正常，不能作为附件。").format(name=name),
            hint=_("请打开原文件核对，另存后再添加。"),
            detail=error.detail or error.message,
        ) from error
    if total > _MAX_INFLATED:
        raise _bomb(name, f"inflates to {total} bytes")
    if any(part.lower().endswith("vbaproject.bin") for part in archive.parts):
        raise UnreadableFileError(
            _("“{name}”带有宏，不能作为附件。").format(name=name),
            hint=_("请另存为不带宏的文件后再添加。"),
        )


def _bomb(name: str, detail: str) -> RiskMapError:
    return UnreadableFileError(
        _("“{name}”展开后大得不正常，不能作为附件。").format(name=name),
        hint=_("请核对文件来源；正常的照片请用手机或电脑另存后再添加。"),
        detail=detail,
    )


def _picture(name: str, kind: _Kind, content: bytes) -> FileContent:
    try:
        image = _opened(kind.picture, content)
        _check_extent(name, kind, image, content)
        exif = image.getexif()
        thumbnail = _thumbnail(image, _orientation(exif))
    except RiskMapError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a broken file provokes
        raise UnreadableFileError(
            _("图片“{name}”不完整或已损坏，不能打开。").format(name=name),
            hint=_("请重新取得原图后再添加。"),
            detail=f"{type(error).__name__}: {error}",
        ) from error
    return FileContent(
        content=content,
        media_type=kind.media_type,
        place=_place(exif),
        taken_at=_taken_at(exif),
        thumbnail=thumbnail,
    )


def _opened(plugin: str, content: bytes) -> Image.Image:
    """The picture with its header read; the decoder's own warning about its size is not wanted."""
    from PIL import (  # noqa: PLC0415 - 50 ms that a start without photos need not pay
        BmpImagePlugin,
        GifImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        WebPImagePlugin,
    )

    classes: dict[str, Any] = {
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "GIF": GifImagePlugin.GifImageFile,
        "WEBP": WebPImagePlugin.WebPImageFile,
        "BMP": BmpImagePlugin.BmpImageFile,
    }
    opened: Image.Image = classes[plugin](BytesIO(content))
    return opened


def _check_extent(name: str, kind: _Kind, image: Image.Image, content: bytes) -> None:
    width, height = image.size
    plain_jpeg = kind.picture == "JPEG" and not image.info.get("progressive")
    limit = MAX_JPEG_PIXELS if plain_jpeg else MAX_PIXELS
    if width * height > limit:
        raise _bomb(name, f"{width} x {height} pixels")
    if kind.picture == "JPEG" and content.count(b"\xff\xda") > _MAX_SCANS:
        raise _bomb(name, "too many scans")


def _thumbnail(image: Image.Image, turn: int | None) -> bytes:
    from PIL import Image as pillow  # noqa: N813, PLC0415 - a module, not a class

    image.draft("RGB", (2 * THUMBNAIL_PX, 2 * THUMBNAIL_PX))
    image.load()
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        rgba = image.convert("RGBA")
        plain = pillow.new("RGB", rgba.size, "white")
        plain.paste(rgba, mask=rgba.getchannel("A"))
    else:
        plain = image.convert("RGB")
    plain.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    if turn is not None:
        plain = plain.transpose(pillow.Transpose(turn))
    buffer = BytesIO()
    plain.save(buffer, "JPEG", quality=_THUMBNAIL_QUALITY)
    return buffer.getvalue()


# Exif orientation → Pillow's transposition that sets the picture upright.
_TURNS: Final = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


def _orientation(exif: Any) -> int | None:
    try:
        return _TURNS.get(int(exif.get(_ORIENTATION, 1)))
    except _BAD_EXIF:
        return None


def _place(exif: Any) -> tuple[float, float] | None:
    """Where the photo was taken; cameras write WGS84, which is CGCS2000 to within decimetres."""
    try:
        gps = exif.get_ifd(_GPS_IFD)
        lat = _degrees(gps[_LAT], str(gps.get(_LAT_REF, "N")))
        lon = _degrees(gps[_LON], str(gps.get(_LON_REF, "E")))
    except _BAD_EXIF:
        return None
    inside = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90  # noqa: PLR2004 - degrees
    # Zero, zero is what a camera without a fix writes.
    return (lon, lat) if inside and (lon, lat) != (0.0, 0.0) else None


def _degrees(parts: Any, side: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if side.strip("\x00 ").upper() in {"S", "W"} else value


def _taken_at(exif: Any) -> datetime | None:
    try:
        text = str(exif.get_ifd(_EXIF_IFD)[_TAKEN_AT]).strip("\x00 ")
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - cameras know no zone
    except _BAD_EXIF:
        return None
