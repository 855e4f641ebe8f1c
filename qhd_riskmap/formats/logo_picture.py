"""The office's logo as it may be printed: only its pixels, small, and nothing the camera or editor wrote."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from qhd_riskmap.errors import InvalidInputError, UnreadableFileError
from qhd_riskmap.i18n import _

_LARGEST_FILE: Final = 5 * 1024 * 1024
_MOST_PIXELS: Final = 25_000_000
_LONGEST_SIDE: Final = 600  # 50 mm at 300 dpi
_THINNEST: Final = 8.0  # longer side to shorter
_KINDS: Final = ("PNG", "JPEG", "BMP", "GIF")


def read_logo(path: Path) -> bytes:
    """A picture re-encoded as a PNG of its pixels alone.

    Raises:
        UnreadableFileError: The file cannot be opened.
        InvalidInputError: It is no picture, too large, or no shape for a logo.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InvalidInputError(
                _("标志图片 {name} 超过 5 MB。").format(name=path.name),
                hint=_("请先缩小图片。"),
            )
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            _("无法读取标志图片：{name}。").format(name=path.name), detail=str(error)
        ) from error
    return logo_of(raw, path.name)


def logo_of(raw: bytes, name: str) -> bytes:
    """As `read_logo`, for content already read."""
    from PIL import Image  # noqa: PLC0415 - 50 ms that a start without a logo need not pay

    try:
        with Image.open(io.BytesIO(raw), formats=_KINDS) as image:
            _judge(image.width, image.height, name)
            clear = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInputError(
            _("{name} 不是可用的图片。").format(name=name),
            hint=_("标志请用 PNG 或 JPG 图片。"),
            detail=str(error),
        ) from error
    # Paper is white; a transparent logo would get a mask that not every reader shows alike.
    paper = Image.new("RGBA", clear.size, "white")
    flat = Image.alpha_composite(paper, clear).convert("RGB")
    flat.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    # A new picture: nothing of the file's texts, profiles or times comes along.
    clean = Image.frombytes("RGB", flat.size, flat.tobytes())
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _judge(width: int, height: int, name: str) -> None:
    if width * height > _MOST_PIXELS:
        raise InvalidInputError(
            _("标志图片 {name} 的像素太多（{width}×{height}）。").format(
                name=name, width=width, height=height
            ),
            hint=_("请先缩小图片。"),
        )
    if max(width, height) > _THINNEST * min(width, height):
        raise InvalidInputError(
            _("标志图片 {name} 太窄长，印在图上看不清。").format(name=name),
            hint=_("请裁成长宽比不超过 8:1 的图片。"),
        )
