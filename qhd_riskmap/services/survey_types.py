"""Of which type the rows of a sheet are, and in words what that was taken from."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.domain.survey_type_words import TypeEvidence
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.i18n import N_, _

_LONGEST_TEXT: Final = 40
_PLACES: Final = {"sheet": N_("工作表名"), "title": N_("标题"), "file": N_("文件名")}


def typed(
    category: str | None, sub_kind: str | None, default: HazardType | None, own_kind: str = ""
) -> tuple[HazardType | None, str]:
    """Type and sub-kind of a row; None where no word names it.

    Args:
        category: What its column of types says.
        sub_kind: What its column of sub-kinds says.
        default: Of rows that say nothing.
        own_kind: The same of sub-kinds.
    """
    found = taxonomy().recognise(category) if category is not None else None
    if category is not None and found is None and default is not None:
        # A sheet about one type often writes the sub-kind into the 类别 column.
        found = (default, "") if _sub_kind(default, category) else None
        sub_kind = sub_kind or category
    if category is None:
        found = (default, own_kind if sub_kind is None else "") if default is not None else None
        if found is None and sub_kind is not None:
            found = taxonomy().recognise(sub_kind)
    if found is None:
        return None, ""
    hazard_type, own = found
    return hazard_type, (_sub_kind(hazard_type, sub_kind) if sub_kind is not None else "") or own


def _sub_kind(hazard_type: HazardType, text: str) -> str:
    if text in hazard_type.sub_kinds:
        return text
    if text in hazard_type.sub_kind_aliases:
        return hazard_type.sub_kind_aliases[text]
    found = taxonomy().recognise(text)
    return found[1] if found is not None and found[0] is hazard_type else ""


def type_basis(said: TypeEvidence) -> str:
    """The words outside the rows that name a type, and which: 据标题“尾矿库排查表”认作其他（矿山尾矿库）."""
    kind = taxonomy().get(said.key)
    name = _(kind.label)
    if said.sub_kind:
        name = _("{type}（{sub_kind}）").format(type=name, sub_kind=said.sub_kind)
    text = " ".join(said.text.split())
    shown = text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
    return _("据{place}“{text}”认作{type}").format(
        type=name, place=_(_PLACES[said.place]), text=shown
    )


def told_of_type(said: TypeEvidence, rows: int) -> str:
    """What is to be said of rows that write no type and take it from words around them."""
    message = _(
        "{rows} 行没有写类别，{basis}，请核对；不对请在“列对应”里另选类型（命令行写 --type）。"
    )
    return message.format(rows=rows, basis=type_basis(said))
