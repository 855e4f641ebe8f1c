"""Pages of scanned sheets: pictures, and the pictures inside a PDF, with the QR codes on them.

Everything is measured before it is unpacked; what cannot be read is told with its reason and never stops the
other pages.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qhd_riskmap.domain.attachment import FileContent
from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.formats.attachment_files import MAX_PIXELS, read_attachment, safe_name
from qhd_riskmap.formats.qr_code import codes_in
from qhd_riskmap.i18n import _

if TYPE_CHECKING:
    from PIL import Image

SCAN_ENDINGS: Final = (".pdf", ".png", ".jpg", ".jpeg")
MAX_FILE_BYTES: Final = 200 * 2**20
MAX_PAGES: Final = 500
_MOST_PICTURES: Final = 8  # of one page: a scanner makes one
_DEEPEST: Final = 3
_LOOKED_AT_PX: Final = 3600  # the longer side that is looked at: 300 dpi on A4
_JPEG: Final = (".jpg", ".jpeg")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedPage:
    """One page.

    Attributes:
        file: Name of its file.
        number: Of the page, from 1.
        name: Under which it is kept.
        codes: Texts of its QR codes.
        content: The picture, None where there is none.
        problem: Why it cannot be read, "" where it can.
    """

    file: str
    number: int
    name: str = ""
    codes: tuple[str, ...] = ()
    content: FileContent | None = None
    problem: str = ""

    @property
    def sha256(self) -> str:
        """Of the picture."""
        return hashlib.sha256(self.content.content).hexdigest() if self.content else ""


def scanned_pages(path: Path) -> Iterator[ScannedPage]:
    """The pages of a file; one that cannot be read as a whole is one page with a problem."""
    try:
        ending = path.suffix.lower()
        if ending not in SCAN_ENDINGS:
            raise UnreadableFileError(_("扫描件应是 PDF、PNG 或 JPEG 文件。"))
        content = _content(path)
        if ending == ".pdf":
            yield from _pdf_pages(path.name, content)
        else:
            yield _page(path.name, 1, path.name, content)
    except RiskMapError as error:
        yield ScannedPage(file=path.name, number=1, problem=error.message)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableFileError(
                _("“{name}”超过 {limit} MB，请分成几个文件。").format(
                    name=path.name, limit=MAX_FILE_BYTES // 2**20
                )
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            _("打不开“{name}”。").format(name=path.name), detail=str(error)
        ) from error


def _page(file: str, number: int, name: str, content: bytes) -> ScannedPage:
    """A page that is a picture; its size is checked before it is unpacked."""
    from PIL import Image  # noqa: PLC0415 - only photos and scans need it

    try:
        kept, checked = read_attachment(name, content)
    except RiskMapError as error:
        return ScannedPage(file=file, number=number, problem=error.message)
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
        codes = _codes(picture)
    return ScannedPage(file=file, number=number, name=kept, codes=codes, content=checked)


def _codes(picture: Image.Image) -> tuple[str, ...]:
    picture.draft("L", (_LOOKED_AT_PX, _LOOKED_AT_PX))
    grey = picture.convert("L")
    grey.thumbnail((_LOOKED_AT_PX, _LOOKED_AT_PX))
    return tuple(codes_in(grey))


# --- PDF ------------------------------------------------------------------------------------------


def _pdf_pages(file: str, content: bytes) -> Iterator[ScannedPage]:
    from pypdf import PdfReader  # noqa: PLC0415 - only scans need it

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what matters is told page by page
    try:
        reader = PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except Exception as error:  # the parser raises whatever a broken file provokes
        raise UnreadableFileError(
            _("“{name}”不是完好的 PDF。").format(name=file),
            detail=f"{type(error).__name__}: {error}",
        ) from error
    if locked:
        raise UnreadableFileError(_("“{name}”有密码。").format(name=file))
    if count > MAX_PAGES:
        raise UnreadableFileError(
            _("“{name}”有 {n} 页，一次最多 {limit} 页。").format(
                name=file, n=count, limit=MAX_PAGES
            )
        )
    for number in range(1, count + 1):
        try:
            yield _pdf_page(file, number, reader.pages[number - 1])
        except Exception as error:  # see above; the other pages are read nevertheless
            message = error.message if isinstance(error, RiskMapError) else ""
            yield ScannedPage(
                file=file, number=number, problem=message or _("这一页已损坏，不能读取。")
            )


def _pdf_page(file: str, number: int, page: Any) -> ScannedPage:
    """The first picture of a page that has a QR code, else its largest one."""
    sized = _pictures(page)
    if not sized:
        return ScannedPage(file=file, number=number, problem=_("这一页没有扫描图像。"))
    best: ScannedPage | None = None
    for _size, key in sized[:_MOST_PICTURES]:
        name, content = _extracted(file, number, page.images[key])
        found = _page(file, number, name, content)
        if found.codes:
            return found
        best = best or found
    return best or ScannedPage(file=file, number=number)


def _pictures(page: Any) -> list[tuple[int, Any]]:
    """Pixels and key of the pictures of a page, the largest first.

    Raises:
        UnreadableFileError: One is larger than any scan.
    """
    found = []
    for key in page.images.keys():  # noqa: SIM118 - no mapping
        steps = [key] if isinstance(key, str) else list(key)
        if len(steps) > _DEEPEST or steps[-1].startswith("~"):
            continue
        picture = _object(page, steps)
        pixels = int(picture.get("/Width", 0)) * int(picture.get("/Height", 0))
        if not 0 < pixels <= MAX_PIXELS:
            raise UnreadableFileError(_("这一页的图像大得不正常，没有展开。"))
        found.append((pixels, key))
    return sorted(found, key=lambda each: -each[0])


def _object(page: Any, steps: Sequence[str]) -> Any:
    place = page
    for step in steps:
        place = place["/Resources"]["/XObject"][step].get_object()
    return place


def _extracted(file: str, number: int, image: Any) -> tuple[str, bytes]:
    """Name and content to keep of a picture: a JPEG as it is, anything else as PNG."""
    stem = safe_name(Path(file).stem) or "scan"
    if image.name.lower().endswith(_JPEG) and image.data[:3] == b"\xff\xd8\xff":
        return f"{stem}-{number}.jpg", bytes(image.data)
    picture = image.image
    if picture is None:
        raise UnreadableFileError(_("这一页的图像不能读取。"))
    if picture.mode not in {"1", "L", "RGB"}:
        picture = picture.convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return f"{stem}-{number}.png", buffer.getvalue()
