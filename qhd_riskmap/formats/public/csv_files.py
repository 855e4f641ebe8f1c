"""The public content as text tables: hazards, numbers and what they are, in one archive."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.formats.cell_text import csv_text
from qhd_riskmap.formats.public.fixed_archive import fixed_archive
from qhd_riskmap.formats.public.public_tables import (
    ABOUT_TITLES,
    COUNT_TITLES,
    COVERAGE_TITLES,
    HAZARD_COLUMNS,
    PLACES,
    Value,
    about_rows,
    count_rows,
    coverage_rows,
)
from qhd_riskmap.i18n import _


def write_csv_files(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write 公开清单.csv, 数量统计.csv, 排查情况.csv and 说明.csv into one archive."""
    path.write_bytes(fixed_archive(csv_members(public, edition)))


def csv_members(public: PublicSet, edition: Edition) -> dict[str, bytes]:
    """The tables, name → content."""
    heads = [column.title for column in HAZARD_COLUMNS]
    return {
        _("公开清单") + ".csv": _table([*heads, *PLACES], _hazard_rows(public)),
        _("数量统计") + ".csv": _table(COUNT_TITLES, count_rows(public)),
        _("排查情况") + ".csv": _table(COVERAGE_TITLES, coverage_rows(public)),
        _("说明") + ".csv": _table(ABOUT_TITLES, about_rows(public, edition)),
    }


def _hazard_rows(public: PublicSet) -> Iterator[list[Value]]:
    for hazard in public.hazards:
        # A point on the published shape, already on the release grid or inside what lies on it.
        yield [*(column.value(hazard) for column in HAZARD_COLUMNS), *hazard.anchor()]


def _table(titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_(title) for title in titles])
    for row in rows:
        writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in row])
    # The mark in front makes Excel read UTF-8.
    return out.getvalue().encode("utf-8-sig")
