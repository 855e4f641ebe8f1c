"""Runs the placeholders of a template that a stranger may have written: no code, no endless work.

Only what a document needs is known: values, their parts, loops over lists, choices. Everything that could
call, grow or reach further is no part of the language here, so there is nothing to break out of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.filters import FILTERS as ALL_FILTERS
from jinja2.sandbox import SandboxedEnvironment
from jinja2.tests import TESTS as ALL_TESTS

from qhd_riskmap.i18n import _

DEEPEST: Final = 2  # loops within loops
_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem,
    nodes.Const, nodes.For, nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Filter, nodes.Test, nodes.Concat, nodes.CondExpr, nodes.Add, nodes.Sub,
)  # fmt: skip
# None of them can make much of little.
FILTERS: Final = ("count", "d", "default", "first", "int", "last", "length", "lower", "round", "string", "trim", "upper")  # fmt: skip
_TESTS: Final = ("defined", "undefined", "none", "odd", "even", "first", "last")


class TemplateEnvironment(SandboxedEnvironment):
    """A sandbox that knows the language of documents only."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self.globals.clear()
        self.filters = {name: ALL_FILTERS[name] for name in FILTERS}
        self.tests = {name: ALL_TESTS[name] for name in _TESTS if name in ALL_TESTS}

    def _generate(self, source: nodes.Template, *given: Any, **named: Any) -> str:
        """Before anything is made of a template."""
        for line, why in refused(source):
            raise TemplateSyntaxError(why, line)
        return super()._generate(source, *given, **named)


def refused(tree: nodes.Node, loops: int = 0) -> Iterator[tuple[int, str]]:
    """What is no part of the language: the line, and why."""
    if not isinstance(tree, _NODES):
        yield tree.lineno, _("这里不能用“{what}”").format(what=type(tree).__name__)
        return
    if isinstance(tree, nodes.For):
        loops += 1
        if loops > DEEPEST:
            yield tree.lineno, _("循环最多套 {n} 层").format(n=DEEPEST)
            return
        if tree.recursive or not isinstance(tree.iter, (nodes.Name, nodes.Getattr)):
            yield tree.lineno, _("循环只能走过一个列表")
            return
    for child in tree.iter_child_nodes():
        yield from refused(child, loops)
