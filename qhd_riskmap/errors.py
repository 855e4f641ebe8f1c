"""Every failure that a user may be shown.

Anything raised that is *not* a `RiskMapError` is a bug: the window and the command line log it with
its traceback and say where the log is, instead of giving advice that would be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class RiskMapError(Exception):
    """A failure the user can understand and usually act on.

    Attributes:
        message: One Chinese sentence: what happened, and to which record, cell or file.
        hint: What to do next; may be empty.
        detail: Technical text behind "复制详情"; never needed to understand the message.
        lines: Sentences that belong to the message, one per reason.
    """

    code = "general"
    lines: tuple[str, ...] = ()

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels between processes whatever its constructor asks for."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(
    kind: type[RiskMapError], arguments: tuple[Any, ...], said: dict[str, Any]
) -> RiskMapError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(said)
    return error


class InvalidInputError(RiskMapError):
    """A value typed or passed by the user cannot be used."""

    code = "invalid-input"


class NotGradableError(InvalidInputError):
    """A grading method lacks a fact that could change its answer; it never guesses."""

    code = "not-gradable"


class NotFoundError(RiskMapError):
    """The named record does not exist or is deleted."""

    code = "not-found"


class ConflictError(RiskMapError):
    """Someone else saved the record first (optimistic lock)."""

    code = "conflict"


class PermissionDeniedError(RiskMapError):
    """The actor lacks the permission the service asked for."""

    code = "permission-denied"


class MoveRefusedError(RiskMapError):
    """A remediation task cannot make the move that was asked for.

    Attributes:
        reasons: One sentence per thing that is missing or wrong.
    """

    code = "move-refused"

    def __init__(self, message: str, *, reasons: Sequence[str]) -> None:
        super().__init__(message, hint="".join(reasons), detail="\n".join(reasons))
        self.reasons = tuple(reasons)


class JobCancelledError(RiskMapError):
    """The user stopped a running job; whatever it had begun is rolled back."""

    code = "cancelled"


class UnreadableFileError(RiskMapError):
    """A file from outside cannot be read as what it claims to be."""

    code = "unreadable-file"


class OutputFileError(RiskMapError):
    """A file cannot be written where the user asked for it."""

    code = "output-file"


class ResourceMissingError(RiskMapError):
    """A part of the installation (rule file, font, library) is not where it must be."""

    code = "resource-missing"


class DatabaseError(RiskMapError):
    """Base of everything that goes wrong with a register file."""

    code = "database"


class WrongPassphraseError(DatabaseError):
    """The passphrase does not open the file, or none was given for an encrypted one."""

    code = "wrong-passphrase"


class NotADatabaseError(DatabaseError):
    """The file is no register of ours."""

    code = "not-a-register"


class NewerSchemaError(DatabaseError):
    """The register was written by a newer program."""

    code = "newer-schema"


class DatabaseBusyError(DatabaseError):
    """Another program holds the lock."""

    code = "database-busy"


class DiskFullError(DatabaseError):
    """The volume has no room left, or the file may not be written."""

    code = "disk-full"


class MissingSpatialiteError(DatabaseError):
    """The mod_spatialite library cannot be loaded."""

    code = "missing-spatialite"


class ReleaseBlockedError(RiskMapError):
    """The release gate refuses to publish.

    Attributes:
        findings: One ``(rule id, sentence)`` pair per reason.
    """

    code = "release-blocked"

    def __init__(
        self, message: str, *, findings: Sequence[tuple[str, str]], hint: str = ""
    ) -> None:
        self.lines = tuple(f"{rule}: {sentence}" for rule, sentence in findings)
        super().__init__(message, hint=hint, detail="\n".join(self.lines))
        self.findings = tuple(findings)
