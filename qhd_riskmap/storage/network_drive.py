"""Tells whether a file lies on a network drive, where SQLite's WAL must not be used."""

from __future__ import annotations

import sys
from pathlib import Path

_NETWORK_FILE_SYSTEMS = frozenset(
    {
        "cifs",
        "smb3",
        "smbfs",
        "nfs",
        "nfs4",
        "ncpfs",
        "afs",
        "9p",
        "fuse.sshfs",
        "davfs",
        "glusterfs",
    }
)
_DRIVE_REMOTE = 4  # GetDriveTypeW, winbase.h
_MOUNTS = Path("/proc/mounts")


def on_network_drive(path: Path) -> bool:
    """Whether ``path`` lies on a network share: WAL's shared memory does not work there."""
    if sys.platform == "win32":
        return _windows_remote(path.absolute())
    try:
        text = _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return file_system_of(path.absolute(), text) in _NETWORK_FILE_SYSTEMS


def is_unc(path: str) -> bool:
    r"""Whether a Windows path names a share (``\\server\share`` or ``\\?\UNC\…``).

    >>> is_unc("//server/share/库.db"), is_unc("C:/库.db"), is_unc("//?/C:/库.db")
    (True, False, False)
    """
    text = path.replace("\\", "/")
    if text.casefold().startswith("//?/"):
        return text.casefold().startswith("//?/unc/")
    return text.startswith("//")


def file_system_of(path: Path, mounts: str) -> str:
    r"""Type of the file system that holds ``path``, by the text of ``/proc/mounts``.

    >>> file_system_of(Path("/mnt/s/a.db"), "/dev/sda / ext4 rw 0 0\n//s/x /mnt/s cifs rw 0 0")
    'cifs'
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:  # noqa: PLR2004 - device, mount point, type
            continue
        point = Path(fields[1].replace("\\040", " ").replace("\\011", "\t"))
        # Later mounts on the same point hide earlier ones.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind


def _windows_remote(path: Path) -> bool:  # pragma: no cover - Windows only
    if is_unc(str(path)):
        return True
    import ctypes  # noqa: PLC0415 - windll exists on Windows only

    windll = getattr(ctypes, "windll", None)
    return bool(windll and windll.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE)
