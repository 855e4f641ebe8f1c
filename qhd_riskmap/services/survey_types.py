"""Of which type the rows of a sheet are, and in words what that was taken from."""

from __future__ import annotations

import re
from typing import Final

from qhd_riskmap.domain.survey_type_words import TypeEvidence
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.i18n import N_, _

_LONGEST_TEXT: Final = 40
_MOST_WORDS: Final = 4
_NUMBERED: Final = re.compile(r"^\s*[(（]?\d{1,2}[)）.、．]\s*")
_BETWEEN: Final = re.compile(r"[\s()（）\[\]【】\-—–/／、,，;；:：·|和及]+")
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
    found = _recognised(category) if category is not None else None
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


def _recognised(text: str) -> tuple[HazardType, str] | None:
    """The type of a cell: 滑坡, 地质灾害（滑坡）, 1.滑坡; of several words only where they mean one kind."""
    whole = taxonomy().recognise(text)
    words = [word for word in _BETWEEN.split(_NUMBERED.sub("", text)) if word]
    if whole is not None or len(words) > _MOST_WORDS:
        return whole
    found = [known for word in words if (known := taxonomy().recognise(word)) is not None]
    types = {each[0].key: each[0] for each in found}
    if len(types) != 1:
        return None
    ((_key, hazard_type),) = types.items()
    kinds = [_sub_kind(hazard_type, word) for word in words]
    # A word that is neither the type nor one of its kinds may change everything: 非地质灾害.
    strange = len(found) < len(words) and not all(
        kind or taxonomy().recognise(word) for kind, word in zip(kinds, words, strict=True)
    )
    named = {kind for kind in kinds if kind}
    if strange or len(named) > 1:
        return None
    return hazard_type, "".join(named)


def _sub_kind(hazard_type: HazardType, text: str) -> str:
    if text in hazard_type.sub_kinds:
        return text
    if text in hazard_type.sub_kind_aliases:
        return hazard_type.sub_kind_aliases[text]
    found = taxonomy().recognise(text)
    return found[1] if found is not None and found[0] is hazard_type else ""


def unknown_type(text: str) -> str:
    """What to write instead of a word that names no type: those it may mean, or all there are.

    >>> unknown_type("液氨")
    '不认识类别“液氨”，请写“液氨输送管线”或“液氨储存使用”。'
    """
    near = taxonomy().near(text)
    if near:
        choices = _("或").join(_("“{name}”").format(name=_(each.label)) for each in near)
        message = _("不认识类别“{text}”，请写{choices}。")
    else:
        choices = _("、").join(_(each.label) for each in taxonomy().types)
        message = _("不认识类别“{text}”，请写其中之一：{choices}。")
    return message.format(text=text[:_LONGEST_TEXT], choices=choices)


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
