"""Columns that many tables have, said in one word each (private to storage)."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Text, text


def word(name: str, *, unique: bool = False) -> Column[str]:
    """A text that is always given."""
    return Column(name, Text, nullable=False, unique=unique)


def text_column(name: str) -> Column[str]:
    """A text that may be blank."""
    return Column(name, Text, nullable=False, server_default=text("''"))


def number(name: str) -> Column[int]:
    """An integer that is always given."""
    return Column(name, Integer, nullable=False)
