"""Photos and files kept with a hazard."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """What a file from outside turned out to hold.

    Attributes:
        media_type: Found by looking into it, never by its name.
        place: Where the photo says it was taken: longitude, latitude, CGCS2000 degrees.
        taken_at: When, by the camera's own clock (without a zone).
        thumbnail: A small JPEG, upright; empty for what is no picture.
    """

    content: bytes = field(repr=False)
    media_type: str
    place: tuple[float, float] | None = None
    taken_at: datetime | None = None
    thumbnail: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file as it hangs on one hazard; the content is read when asked for.

    Attributes:
        id: Of this entry; the same content may hang on several hazards.
        sha256: Of the content, hexadecimal.
        size: Bytes.
        place: Where the photo says it was taken: longitude, latitude, CGCS2000 degrees.
        taken_at: When, by the camera's own clock (without a zone).
        thumbnail: A small JPEG; empty for what is no picture.
        removed_at: Set when it was taken off the hazard; the history still shows it.
    """

    id: UUID
    hazard_id: UUID
    name: str
    sha256: str
    media_type: str
    size: int
    place: tuple[float, float] | None
    taken_at: datetime | None
    thumbnail: bytes = field(repr=False)
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None
    removed_by: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether there is something to look at."""
        return bool(self.thumbnail)
