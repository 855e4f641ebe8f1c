"""Finds what is wrong in a Word template before it is filled: every fault with its place and its words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import TemplateSyntaxError, nodes

from qhd_riskmap.formats.template_sandbox import FILTERS, TemplateEnvironment, refused
from qhd_riskmap.i18n import _

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OPEN: Final = re.compile(r"\{\{|\{%")
_RAW: Final = re.compile(r"\{\{[\s-]*(?:r|p|tr|tc)\s")
_STATEMENT: Final = re.compile(r"\{%-?\s*(?:(tr|tc|p|r)\s+)?(\w+)\s*(.*?)\s*-?%\}", re.DOTALL)
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\xa0": " "})
_LONGEST: Final = 60
_MOST: Final = 10
# What a placeholder may hold: None a text, a mapping its parts, a list of one its items, ANY is not known.
Shape = Any
ANY: Final = object()
LOOP: Final[Shape] = {"index": None, "index0": None, "first": None, "last": None, "length": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """One thing that is wrong.

    Attributes:
        place: 正文第 3 段, 第 1 张表第 2 行第 4 格, 页眉.
        tag: The placeholder as it stands there.
        why: What is wrong with it.
    """

    place: str
    tag: str
    why: str

    def __str__(self) -> str:
        return _("{place}的“{tag}”：{why}").format(place=self.place, tag=self.tag, why=self.why)


def shape_of(value: object) -> Shape:
    """What placeholders a value offers."""
    if isinstance(value, Mapping):
        return {key: shape_of(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [shape_of(value[0]) if value else ANY]
    return None


def template_faults(document: Any, shape: Mapping[str, Shape]) -> list[TemplateFault]:
    """Everything that is wrong in a template, in the order of the document.

    Args:
        document: An open python-docx document.
        shape: The placeholders there are.
    """
    environment = TemplateEnvironment()
    found: list[TemplateFault] = []
    for parts in _parts(document):
        reader = _Reader(environment, shape, found)
        for place, text in parts:
            reader.read(place, text)
        reader.finish()
    return found[:_MOST]


def template_tags(document: Any) -> list[tuple[str, str]]:
    """Every placeholder and statement of a template with its place."""
    return [
        (place, tag)
        for parts in _parts(document)
        for place, text in parts
        for tag in _TAG.findall(text)
    ]


@dataclass(slots=True)
class _Block:
    word: str
    prefix: str
    place: str
    tag: str
    names: dict[str, Shape]


@dataclass(slots=True)
class _Reader:
    """Reads the tags of one part in order and keeps what is open."""

    environment: TemplateEnvironment
    shape: Mapping[str, Shape]
    found: list[TemplateFault]
    blocks: list[_Block] = field(default_factory=list)

    def read(self, place: str, text: str) -> None:
        rest = _TAG.sub("", text)
        if broken := _OPEN.search(rest):
            tag = rest[broken.start() :][:_LONGEST]
            self._say(place, tag, _("没有写完，少了“}}”或“%}”"))
        for tag in _TAG.findall(text):
            plain = tag.translate(_QUOTES)
            if plain.startswith("{{"):
                self._output(place, plain)
            elif plain.startswith("{%"):
                self._statement(place, plain)

    def finish(self) -> None:
        for block in self.blocks:
            wanted = _end_tag(block)
            self._say(block.place, block.tag, _("没有“{end}”结束它").format(end=wanted))

    def _say(self, place: str, tag: str, why: str) -> None:
        self.found.append(TemplateFault(place=place, tag=tag[:_LONGEST], why=why))

    def _output(self, place: str, tag: str) -> None:
        if _RAW.match(tag):
            self._say(place, tag, _("占位符只能写成“{form}”").format(form="{{ 名称 }}"))
            return
        self._expression(place, tag, tag)

    def _statement(self, place: str, tag: str) -> None:
        parts = _STATEMENT.fullmatch(tag)
        if parts is None:
            self._say(place, tag, _("看不懂"))
            return
        prefix, word, rest = parts[1] or "", parts[2], parts[3]
        if word in {"for", "if"}:
            self._open(place, tag, prefix, word, rest)
        elif word in {"elif", "else", "endif", "endfor"}:
            self._go_on(place, tag, prefix, word, rest)
        else:
            self._say(place, tag, _("只能用 for、endfor、if、elif、else、endif"))

    def _open(self, place: str, tag: str, prefix: str, word: str, rest: str) -> None:
        source = f"{{% {word} {rest} %}}{{% end{word} %}}"
        tree = self._expression(place, tag, source)
        loop = next(tree.find_all(nodes.For), None) if tree is not None else None
        names = self._loop_names(place, tag, loop) if loop is not None else {}
        if word == "for" and loop is None:
            names = {"loop": LOOP, **dict.fromkeys(re.findall(r"\w+", rest)[:1], ANY)}
        self.blocks.append(_Block(word, prefix, place, tag, names))

    def _loop_names(self, place: str, tag: str, loop: nodes.For) -> dict[str, Shape]:
        listed = self._shape_of(loop.iter)
        if listed is not ANY and not isinstance(listed, list):
            self._say(place, tag, _("只有列表才能用 for"))
        item = listed[0] if isinstance(listed, list) else ANY
        target = loop.target
        names: dict[str, Shape] = {"loop": LOOP}
        if isinstance(target, nodes.Name):
            names[target.name] = item
        return names

    def _go_on(self, place: str, tag: str, prefix: str, word: str, rest: str) -> None:
        wanted = "for" if word == "endfor" else "if"
        if not self.blocks or self.blocks[-1].word != wanted:
            self._say(place, tag, _("前面没有对应的“{word}”").format(word=wanted))
            return
        block = self.blocks[-1]
        if word in {"endfor", "endif"} and prefix != block.prefix:
            self._say(place, tag, _("应写成“{end}”").format(end=_end_tag(block)))
        if word == "elif":
            self._expression(place, tag, f"{{% if {rest} %}}{{% endif %}}")
        if word in {"endfor", "endif"}:
            self.blocks.pop()

    def _expression(self, place: str, tag: str, source: str) -> nodes.Template | None:
        """Parse one tag by itself and look at what it names."""
        try:
            tree = self.environment.parse(source)
        except TemplateSyntaxError:
            self._say(place, tag, _("写法不对"))
            return None
        for _line, why in refused(tree, sum(block.word == "for" for block in self.blocks)):
            self._say(place, tag, why)
            return None
        for each in tree.find_all(nodes.Filter):
            if each.name not in FILTERS:
                why = _("没有“{name}”这种处理，可用：{known}")
                self._say(place, tag, why.format(name=each.name, known="、".join(FILTERS)))
        for problem in self._unknown(tree):
            self._say(place, tag, problem)
        return tree

    def _unknown(self, tree: nodes.Node) -> Iterator[str]:
        given = {
            node.target.name
            for node in tree.find_all(nodes.For)
            if isinstance(node.target, nodes.Name)
        }
        for name in tree.find_all(nodes.Name):
            if name.ctx == "load" and name.name not in given and not self._knows(name.name):
                yield _no_such(name.name, list(self._names()))
        for part in tree.find_all(nodes.Getattr):
            owner = self._shape_of(part.node)
            if isinstance(owner, Mapping) and part.attr not in owner:
                yield _no_such(part.attr, list(owner))
            elif owner is None or isinstance(owner, list):
                yield _("它没有“{name}”这一部分").format(name=part.attr)

    def _names(self) -> dict[str, Shape]:
        known = dict(self.shape)
        for block in self.blocks:
            known.update(block.names)
        return known

    def _knows(self, name: str) -> bool:
        return name in self._names()

    def _shape_of(self, node: nodes.Node) -> Shape:
        if isinstance(node, nodes.Name):
            return self._names().get(node.name, ANY)
        if isinstance(node, nodes.Getattr):
            owner = self._shape_of(node.node)
            return owner.get(node.attr, ANY) if isinstance(owner, Mapping) else ANY
        return ANY


def _end_tag(block: _Block) -> str:
    return f"{{%{block.prefix} end{block.word} %}}"


def _no_such(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return _("没有占位符“{name}”，是不是“{near}”").format(name=name, near=near[0])
    return _("没有占位符“{name}”").format(name=name)


# --- where things stand ---------------------------------------------------------------------------


def _parts(document: Any) -> Iterator[list[tuple[str, str]]]:
    """Body, headers and footers: each a list of places with their texts."""
    yield list(_paragraphs(document.element.body))
    seen: set[int] = set()
    for section in document.sections:
        for kind, label in (
            ("header", _("页眉")), ("footer", _("页脚")),
            ("first_page_header", _("首页页眉")), ("first_page_footer", _("首页页脚")),
            ("even_page_header", _("偶数页页眉")), ("even_page_footer", _("偶数页页脚")),
        ):  # fmt: skip
            part = getattr(section, kind)
            if part.is_linked_to_previous:
                continue
            element = part._element  # noqa: SLF001 - python-docx has no other way to its XML
            if id(element) not in seen:
                seen.add(id(element))
                yield [(label, text) for _place, text in _paragraphs(element)]


def _paragraphs(root: Any) -> Iterator[tuple[str, str]]:
    tables = {table: at for at, table in enumerate(root.iter(f"{W}tbl"), start=1)}
    number = 0
    for paragraph in root.iter(f"{W}p"):
        cell = next(paragraph.iterancestors(f"{W}tc"), None)
        if cell is None:
            number += 1
            place = _("正文第 {n} 段").format(n=number)
        else:
            place = _cell_place(cell, tables)
        yield place, _text(paragraph)


def _cell_place(cell: Any, tables: Mapping[Any, int]) -> str:
    row = next(cell.iterancestors(f"{W}tr"))
    table = next(row.iterancestors(f"{W}tbl"))
    return _("第 {table} 张表第 {row} 行第 {cell} 格").format(
        table=tables[table],
        row=list(table.iter(f"{W}tr")).index(row) + 1,
        cell=list(row.iter(f"{W}tc")).index(cell) + 1,
    )


def _text(paragraph: Any) -> str:
    """What a paragraph says, however it is cut into runs."""
    return "".join(
        each.text or "" if each.tag == f"{W}t" else "\n"
        for each in paragraph.iter(f"{W}t", f"{W}br", f"{W}tab")
    )
