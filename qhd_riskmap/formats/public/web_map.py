"""The public web page: one HTML file that works from a memory stick, with no network at all.

A folium map with a template of our own: folium's ten network assets are left out, Leaflet comes from
its PyPI package and is inlined, the data is one compact JSON block (`web_data`), and a
Content-Security-Policy with the hash of every script and style forbids everything else.

The page speaks Chinese and English: every text stands in it once as the Chinese key, and a table of the
English beside it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import folium
from branca.element import Figure, MacroElement
from jinja2 import Template

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.public_coverage import AreaState, coverage_notes
from qhd_riskmap.domain.public_edition import COAST_CREDIT, DRAFT_MARK, Edition
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.formats.public.html_page import (
    as_is,
    compact,
    embedded,
    page_asset,
    page_policy,
    plain_script,
)
from qhd_riskmap.formats.public.web_data import page_data, page_words
from qhd_riskmap.i18n import CHINESE, N_, language
from qhd_riskmap.resources import in_english, resource

_COVERAGE: Final = N_("图上没有标注的地方不等于没有风险，请留意当地提示")
_NO_SCRIPT: Final = N_("本页需要启用 JavaScript 才能显示地图。")
# Said in the template; listed so that the catalogue knows them.
_SAID: Final = (
    N_("跳到隐患列表"), N_("筛选与列表"), N_("深色"), N_("复制链接"), N_("打印"), N_("查找"),
    N_("名称、县区、乡镇或类型"), N_("我附近有什么"), N_("村、乡镇、县区或经纬度"), N_("范围"), N_("查看附近"),
    N_("在图上点选"), N_("不限附近"), N_("风险等级"), N_("隐患类型"), N_("显示全部"), N_("列出更多"),
    N_("只公布数量的类型"), N_("为保障公共安全，以下类型只公布数量，不公布位置。"), N_("说明"),
)  # fmt: skip


def write_web_map(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the page; its bytes depend on the arguments and the language alone."""
    sentences = (*edition.notes(as_is), *coverage_notes(public.coverage, as_is), _COVERAGE)
    notes = [f"{sentence}。" for sentence in sentences]
    english = _english_of(public, edition, notes)
    page = _Page(
        title=edition.title,
        data=embedded(page_data(public, county=edition.county, english=english)),
        draft=edition.draft,
    )
    ground = _Ground()
    ground.add_child(_Application())
    page.add_child(ground)
    page.html.add_child(_body(public, edition, notes), name="body")
    path.write_bytes(page.render().encode("utf-8"))


@cache
def page_vocabulary() -> str:
    """Everything a page carries whatever it shows; the release checker allows these words."""
    names = ("web_map.html", "web_map_body.html", "web_map.js", "web_map.css")
    marks = (state.label for state in AreaState)
    said = (*_SAID, *marks, _NO_SCRIPT, _COVERAGE, *page_words())
    return "\n".join(
        (
            *map(page_asset, names),
            _leaflet_script(),
            _leaflet_styles(),
            *said,
            *map(in_english, said),
        )
    )


def _english_of(public: PublicSet, edition: Edition, notes: list[str]) -> dict[str, str]:
    """Chinese text of the page's own frame → English."""
    pairs = {text: in_english(text) for text in (*_SAID, COAST_CREDIT)}
    inas_is, translated = edition.lines(as_is), edition.lines(in_english)
    for (label, value), (label_en, value_en) in zip(inas_is, translated, strict=True):
        pairs |= {label: label_en, value: value_en}
    pairs[edition.approval_in(as_is)] = edition.approval_in(in_english)
    surveyed = coverage_notes(public.coverage, in_english)
    sentences = (*edition.notes(in_english), *surveyed, in_english(_COVERAGE))
    pairs |= {note: f"{sentence}." for note, sentence in zip(notes, sentences, strict=True)}
    return {text: english for text, english in pairs.items() if text and english != text}


# -- page -----------------------------------------------------------------------------------------------


class _Verbatim(folium.Element):
    """A piece of text that no template engine touches."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **kwargs: Any) -> str:
        """The text."""
        del kwargs
        return self._text


class _Page(Figure):
    """The document, with its policy; nothing of folium's default head."""

    _template = Template(resource("templates", "web_map.html").read_text(encoding="utf-8"))

    def __init__(self, *, title: str, data: str, draft: bool) -> None:
        super().__init__(title=title)
        self.data = data
        self.draft = draft
        self.language = "zh-CN" if language() == CHINESE else language()
        self.styles = _leaflet_styles() + page_asset("web_map.css")
        self.library = _leaflet_script()

    def script_text(self) -> str:
        """The application with the folium map's own script before it."""
        rendered: str = self.script.render()
        return rendered

    def policy(self) -> str:
        """Content-Security-Policy: only what this very file carries may run."""
        return page_policy((self.library, self.script_text()), self.styles)


class _Ground(folium.Map):
    """A folium map without tiles, network assets or random names."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var map = L.map('map', {{ this.leaflet_options }});\n"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        west, south, east, north = boundaries().context
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        self._id = "public"
        self.leaflet_options = compact(
            {
                "center": [round((south + north) / 2, 4), round((west + east) / 2, 4)],
                "zoom": 9,
                "minZoom": 8,
                "maxZoom": 15,
                "zoomSnap": 0.05,  # the first view fills the window
                "zoomDelta": 0.5,
                "preferCanvas": True,
                "attributionControl": False,
                "maxBounds": [[south - 0.5, west - 0.5], [north + 0.5, east + 0.5]],
                "worldCopyJump": False,
            }
        )


class _Application(MacroElement):
    """Signs, filters, list and search; runs after the map exists."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.text }}{% endmacro %}")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it unannotated
        self._id = "application"
        self.text = plain_script(page_asset("web_map.js"))


def _body(public: PublicSet, edition: Edition, notes: list[str]) -> _Verbatim:
    text = Template(page_asset("web_map_body.html")).render(
        edition=edition,
        lines=edition.lines(as_is),
        approval=edition.approval_in(as_is),
        date_text=edition.date_in(as_is),
        credit=COAST_CREDIT,
        draft=DRAFT_MARK,
        noscript=_NO_SCRIPT,
        has_counts=bool(public.counts),
        notes=notes,
    )
    return _Verbatim(text)


def _leaflet_folder() -> Path:
    return Path(import_module("xstatic.pkg.leaflet").BASE_DIR)


@cache
def _leaflet_script() -> str:
    text = (_leaflet_folder() / "leaflet.js").read_text(encoding="utf-8")
    # The developer tools would ask the network for the source map.
    return re.sub(r"\n?//# sourceMappingURL=.*", "", text).replace("</script", "<\\/script")


@cache
def _leaflet_styles() -> str:
    """Leaflet's sheet without its pictures: the page has no default markers and no layer switch."""
    text = (_leaflet_folder() / "leaflet.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", text)
    return re.sub(r"\s*([{};:,\n])\s*", r"\1", text).replace(";}", "}").replace("\n", "")
