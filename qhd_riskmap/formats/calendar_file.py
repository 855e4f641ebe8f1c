"""Writes days as an iCalendar file (RFC 5545): calendars of desks and telephones take them over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.cell_text import storable
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import _

_LONGEST_LINE: Final = 75  # octets, without the break
_PRODUCT: Final = "-//qhd-riskmap//qhd-riskmap//ZH"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One entry that takes a whole day.

    Attributes:
        uid: The same for the same thing, so that a file read again changes entries and adds none.
        summary: One line.
        description: More lines.
        changed_at: When what stands behind it was changed.
        sequence: Higher after each change.
        remind_days: An alarm so many days before; None for none.
    """

    uid: str
    day: date
    summary: str
    description: str = ""
    changed_at: datetime
    sequence: int = 0
    remind_days: int | None = None


def write_calendar(path: Path, name: str, days: Iterable[CalendarDay]) -> int:
    """Write entries; how many there were.

    Raises:
        OutputFileError: The name does not end with ics, or the file cannot be written.
    """
    if path.suffix.lower() != ".ics" or path.is_dir():
        raise OutputFileError(
            _("“{path}”不是 {kinds} 文件名。").format(path=path, kinds=".ics"),
            hint=_("请写出文件名，如 {example}。").format(example=_("整改时限.ics")),
        )
    found = list(days)
    content = "".join(f"{line}\r\n" for line in _folded(_lines(name, found)))
    with replacing(path) as unfinished:
        unfinished.write_bytes(content.encode("utf-8"))
    return len(found)


def _lines(name: str, days: Iterable[CalendarDay]) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN")
    yield from ("METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(name)}")
    for each in days:
        stamp = each.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        yield from ("BEGIN:VEVENT", f"UID:{_escaped(each.uid)}", f"DTSTAMP:{stamp}")
        yield f"LAST-MODIFIED:{stamp}"
        yield f"SEQUENCE:{each.sequence}"
        yield f"DTSTART;VALUE=DATE:{each.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{each.day + timedelta(1):%Y%m%d}"
        yield f"SUMMARY:{_escaped(each.summary)}"
        if each.description:
            yield f"DESCRIPTION:{_escaped(each.description)}"
        yield from ("CLASS:CONFIDENTIAL", "TRANSP:TRANSPARENT")
        if each.remind_days is not None:
            yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_escaped(each.summary)}")
            yield from (f"TRIGGER:-P{each.remind_days}D", "END:VALARM")
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _escaped(text: str) -> str:
    """A text value; line ends become the two letters that stand for them."""
    tidy = (
        storable(text)
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\t", " ")
        .replace("\x7f", "")
    )
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        tidy = tidy.replace(plain, written)
    return tidy


def _folded(lines: Iterable[str]) -> Iterator[str]:
    """Lines of at most 75 octets; what goes on begins with a space. No letter is cut in two."""
    for line in lines:
        piece, room = "", _LONGEST_LINE
        for letter in line:
            size = len(letter.encode("utf-8"))
            if size > room:
                yield piece
                piece, room = " ", _LONGEST_LINE - 1
            piece += letter
            room -= size
        yield piece
