"""The dictionary of readings, loaded when it is first asked for."""

from __future__ import annotations

import gc
from functools import cache
from typing import Any


@cache
def pinyin_library() -> Any:
    """Module pypinyin.

    Loading it takes 0.15 s and makes 200,000 lists that stay for good. They are put where the garbage
    collector does not look: going through them would hold up the window for 60 ms again and again.
    """
    import pypinyin  # noqa: PLC0415

    pypinyin.lazy_pinyin("中国")  # reads the dictionary of phrases
    gc.freeze()
    return pypinyin
