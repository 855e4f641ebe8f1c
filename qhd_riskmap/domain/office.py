"""The office that keeps a register: its scope and the names it publishes under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Profile stored in the register.

    Attributes:
        division: Division code of the scope: four digits for the city (``1303``) or six for one
            county.
        unit: 编制单位.
        publisher: 发布单位.
        source: 数据来源.
    """

    division: str = "1303"
    unit: str = ""
    publisher: str = ""
    source: str = ""
