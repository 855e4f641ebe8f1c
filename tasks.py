#!/usr/bin/env python3
"""Everything a newcomer, a developer or CI needs, in one file that runs on plain Python.

    python3 tasks.py run      set up, then open the desk on the sample register
    python3 tasks.py test     set up what tests need, then check and test everything
    python3 tasks.py --help   the rest

Standard library only, because it runs before anything is installed. Every step is idempotent: what is
already there is recognised by a stamp and skipped.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WORK = ROOT / ".run"  # everything tasks make: demo output, sample register, logs
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LOWEST_PYTHON = (3, 11)

# Debian and Ubuntu packages. Names differ elsewhere: there the list is printed, not installed.
APT_RUN = (
    "libsqlite3-mod-spatialite",
    "fonts-noto-cjk",
    "libegl1",
    "libgl1",
    "libdbus-1-3",
    "libfontconfig1",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
)
APT_TEST = (
    *APT_RUN,
    "chromium",
    "gdal-bin",
    "libreoffice-calc",
    "libreoffice-writer",
    "poppler-utils",
    "xvfb",
)
APT_BENCH = (*APT_TEST, "python3-qgis", "qgis")
# A superset comes later: what satisfies "test" satisfies "setup".
LOCKS = {"setup": ("setup", "test"), "test": ("test",), "installer": ("installer",)}


class TaskFailedError(Exception):
    """A step failed; the message says what to do."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one task; returns the exit code."""
    _speak_utf8()
    options = _parser().parse_args(arguments)
    if sys.version_info < LOWEST_PYTHON:
        print(
            f"需要 Python {LOWEST_PYTHON[0]}.{LOWEST_PYTHON[1]} 或更新的版本，当前为 {sys.version.split()[0]}。"
        )
        return 2
    try:
        return int(options.task(options) or 0)
    except TaskFailedError as error:
        print(error, file=sys.stderr)
        return error.code
    except subprocess.CalledProcessError as error:
        print(f"失败（退出码 {error.returncode}）：{_spelt(error.cmd)}", file=sys.stderr)
        return error.returncode or 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tasks.py", description=__doc__.split("\n\n")[0])
    tasks = parser.add_subparsers(required=True, metavar="TASK")
    run = tasks.add_parser("run", help="set up and open the desk on the sample register")
    run.add_argument("--headless", action="store_true", help="do the job without a window")
    run.set_defaults(task=run_desk)
    test = tasks.add_parser("test", help="set up, then lint, type-check and test everything")
    test.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    test.set_defaults(task=run_tests)
    check = tasks.add_parser("check", help="lint, types and layers only")
    check.set_defaults(task=run_checks)
    bench = tasks.add_parser("bench", help="measure side by side with public rivals")
    bench.add_argument("name", nargs="?", help="one benchmark, e.g. canvas")
    bench.add_argument("--json", action="store_true", help="one JSON object per line")
    bench.set_defaults(task=run_benchmarks)
    soak = tasks.add_parser("soak", help="the long randomised runs at full count")
    soak.set_defaults(task=run_soak)
    shots = tasks.add_parser("screenshots", help="renew docs/screenshots")
    shots.set_defaults(task=take_screenshots)
    installer = tasks.add_parser("installer", help="build the frozen program and check it")
    installer.set_defaults(task=build_installer)
    clean = tasks.add_parser("clean", help="remove everything tasks made, the .venv included")
    clean.set_defaults(task=clean_up)
    return parser


# --- set-up ---------------------------------------------------------------------------------------


def set_up(group: str, packages: Sequence[str]) -> None:
    """System libraries, virtual environment, pinned dependencies, sheet font."""
    _system_packages(packages)
    _virtual_environment()
    _dependencies(group)
    _sheet_font()
    _spatialite_present()


def _system_packages(packages: Sequence[str]) -> None:
    if not sys.platform.startswith("linux"):
        return
    missing = _missing_packages(packages)
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if shutil.which("apt-get") is None:
        print(f"请用本机的软件包管理器安装（Debian 名称）：{' '.join(missing)}", file=sys.stderr)
        return
    prefix = _privilege()
    if prefix is None:
        raise TaskFailedError(
            "缺少系统库，且无权安装。请运行后重试：\n  sudo apt-get update && sudo "
            + _spelt(command),
            code=2,
        )
    print(f"安装系统库：{' '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"stdout": subprocess.DEVNULL, "env": environment, "stdin": subprocess.DEVNULL}
    subprocess.run([*prefix, "apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
    subprocess.run([*prefix, *command, "-qq"], check=True, **quiet)  # type: ignore[call-overload]


def _missing_packages(packages: Sequence[str]) -> list[str]:
    if shutil.which("dpkg-query") is None:
        return []
    found = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n", *packages],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    installed = {line.split()[1] for line in found.stdout.splitlines() if line.startswith("ii")}
    return [name for name in packages if name not in installed]


def _privilege() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _virtual_environment() -> None:
    if PYTHON.exists() and _answers(
        [str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    ):
        return
    print("建立 .venv", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian's Python may lack ensurepip; pip can then install from outside (--python).
    bare = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
    subprocess.run([sys.executable, "-m", "venv", *bare, str(VENV)], check=True)


def _dependencies(group: str) -> None:
    for satisfying in LOCKS[group]:
        if _stamp_path(satisfying).exists() and _stamp_path(satisfying).read_text(
            "utf-8"
        ) == _stamp(satisfying):
            return
    print(f"安装依赖（requirements/{group}.lock）", flush=True)
    lock = ROOT / "requirements" / f"{group}.lock"
    subprocess.run(
        [
            *_pip(),
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--require-hashes",
            # The lock is complete. Resolving would let a release newer than a pin be looked at, which pip
            # refuses for extras (coverage[toml]) once such a release exists.
            "--no-deps",
            "-r",
            str(lock),
        ],
        check=True,
    )
    _stamp_path(group).write_text(_stamp(group), encoding="utf-8")


def _pip() -> list[str]:
    if _answers([str(PYTHON), "-m", "pip", "--version"]):
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def _stamp_path(group: str) -> Path:
    return VENV / f".{group}.stamp"


def _stamp(group: str) -> str:
    lock = (ROOT / "requirements" / f"{group}.lock").read_bytes()
    return hashlib.sha256(lock + sys.version.encode()).hexdigest()


def _sheet_font() -> None:
    fonts = ROOT / "resources" / "fonts"
    maker = ROOT / "resources" / "build_fonts.py"
    stamp = fonts / ".maker"
    wanted = hashlib.sha256(maker.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == wanted and any(fonts.glob("*.otf")):
        return
    print("制作图件字体", flush=True)
    if (
        subprocess.run([str(PYTHON), "-X", "utf8", str(maker)], check=False, cwd=ROOT).returncode
        == 0
    ):
        stamp.write_text(wanted, encoding="utf-8")
    else:
        print("未能制作图件字体，图件将使用系统字体。", file=sys.stderr)


def _spatialite_present() -> None:
    probe = "from qhd_riskmap.storage.engine import spatialite_version; spatialite_version()"
    stamp = VENV / ".spatialite.stamp"
    if stamp.exists():
        return
    if not _answers([str(PYTHON), "-X", "utf8", "-c", probe], show_error=True):
        where = (
            "resources\\spatialite\\bin\\mod_spatialite.dll"
            if WINDOWS
            else "libsqlite3-mod-spatialite"
        )
        raise TaskFailedError(f"找不到空间数据库组件 mod_spatialite。请先安装：{where}", code=2)
    stamp.write_text("ok", encoding="utf-8")


# --- tasks ----------------------------------------------------------------------------------------


def run_desk(options: argparse.Namespace) -> int:
    """Open the desk on the sample register, or do the same job without a display."""
    set_up("setup", APT_RUN)
    if options.headless or not _has_display():
        print("没有显示器：以命令行完成同样的工作（导入示例 → 评估 → 发布）。", flush=True)
        # The demonstration never writes into a folder in use, so its own former one makes way.
        shutil.rmtree(WORK / "demo", ignore_errors=True)
        return _program("demo", str(WORK / "demo")).returncode
    return _program("desk", "--sample").returncode


def run_tests(options: argparse.Namespace) -> int:
    """Lint, types, layers, then every test with coverage."""
    set_up("test", APT_TEST)
    run_checks(options, ready=True)
    report = WORK / "coverage"
    report.mkdir(parents=True, exist_ok=True)
    environment = {
        **_environment(),
        "QT_QPA_PLATFORM": "offscreen",
        "COVERAGE_FILE": str(report / "data"),
    }
    arguments = options.pytest or ["--cov", "--cov-report=", "-n", "2", "--dist", "loadgroup"]
    subprocess.run(
        [str(PYTHON), "-X", "utf8", "-m", "pytest", *arguments],
        check=True,
        cwd=ROOT,
        env=environment,
    )
    if not options.pytest:
        subprocess.run(
            [str(PYTHON), "-X", "utf8", str(ROOT / "tests" / "check_coverage.py")],
            check=True, cwd=ROOT, env=environment,
        )  # fmt: skip
    return 0


def run_checks(options: argparse.Namespace, *, ready: bool = False) -> int:
    """ruff, mypy --strict, import-linter."""
    del options
    if not ready:
        set_up("test", APT_RUN)
    for command in (
        ["ruff", "check", "--quiet", "."],
        ["ruff", "format", "--check", "--quiet", "."],
        ["mypy"],
    ):
        print("▸ " + " ".join(command), flush=True)
        subprocess.run([str(PYTHON), "-m", *command], check=True, cwd=ROOT, env=_environment())
    print("▸ lint-imports", flush=True)
    layers = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    subprocess.run([str(PYTHON), "-c", layers], check=True, cwd=ROOT, env=_environment())
    return 0


def run_benchmarks(options: argparse.Namespace) -> int:
    """Our program beside public rivals, in one run."""
    set_up("test", APT_BENCH)
    arguments = [name for name in (options.name, "--json" if options.json else None) if name]
    command = [str(PYTHON), "-X", "utf8", "-m", "benchmarks", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, env=_environment()).returncode


def run_soak(options: argparse.Namespace) -> int:
    """Every randomised test at full count; CI runs a seeded sample of each."""
    del options
    set_up("test", APT_TEST)
    environment = {**_environment(), "QT_QPA_PLATFORM": "offscreen", "QHD_RISKMAP_SOAK": "1"}
    command = [str(PYTHON), "-X", "utf8", "-m", "pytest", "-m", "soak", "--timeout=7200", "-rA"]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


def take_screenshots(options: argparse.Namespace) -> int:
    """Renew docs/screenshots from the sample county."""
    del options
    set_up("test", APT_TEST)
    command = [str(PYTHON), "-X", "utf8", str(ROOT / "docs" / "take_screenshots.py")]
    return subprocess.run(command, check=False, cwd=ROOT, env=_environment()).returncode


def build_installer(options: argparse.Namespace) -> int:
    """Freeze the program and let the result check itself."""
    del options
    started = time.monotonic()
    set_up("setup", APT_RUN)
    _dependencies("installer")
    spec = ROOT / "build_installer.spec"
    build = [str(PYTHON), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "build")]
    subprocess.run([*build, *folders, str(spec)], check=True, cwd=ROOT, env=_environment())
    program = ROOT / "dist" / "qhd-riskmap" / ("qhd-riskmap.exe" if WINDOWS else "qhd-riskmap")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([str(program), "--self-check"], check=True, env=environment)
    # Every product of a release is written by a child of the frozen program.
    with tempfile.TemporaryDirectory(prefix="qhd-build-") as folder:
        subprocess.run([str(program), "demo", folder], check=True, env=environment)
    size = sum(file.lstat().st_size for file in program.parent.rglob("*") if file.is_file())
    print(f"{program}  {size / 2**20:.0f} MB，用时 {time.monotonic() - started:.0f} 秒")
    return 0


def clean_up(options: argparse.Namespace) -> int:
    """Remove what tasks made; never what people made."""
    del options
    made = (".venv", ".run", "build", "dist", "resources/fonts", ".mypy_cache", ".ruff_cache", ".pytest_cache",
            ".hypothesis", ".import_linter_cache")  # fmt: skip
    for name in made:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


# --- helpers of the tasks -------------------------------------------------------------------------


def _program(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **_environment(),
        "QHD_RISKMAP_HOME": os.environ.get("QHD_RISKMAP_HOME", str(WORK / "home")),
    }
    command = [str(PYTHON), "-X", "utf8", "-m", "qhd_riskmap", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment)


def _environment() -> dict[str, str]:
    """The caller's environment with this checkout importable."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _answers(command: Sequence[str], *, show_error: bool = False) -> bool:
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env=_environment())
    if done.returncode and show_error:
        sys.stderr.write(done.stderr.decode("utf-8", "replace")[-2000:])
    return done.returncode == 0


def _spelt(command: object) -> str:
    if isinstance(command, (list, tuple)):
        return " ".join(json.dumps(part) if " " in str(part) else str(part) for part in command)
    return str(command)


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())
