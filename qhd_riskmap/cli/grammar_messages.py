"""What the argument parser finds wrong, in Chinese: the library itself knows English only."""

from __future__ import annotations

import re
from typing import Final

from qhd_riskmap.i18n import N_, _

# Texts of CPython's argparse (3.11 to 3.14) and how we say them; named groups fill the sentence.
_SENTENCES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"the following arguments are required: (?P<names>.+)", N_("缺少 {names}")),
        (r"unrecognized arguments: (?P<names>.+)", N_("多出了不认识的 {names}")),
        (
            r"argument (?P<name>.+?): invalid choice: (?P<value>.+) \(choose from (?P<known>.+)\)",
            N_("{name} 不能是 {value}，可用：{known}"),
        ),
        (
            r"argument (?P<name>.+?): invalid \w+ value: (?P<value>.+)",
            N_("{name} 的 {value} 不是数字"),
        ),
        (
            r"argument (?P<name>.+?): expected (?:one|at least one) argument",
            N_("{name} 后面缺少内容"),
        ),
        (
            r"ambiguous option: (?P<name>.+) could match (?P<known>.+)",
            N_("{name} 写得太短，可能是 {known}"),
        ),
        (r"argument (?P<name>.+?): (?P<message>.+)", N_("{name}：{message}")),
    )
)


def in_chinese(message: str) -> str:
    """The parser's complaint as a Chinese clause; one we do not know stays as it is."""
    for pattern, sentence in _SENTENCES:
        match = pattern.fullmatch(message)
        if match:
            return _(sentence).format(**match.groupdict())
    return message
