"""What a release may leave behind: nothing that was refused, and everything or nothing in its folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qhd_riskmap.errors import OutputFileError, ReleaseBlockedError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.leak_words import kind_of, value_of
from qhd_riskmap.services.release_checker import Leak
from qhd_riskmap.services.release_order import Finding

_LEAK_RULE = "PM21"


def refuse(findings: Sequence[Finding]) -> None:
    """Stop where the preflight found a reason.

    Raises:
        ReleaseBlockedError: There is one.
    """
    blocking = [finding for finding in findings if finding.blocks]
    if blocking:
        raise ReleaseBlockedError(
            _("有 {n} 个问题须先解决，未发布：{first}").format(
                n=len(blocking), first=blocking[0].message
            ),
            findings=[(finding.rule, finding.message) for finding in blocking],
            hint=_("处理后请重新预检。"),
        )


def refuse_leaks(leaks: Sequence[Leak]) -> None:
    """Stop where the checker found something protected.

    Raises:
        ReleaseBlockedError: It did.
    """
    if leaks:
        findings = [
            (
                _LEAK_RULE,
                _("成果 {file} 中发现受保护内容（{kind}）：{value}，位于 {where}。").format(
                    file=Path(leak.file).name,
                    kind=kind_of(leak),
                    value=value_of(leak),
                    where=leak.where,
                ),
            )
            for leak in leaks
        ]
        raise ReleaseBlockedError(
            _("核查发现成果中有不应公开的内容，已全部删除。"),
            findings=findings,
            hint=_("请把本提示的详细内容报告给管理员。"),
        )


@contextmanager
def staging_folder(out_dir: Path) -> Iterator[Path]:
    """A folder on the volume of ``out_dir`` that vanishes whatever happens."""
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".release-", dir=out_dir.resolve().parent))
    except OSError as error:
        raise OutputFileError(
            _("无法写入成果文件夹：{path}。").format(path=out_dir),
            hint=_("请检查磁盘空间和写入权限。"),
            detail=str(error),
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def moved_into(staged: Sequence[Path], out_dir: Path) -> tuple[Path, ...]:
    """Move finished products into place, all of them or none.

    Raises:
        OutputFileError: One cannot be moved.
    """
    moved: list[Path] = []
    try:
        for path in staged:
            target = out_dir / path.name
            path.replace(target)
            moved.append(target)
    except OSError as error:
        for path in moved:
            path.unlink(missing_ok=True)
        raise OutputFileError(
            _("无法写入 {name}，文件可能正被其他程序打开。").format(name=path.name),
            hint=_("请关闭该文件后重试。"),
            detail=str(error),
        ) from error
    return tuple(moved)
