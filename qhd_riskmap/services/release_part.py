"""A part of a container, as the readers of pictures, archives and packings hand it to the release checker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something inside a file.

    Attributes:
        place: Where, for the officer.
        text: Text of the part itself, or what it is.
        whole: The text is one field by itself.
        hidden: It has no business in a public product.
        data: Bytes to be opened in their turn.
    """

    place: str
    text: str = ""
    whole: bool = False
    hidden: bool = False
    data: bytes = b""


def hidden(place: str, text: str, data: bytes = b"") -> Part:
    """A part that must not be there."""
    return Part(place=place, text=text, hidden=True, data=data)
