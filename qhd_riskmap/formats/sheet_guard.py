"""Refuses workbooks that would exhaust memory, before any spreadsheet reader touches them.

Every part is inflated once, in pieces, with limits on what it really holds; archives lie about that.
Spreadsheet readers allocate the whole rectangle between the outermost cells, so two cells in opposite
corners of a tiny file are enough to take all memory: the extent is measured here first.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.domain.survey_sheet import MergedRange, column_number
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.i18n import _

MAX_FILE_BYTES: Final = 256 * 2**20
MAX_INFLATED: Final = 2**30
MAX_RATIO: Final = 250  # repetitive sheets reach 40
RATIO_COUNTS_FROM: Final = 32 * 2**20
MAX_PARTS: Final = 5000
MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 2000
MAX_CELLS: Final = 30_000_000
# With something in them: what 700 MB of memory hold, checked and ready to be registered.
MAX_FILLED: Final = 2_500_000
_PIECE: Final = 2**21
_OVERLAP: Final = 256
_LOCAL_HEADER: Final = 30
_DEFLATED: Final = 8
_LT, _BLANK = b"< "
PADDING: Final = 16  # what is read past a tag's beginning
# count="…", uniqueCount="…" of ten million and more.
_CLAIM: Final = re.compile(rb"[cC]ount\s{0,9}=\s{0,9}[\"']\s{0,9}\+?0{0,20}[1-9]\d{7}")
_MERGE: Final = re.compile(
    rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_REFERENCE: Final = re.compile(
    rb'<(?:\w+:)?c\b(?:\s[^<>]*?)?\sr="([A-Z]{1,3})(\d{1,7})"[^<>]*>(<(?:\w+:)?[vif])?'
)
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s>/]")
_FORMULA: Final = re.compile(rb"[<:]f[\s>/]")
_ERROR: Final = re.compile(rb"t=(?:\"e\"|'e')")  # beginning with a letter, six times as fast
_HIDDEN: Final = re.compile(rb"<(?:\w+:)?(row|col)\b([^<>]*?\shidden=[\"'](?:1|true)[\"'][^<>]*)>")
_ATTRIBUTE: Final = re.compile(rb"\s(r|min|max)=[\"'](\d{1,7})[\"']")
_BYTES = npt.NDArray[np.uint8]
_FLAGS = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Extent:
    """What the cells of one sheet span; columns and rows count from 1.

    Attributes:
        left: Leftmost column with a value; 0 where there is none.
        right: Rightmost column with a value.
        top: Highest row with a cell; 0 where there is none.
        first: Highest row with a value; 0 where there is none.
        last: Lowest row with a value.
        bottom: Lowest row with a cell.
        cells: Cells counted.
        filled: Those with a value.
        explicit: Every cell names its place, so `left` and `right` can be trusted.
        merged: The merged blocks.
        formulas: Some cell holds a formula.
        errors: Some cell may hold an error.
    """

    left: int = 0
    right: int = 0
    top: int = 0
    first: int = 0
    last: int = 0
    bottom: int = 0
    widest: int = 0
    rows: int = 0
    cells: int = 0
    filled: int = 0
    explicit: bool = True
    formulas: bool = False
    errors: bool = False
    merged: list[MergedRange] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    def take_value(self, column: int, row: int) -> None:
        """Reach as far as a cell with a value."""
        self.left = min(self.left or column, column)
        self.right = max(self.right, column)
        self.first = min(self.first or row, row)
        self.last = max(self.last, row)

    def include(self, other: Extent) -> None:
        """Take in what was found further down."""
        if other.left:
            self.left = min(self.left or other.left, other.left)
            self.first = min(self.first or other.first, other.first)
        if other.top:
            self.top = min(self.top or other.top, other.top)
        self.right = max(self.right, other.right)
        self.last = max(self.last, other.last)
        self.bottom = max(self.bottom, other.bottom)
        self.widest = max(self.widest, other.widest)
        self.rows += other.rows
        self.cells += other.cells
        self.filled += other.filled
        self.explicit = self.explicit and other.explicit
        self.formulas = self.formulas or other.formulas
        self.errors = self.errors or other.errors
        self.merged += other.merged
        self.hidden_rows += other.hidden_rows
        self.hidden_columns += other.hidden_columns


class ExtentError(UnreadableFileError):
    """The rectangle between the outermost cells of a sheet is too large."""


class GuardedArchive:
    """A zip archive in memory whose parts are only handed out within limits.

    Raises:
        UnreadableFileError: No archive, damaged, too many parts, or larger than the limits.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self._content = content
        self._name = name
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            raise damaged(name, str(error)) from error
        if len(infos) > MAX_PARTS:
            raise too_large(name)
        self._infos = {info.filename: info for info in infos}
        if sum(info.file_size for info in infos) > MAX_INFLATED:
            raise too_large(name)

    def __contains__(self, part: object) -> bool:
        return part in self._infos

    @property
    def parts(self) -> list[str]:
        """Names of all parts."""
        return list(self._infos)

    def size(self, part: str) -> int:
        """Bytes of a part as the archive declares them, 0 where there is none."""
        info = self._infos.get(part)
        return info.file_size if info is not None else 0

    def read(self, part: str, limit: int = 64 * 2**20) -> bytes:
        """A whole part of at most ``limit`` bytes."""
        pieces, total = [], 0
        for piece in self.pieces(part):
            total += len(piece)
            if total > limit:
                raise too_large(self._name)
            pieces.append(piece)
        return b"".join(pieces)

    def pieces(self, part: str) -> Iterator[bytes]:
        """The inflated bytes of a part, a few megabytes at a time.

        Raises:
            UnreadableFileError: Encrypted, damaged, or more than the archive declares.
        """
        info = self._infos.get(part)
        if info is None:
            raise damaged(self._name, f"no part {part}")
        if info.flag_bits & 1:
            raise locked(self._name)
        compressed = self._compressed(info)
        if info.compress_type == zipfile.ZIP_STORED:
            yield compressed
            return
        if info.compress_type != _DEFLATED:
            raise damaged(self._name, f"compression {info.compress_type}")
        yield from self._inflated(info, compressed)

    def check_all(self, besides: Collection[str] = ()) -> None:
        """Inflate every part once, throwing the bytes away.

        Args:
            besides: Parts that are inflated for their own sake.

        Raises:
            UnreadableFileError: One breaks a limit, is damaged, or claims to hold tens of millions
                of something: readers reserve memory for what is claimed.
        """
        total = 0
        for part in self._infos.keys() - set(besides):
            tail = b""
            for piece in self.pieces(part):
                total += len(piece)
                if total > MAX_INFLATED:
                    raise too_large(self._name)
                if part.endswith(".xml"):
                    if _CLAIM.search(tail + piece[:_OVERLAP]) or _CLAIM.search(piece):
                        raise too_large(self._name)
                    tail = piece[-_OVERLAP:]

    def _compressed(self, info: zipfile.ZipInfo) -> bytes:
        start = info.header_offset
        header = self._content[start : start + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            raise damaged(self._name, f"local header of {info.filename}")
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        begin = start + _LOCAL_HEADER + names
        return self._content[begin : begin + info.compress_size]

    def _inflated(self, info: zipfile.ZipInfo, compressed: bytes) -> Iterator[bytes]:
        stream = zlib.decompressobj(-15)
        total, pending = 0, compressed
        while not stream.eof:
            try:
                piece = stream.decompress(pending, _PIECE)
            except zlib.error as error:
                raise damaged(self._name, f"{info.filename}: {error}") from error
            pending = stream.unconsumed_tail
            total += len(piece)
            bomb = total > RATIO_COUNTS_FROM and total > MAX_RATIO * max(len(compressed), 1)
            if bomb or total > max(info.file_size, 0) or total > MAX_INFLATED:
                raise too_large(self._name)
            if piece:
                yield piece
            elif not pending and not stream.eof:
                raise damaged(self._name, f"{info.filename}: truncated")


def sheet_extent(archive: GuardedArchive, part: str, name: str) -> Extent:
    """Measure one worksheet part of an xlsx.

    Raises:
        UnreadableFileError: A document type declaration, or more rows, columns or cells than the
            limits.
    """
    extent = Extent()
    for _block, _own in sheet_blocks(archive, part, name, extent):
        pass
    return extent


def sheet_blocks(
    archive: GuardedArchive, part: str, name: str, extent: Extent
) -> Iterator[tuple[bytes, Extent]]:
    """The bytes of one worksheet part of an xlsx in blocks, each with what its cells span.

    Args:
        archive: The workbook.
        part: The worksheet.
        name: Of the file, for messages.
        extent: Takes what all blocks up to the one in hand span.

    Raises:
        UnreadableFileError: See `sheet_extent`.
    """
    for block, after in cut_blocks(archive, part, name):
        yield _measured(block, after, extent, name)


def cut_blocks(archive: GuardedArchive, part: str, name: str) -> Iterator[tuple[bytes, bytes]]:
    """The bytes of one worksheet part cut between cells, each block with a little of what follows.

    Raises:
        UnreadableFileError: A document type declaration.
    """
    tail, first = b"", True
    for piece in archive.pieces(part):
        block = tail + piece
        if first or b"!" in block:  # a lone character is found ten times as fast as two
            refuse_entities(block, name, first=first)
        first = False
        # Cut at the last tag, so that no cell is split over two blocks.
        cut = block.rfind(b"<row")
        cut = cut if cut > 0 else block.rfind(b"<c ")
        if cut <= 0 or len(block) - cut > _PIECE:
            cut = max(len(block) - _OVERLAP, 0)
        tail = block[cut:]
        yield block[:cut], tail[:_OVERLAP]
    yield tail, b""


def _measured(block: bytes, after: bytes, extent: Extent, name: str) -> tuple[bytes, Extent]:
    """A block with its own extent, which is taken into that of the whole and refused if too large."""
    own = Extent()
    _measure(block, after, own)
    extent.include(own)
    _refuse_extent(extent, name)
    return block, own


def refuse_entities(piece: bytes, name: str, *, first: bool) -> None:
    """Refuse XML that declares a document type, the home of every entity attack."""
    if first and (piece[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in piece[:64]):
        raise damaged(name, "XML part is not UTF-8")
    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
        raise with_entities(name)


def with_entities(name: str) -> UnreadableFileError:
    """The refusal of a file that declares entities of its own."""
    return UnreadableFileError(
        _("“{name}”内含 XML 实体声明，可能有害，已拒绝读取。").format(name=name),
        hint=_("请用 Excel 或 WPS 打开并另存后再导入。"),
    )


def _measure(block: bytes, after: bytes, extent: Extent) -> None:
    if not block:
        return
    size = len(block)
    data: _BYTES = np.frombuffer(block + after + b"<" * PADDING, dtype=np.uint8)
    # Only the places of tags are looked at: comparing every byte with every letter takes twice as long.
    tags = np.flatnonzero(data[:size] == _LT)
    names = data[tags + 1]
    prefixed = b":" in block
    if not extent.formulas and (prefixed or (names == ord("f")).any()):
        extent.formulas = _FORMULA.search(block) is not None
    # A lone character is found much faster, and every error text begins with it.
    if not extent.errors and b"#" in block:
        extent.errors = _ERROR.search(block) is not None
    rows = int(np.count_nonzero(go_on(data, tags[names == ord("r")], b"row")))
    extent.rows += rows or (len(_ROW.findall(block)) if prefixed else 0)
    if b" hidden=" in block:
        _take_hidden(block, extent)
    for found in _MERGE.finditer(block) if prefixed or (names == ord("m")).any() else ():
        extent.merged.append(
            MergedRange(
                int(found[2]),
                column_number(found[1].decode()),
                int(found[4]),
                column_number(found[3].decode()),
            )
        )
    which = np.flatnonzero(names == ord("c"))
    cells = tags[which]
    if prefixed and b":c " in block:
        counted = len(_CELL.findall(block))
    else:
        next_char = data[cells + 2]
        ended = (next_char == _BLANK) | (next_char == ord(">")) | (next_char == ord("/"))
        counted = int(np.count_nonzero(ended))
    extent.cells += counted
    plain = which[go_on(data, cells, b'c r="')]
    if len(plain):
        _take_plain(data, tags, plain, extent)
    if len(plain) != counted:
        _take_odd(block, counted, extent)


def go_on(data: _BYTES, tags: npt.NDArray[np.intp], text: bytes) -> _FLAGS:
    """Which of the tags begin with ``text``."""
    found = np.ones(len(tags), dtype=bool)
    for offset, char in enumerate(text, start=1):
        found &= data[tags + offset] == char
    return found


def _take_hidden(block: bytes, extent: Extent) -> None:
    for found in _HIDDEN.finditer(block):
        numbers = {key: int(value) for key, value in _ATTRIBUTE.findall(found[2])}
        if found[1] == b"row":
            extent.hidden_rows.extend(numbers[key] for key in (b"r",) if key in numbers)
        else:
            first = numbers.get(b"min", 1)
            extent.hidden_columns += range(first, min(numbers.get(b"max", 0), MAX_COLUMNS) + 1)


def _take_plain(
    data: _BYTES, tags: npt.NDArray[np.intp], which: npt.NDArray[np.intp], extent: Extent
) -> None:
    """Cells written ``<c r="AB12"…``, all at once; ``which`` of the tags they are."""
    column, row, filled = read_plain(data, tags, which)
    extent.bottom = max(extent.bottom, int(row.max()))
    extent.top = min(extent.top or extent.bottom, int(row.min()))
    extent.filled += int(np.count_nonzero(filled))
    if filled.any():
        columns, rows = column[filled], row[filled]
        extent.take_value(int(columns.min()), int(rows.min()))
        extent.take_value(int(columns.max()), int(rows.max()))
    extent.widest = max(extent.widest, int(column.max()))


def read_plain(
    data: _BYTES, tags: npt.NDArray[np.intp], which: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], _FLAGS]:
    """Columns and rows of such cells, and whether they hold anything."""
    place = tags[which] + 6
    column = np.zeros(len(place), dtype=np.int32)
    row = np.zeros(len(place), dtype=np.int64)
    letters = np.ones(len(place), dtype=bool)
    reading = letters
    for _offset in range(3 + 8):
        char = data[place]
        letters = letters & (char >= ord("A")) & (char <= ord("Z"))
        number = reading & (char >= ord("0")) & (char <= ord("9"))
        reading = number | letters
        if not reading.any():
            break
        if letters.any():
            column = np.where(letters, column * 26 + (char.astype(np.int32) - 64), column)
        row = np.where(number, row * 10 + (char.astype(np.int64) - 48), row)
        place = place + 1
    # The tag after the cell's own tells whether it holds anything.
    following = tags[np.minimum(which + 1, len(tags) - 1)]
    held = data[following + 1]
    return column, row, (held == ord("v")) | (held == ord("i")) | (held == ord("f"))


def _take_odd(block: bytes, counted: int, extent: Extent) -> None:
    """Cells with other attributes first, a namespace prefix, or no place at all."""
    named = 0
    for found in _REFERENCE.finditer(block):
        named += 1
        column = column_number(found[1].decode())
        extent.bottom = max(extent.bottom, int(found[2]))
        extent.top = min(extent.top or extent.bottom, int(found[2]))
        extent.widest = max(extent.widest, column)
        if found[3]:
            extent.filled += 1
            extent.take_value(column, int(found[2]))
    if named < counted:
        # Places follow from the order: the longest row bounds the width.
        extent.explicit = False
        longest = max((len(_CELL.findall(row)) for row in _ROW.split(block)), default=0)
        extent.widest = max(extent.widest, longest)


def _refuse_extent(extent: Extent, name: str) -> None:
    bottom = max(extent.bottom, extent.rows)
    if bottom > MAX_ROWS or extent.widest > MAX_COLUMNS or bottom * extent.widest > MAX_CELLS:
        refusal = too_large(name)
        raise ExtentError(refusal.message, hint=refusal.hint)
    refuse_filled(extent.filled, name)


def refuse_filled(count: int, name: str) -> None:
    """Refuse a table that holds more than can be checked at once.

    Raises:
        UnreadableFileError: More cells with something in them than `MAX_FILLED`.
    """
    if count > MAX_FILLED:
        raise UnreadableFileError(
            _("“{name}”一张表里有内容的单元格超过 {cells} 万个，一次核对不了。").format(
                name=name, cells=MAX_FILLED // 10_000
            ),
            hint=_("请按县区或类别拆成几个文件（例如每个 10 万行），分几次导入。"),
        )


def too_large(name: str) -> UnreadableFileError:
    """The file holds more than any survey sheet."""
    return UnreadableFileError(
        _("“{name}”展开后过大，超出排查表的合理范围，已拒绝读取。").format(name=name),
        hint=_(
            "请删去多余的行列或拆成几个文件；单表最多 {columns} 列、{cells} 万个单元格。"
        ).format(columns=MAX_COLUMNS, cells=MAX_CELLS // 10_000),
    )


def damaged(name: str, detail: str) -> UnreadableFileError:
    """The file is not what it claims to be, or broken."""
    return UnreadableFileError(
        _("“{name}”已损坏或不是表格文件，无法读取。").format(name=name),
        hint=_("请用 Excel 或 WPS 打开并另存为 .xlsx 后再导入。"),
        detail=detail,
    )


def locked(name: str) -> UnreadableFileError:
    """The file asks for a password."""
    return UnreadableFileError(
        _("“{name}”：文件有密码，无法读取。").format(name=name),
        hint=_("请在 Excel 或 WPS 中去掉打开密码，另存后再导入。"),
    )
