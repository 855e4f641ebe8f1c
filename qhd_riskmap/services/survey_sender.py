"""Who sent a sheet, so far as it says; by that name answers are remembered as suggestions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# The longest run of Han characters that ends in the word for an office, as titles and notes write it.
_OFFICE: Final = re.compile(
    r"[\u4e00-\u9fff]{2,20}?(?:局|委员会|办公室|管委会|管理处|街道办事处|镇政府|乡政府|人民政府"
    r"|指挥部|大队|支队|中心|集团|公司|林场|水务站|(?<=局)分局)(?![\u4e00-\u9fff]{0,2}(?:名称|电话))"
)
_LABELLED: Final = re.compile(
    r"(?:填报|报送|编制|排查|调查|上报|填表)(?:单位|部门)[:(（]*(?:盖章)?[)）:]*([\u4e00-\u9fff()]{3,30})"
)
_SEAL: Final = re.compile(r"\(?(?:盖章|公章|签章)\)?$")
_LONGEST: Final = 200


def sender_of(texts: Iterable[str]) -> str:
    """The office that titles, notes, sheet or file names tell, "" where none does.

    A line that says 填报单位 goes before a title.

    >>> sender_of(["昌黎县自然资源局地质灾害排查表", "填报单位：昌黎县应急管理局"])
    '昌黎县应急管理局'
    >>> sender_of(["昌黎县自然资源局地质灾害排查表"])
    '昌黎县自然资源局'
    >>> sender_of(["填报单位：卢龙县林业局（盖章）"])
    '卢龙县林业局'
    >>> sender_of(["隐患排查表"])
    ''
    """
    plain = [
        "".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split()) for text in texts if text
    ]
    for pattern in (_LABELLED, _OFFICE):
        for text in plain:
            found = pattern.search(text)
            if found is not None:
                return _SEAL.sub("", found[found.lastindex or 0])
    return ""
