"""Which of many files are surveys, and what is said of the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_import import SURVEY_SUFFIXES

_SUFFIXES: Final = frozenset(SURVEY_SUFFIXES)
# What lies beside a shapefile is read with it.
_BESIDE: Final = frozenset(
    {".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".xml"}
)
_LEFT_BY_SYSTEMS: Final = frozenset({"thumbs.db", "desktop.ini"})
_MOST_NAMES: Final = 5


def sorted_out(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The surveys among some files, and the files that somebody may have taken for surveys."""
    meant = [path for path in paths if not _is_litter(path)]
    shapes = {path.with_suffix("") for path in meant if path.suffix.lower() == ".shp"}
    meant = [path for path in meant if not _is_beside(path, shapes)]
    surveys = tuple(path for path in meant if path.suffix.lower() in _SUFFIXES)
    return surveys, tuple(path for path in meant if path.suffix.lower() not in _SUFFIXES)


def left_out_words(others: Sequence[Path]) -> str:
    """That some files are not read, by name."""
    names = _("、").join(path.name for path in others[:_MOST_NAMES])
    if len(others) > _MOST_NAMES:
        names = _("{names} 等").format(names=names)
    return _("{n} 个文件不是排查表，没有读：{names}").format(n=len(others), names=names)


def _is_beside(path: Path, shapes: set[Path]) -> bool:
    stem = path.with_suffix("")
    if stem.suffix.lower() == ".shp":  # name.shp.xml
        stem = stem.with_suffix("")
    return path.suffix.lower() in _BESIDE and stem in shapes


def _is_litter(path: Path) -> bool:
    # Excel and WPS leave ~$name.xlsx beside an open workbook.
    name = path.name.lower()
    return name.startswith(("~$", ".")) or name in _LEFT_BY_SYSTEMS
