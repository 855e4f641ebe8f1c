"""Archives that are the same bytes for the same content, whenever and wherever they are packed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def fixed_archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of ``members``, by name, without times and without the packing system."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        # [Content_Types].xml must come first for some readers, and sorts first.
        for name in sorted(members):
            member = zipfile.ZipInfo(name, _ZIP_EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0  # the same on Windows and elsewhere
            archive.writestr(member, members[name])
    return target.getvalue()
