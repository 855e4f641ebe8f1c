"""The public statistics page: one HTML file with tables and bars, no network, no map.

The bars are drawn here and not by matplotlib (ADR 0036): they follow the theme and the language of the
reader, need no inline style that the policy would refuse, and weigh a few bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment

from qhd_riskmap.domain.figures import FIGURES
from qhd_riskmap.domain.public_coverage import coverage_notes
from qhd_riskmap.domain.public_edition import DRAFT_MARK, Edition, Translator
from qhd_riskmap.domain.public_remedies import PARTS
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.formats.public.html_page import (
    as_is,
    embedded,
    page_asset,
    page_policy,
    plain_script,
)
from qhd_riskmap.formats.public.public_tables import SMALL_CELLS_NOTE
from qhd_riskmap.formats.public.statistics_panels import Panel, panel_words, panels, tiles
from qhd_riskmap.i18n import CHINESE, N_, language
from qhd_riskmap.resources import in_english

_FILES: Final = ("statistics_page.html", "statistics_page.js", "statistics_page.css")
_CAVEAT: Final = N_("没有列出不等于没有风险，请留意当地提示")
_SAID: Final = (
    N_("公开统计"), N_("跳到统计表"), N_("深色"), N_("打印"), N_("说明"), N_("要点"),
)  # fmt: skip


def write_statistics_page(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the page; its bytes depend on the arguments and the language alone."""
    shown = _Said.of(public, edition, as_is)
    translated = _Said.of(public, edition, in_english)
    pairs = zip(shown.texts(), translated.texts(), strict=True)
    english = {text: other for text, other in pairs if text and other != text}
    script, styles = plain_script(page_asset(_FILES[1])), page_asset(_FILES[2])
    page = Environment(autoescape=True).from_string(page_asset(_FILES[0])).render(
        said=shown,
        edition=edition,
        draft=DRAFT_MARK,
        language="zh-CN" if language() == CHINESE else language(),
        policy=page_policy((script,), styles),
        styles=styles,
        script=script,
        data=embedded({"language": _tongue(), "english": english}),
    )  # fmt: skip
    path.write_bytes(page.encode("utf-8"))


@cache
def statistics_vocabulary() -> str:
    """Everything a page carries whatever it shows; the release checker allows these words."""
    said = (*_SAID, *_fixed_notes(), *panel_words(), DRAFT_MARK)
    return "\n".join((*map(page_asset, _FILES), *said, *map(in_english, said)))


def _tongue() -> str:
    return "zh" if language() == CHINESE else "en"


def _fixed_notes() -> Iterator[str]:
    yield from (SMALL_CELLS_NOTE, _CAVEAT)
    yield from (FIGURES[part].definition for part in PARTS)


class _Said:
    """Everything the page says in one language, in the order of the page."""

    def __init__(
        self,
        panels: tuple[Panel, ...],
        tiles: tuple[tuple[str, str], ...],
        lines: tuple[tuple[str, str], ...],
        notes: tuple[str, ...],
        others: tuple[str, ...],
    ) -> None:
        self.panels, self.tiles, self.lines, self.notes = panels, tiles, lines, notes
        self.others = others
        self.approval, self.date_text = others[:2]

    @classmethod
    def of(cls, public: PublicSet, edition: Edition, tr: Translator) -> _Said:
        """In the language of ``tr``."""
        end = tr(N_("。"))
        told = [*coverage_notes(public.coverage, tr), tr(_CAVEAT)]
        notes = [tr(SMALL_CELLS_NOTE), *(f"{text}{end}" for text in told)]
        if public.remedies:
            parts = (FIGURES[part] for part in PARTS)
            form = tr(N_("{label}：{text}"))
            notes += [form.format(label=tr(p.label), text=tr(p.definition)) for p in parts]
        return cls(
            panels(public, edition, tr), tiles(public, tr), edition.lines(tr), tuple(notes),
            (edition.approval_in(tr), edition.date_in(tr), tr(DRAFT_MARK), *map(tr, _SAID)),
        )  # fmt: skip

    def texts(self) -> Iterator[str]:
        """Every text, so that two languages can be laid side by side."""
        for panel in self.panels:
            yield from (panel.heading, panel.note, *panel.heads)
            yield from (name for _mark, name in panel.legend)
            yield from (cell for row in panel.rows for cell in row)
            yield from (bar.label for bar in panel.bars)
        yield from (text for pair in (*self.tiles, *self.lines) for text in pair)
        yield from (*self.notes, *self.others)
