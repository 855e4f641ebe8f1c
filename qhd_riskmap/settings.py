"""What one officer on one desk prefers; nothing about hazards lives here.

Kept as a small JSON file in the user's configuration folder. A broken or foreign file is set aside
under another name and the defaults apply: preferences must never keep the program from starting.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_config_path, user_data_path, user_log_path

from qhd_riskmap.i18n import CHINESE, LANGUAGES

_APP = "qhd-riskmap"
_log = logging.getLogger(__name__)
MAX_RECENT = 8
MAX_NAME = 40
DISPLAYS = ("mercator", "gk")
CROWDS = ("clusters", "density", "all")
CROWD_RANGE = (20, 20_000)
TILE_MB_RANGE = (0, 20_000)
TILE_DAYS_RANGE = (1, 3650)
_RANGES = {
    "crowd_above": CROWD_RANGE,
    "tile_cache_mb": TILE_MB_RANGE,
    "tile_cache_days": TILE_DAYS_RANGE,
}
WIDEST_SNAP_PX = 40


@dataclass(slots=True)
class Settings:
    """Preferences of one desk.

    Attributes:
        language: ``zh_CN`` or ``en``.
        theme: ``system``, ``light`` or ``dark``.
        actor: Name the officer gave at first start; "" takes the operating system's user.
        coordinate_format: ``decimal``, ``dms`` or ``gk``: how the status bar shows the cursor.
        display: Plane of the map: ``mercator`` or ``gk``.
        crowd: What stands for many symbols: ``clusters``, ``density`` or ``all`` of them.
        crowd_above: Symbols in view above which that begins.
        graticule: Whether the map shows meridians and parallels.
        online_tiles: Whether this desk may fetch tiles from the network; off until asked for.
        tile_cache_mb: Room on disk for such tiles.
        tile_cache_days: After how many days they are asked for again.
        snap_px: How near, in pixels, the mouse is pulled to vertices and edges; 0 never.
        recent: Register files opened before, newest first.
        layouts: Opaque Qt layout states by widget name (base64).
    """

    language: str = CHINESE
    theme: str = "system"
    actor: str = ""
    coordinate_format: str = "dms"
    display: str = "mercator"
    crowd: str = "clusters"
    crowd_above: int = 250
    graticule: bool = False
    online_tiles: bool = False
    tile_cache_mb: int = 500
    tile_cache_days: int = 30
    snap_px: int = 10
    recent: list[str] = field(default_factory=list)
    layouts: dict[str, str] = field(default_factory=dict)

    def remember(self, register: Path) -> None:
        """Put ``register`` first among the recent files."""
        text = str(register.resolve())
        self.recent = [text, *(item for item in self.recent if item != text)][:MAX_RECENT]


def config_dir() -> Path:
    """Folder of the preferences; ``QHD_RISKMAP_HOME`` overrides all folders (tests, kiosks)."""
    home = os.environ.get("QHD_RISKMAP_HOME")
    return Path(home) / "config" if home else user_config_path(_APP, appauthor=False)


def data_dir() -> Path:
    """Folder where new registers are proposed."""
    home = os.environ.get("QHD_RISKMAP_HOME")
    return Path(home) / "data" if home else user_data_path(_APP, appauthor=False)


def log_dir() -> Path:
    """Folder of the log files."""
    home = os.environ.get("QHD_RISKMAP_HOME")
    return Path(home) / "log" if home else user_log_path(_APP, appauthor=False)


def cache_dir() -> Path:
    """Folder of what may be thrown away at any time."""
    home = os.environ.get("QHD_RISKMAP_HOME")
    return Path(home) / "cache" if home else user_cache_path(_APP, appauthor=False)


def load_settings() -> Settings:
    """Read the preferences, or the defaults where there are none that can be read."""
    path = config_dir() / "settings.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _from_json(raw)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError) as error:
        _log.warning("settings unreadable, defaults apply: %s", error)
        _set_aside(path)
        return Settings()


def save_settings(settings: Settings) -> None:
    """Write the preferences atomically; a read-only folder is logged and otherwise ignored."""
    path = config_dir() / "settings.json"
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dataclasses.asdict(settings), ensure_ascii=False, indent=1)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        _log.warning("settings not saved: %s", error)


def _from_json(raw: Any) -> Settings:
    if not isinstance(raw, dict):
        raise TypeError("settings file holds no object")
    settings = Settings()
    if raw.get("language") in LANGUAGES:
        settings.language = raw["language"]
    if raw.get("theme") in {"system", "light", "dark"}:
        settings.theme = raw["theme"]
    if raw.get("coordinate_format") in {"decimal", "dms", "gk"}:
        settings.coordinate_format = raw["coordinate_format"]
    if type(raw.get("snap_px")) is int and 0 <= raw["snap_px"] <= WIDEST_SNAP_PX:
        settings.snap_px = raw["snap_px"]
    if isinstance(raw.get("actor"), str):
        settings.actor = raw["actor"].strip()[:MAX_NAME]
    _read_map(settings, raw)
    settings.recent = [item for item in raw.get("recent", []) if isinstance(item, str)][:MAX_RECENT]
    settings.layouts = {
        key: value
        for key, value in dict(raw.get("layouts", {})).items()
        if isinstance(key, str) and isinstance(value, str)
    }
    return settings


def _read_map(settings: Settings, raw: dict[str, Any]) -> None:
    for name, choices in (("display", DISPLAYS), ("crowd", CROWDS)):
        if raw.get(name) in choices:
            setattr(settings, name, raw[name])
    for name in ("graticule", "online_tiles"):
        if isinstance(raw.get(name), bool):
            setattr(settings, name, raw[name])
    for name, (low, high) in _RANGES.items():
        if type(raw.get(name)) is int and low <= raw[name] <= high:
            setattr(settings, name, raw[name])


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_suffix(".broken.json"))
    except OSError as error:
        _log.warning("broken settings file left in place: %s", error)
