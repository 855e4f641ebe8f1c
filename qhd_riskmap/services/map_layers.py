"""Layers of the map: what a file is, links that survive a move, tile services with the office's key."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import UUID, uuid4

from qhd_riskmap.cartography.layer_painter import LayerStack, open_all, open_layer
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.map_layer import LONGEST_NAME, ControlPoint, LayerKind, LayerStyle, MapLayer
from qhd_riskmap.errors import InvalidInputError, RiskMapError, UnreadableFileError
from qhd_riskmap.formats.raster_files import RASTER_SUFFIXES, RasterFile
from qhd_riskmap.formats.tile_cache import TileCache
from qhd_riskmap.formats.tile_service import TileService, TileTemplate, parse_template
from qhd_riskmap.formats.vector_guard import VECTOR_SUFFIXES
from qhd_riskmap.formats.vector_reading import vector_parts
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.online_tiles import OnlineTiles, TileDepot
from qhd_riskmap.settings import Settings, cache_dir
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

ARCHIVE_SUFFIXES: Final = (".mbtiles",)
LAYER_SUFFIXES: Final = (*VECTOR_SUFFIXES, *RASTER_SUFFIXES, *ARCHIVE_SUFFIXES)
_MEGABYTE: Final = 2**20
# None of these means a risk: red, orange, yellow and the blue of low risk stay out.
_COLOURS: Final = ("#7A3FA0", "#0B7A75", "#8C5A2B", "#4A5568", "#B0347C", "#3F6B2A")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedLayer:
    """A layer and where its content lies today.

    Attributes:
        layer: The link.
        path: The file, or None for tile services and files that are missing.
    """

    layer: MapLayer
    path: Path | None

    @property
    def missing(self) -> bool:
        """Whether the file is neither where it was nor beside the register as before."""
        return self.layer.kind.is_file and self.path is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a file would become on the map.

    Attributes:
        layers: One per layer inside, not yet in the register.
        needs_reference: Nobody says in which system its coordinates are.
        needs_points: Nothing says where it lies: a scanned map, to be laid by matching points.
        size: Pixels of a picture, or (0, 0).
    """

    layers: tuple[MapLayer, ...]
    needs_reference: bool = False
    needs_points: bool = False
    size: tuple[int, int] = (0, 0)


class MapLayerService:
    """Use cases on the layers of the map, for one actor.

    Attributes:
        tiles: The tile services of this desk.
    """

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor
        defaults = Settings()
        cache = TileCache(
            cache_dir() / "tiles",
            limit_bytes=defaults.tile_cache_mb * _MEGABYTE,
            days=defaults.tile_cache_days,
        )
        self.tiles = TileDepot(cache)
        # Keys of a plain register live as long as the program runs.
        self._session_keys: dict[str, str] = {}
        self._supplies: dict[tuple[str, str], OnlineTiles] = {}

    def use(self, settings: Settings) -> None:
        """Follow this desk's preferences about the network."""
        self.tiles.allowed = settings.online_tiles
        self.tiles.cache.limit_bytes = settings.tile_cache_mb * _MEGABYTE
        self.tiles.cache.days = settings.tile_cache_days

    # -- reading --------------------------------------------------------------------------------

    def layers(self) -> list[LinkedLayer]:
        """All layers, the one painted first in front."""
        self._actor.require(Permission.READ)
        with self._unit_of_work() as work:
            found = work.layers.all()
        return [LinkedLayer(layer=layer, path=self._find(layer)) for layer in found]

    def opened(
        self, linked: Sequence[LinkedLayer]
    ) -> tuple[LayerStack, Mapping[str, RiskMapError]]:
        """The content of those that are there, and by id why others cannot be shown."""
        keys = self.keys()
        present = [each for each in linked if not each.missing]
        return open_all(
            [(each.layer, each.path, self._supply(each.layer, keys)) for each in present]
        )

    def supply_of(self, layer: MapLayer) -> OnlineTiles | None:
        """The tiles behind a service layer."""
        return self._supply(layer, self.keys())

    def examine(self, path: Path) -> Examined:
        """Look into a file that was dropped on the map; nothing is stored.

        Raises:
            UnreadableFileError: It cannot be shown; the message says why.
        """
        self._actor.require(Permission.EDIT)
        suffix = path.suffix.lower()
        if suffix in VECTOR_SUFFIXES:
            return self._examine_vector(path)
        if suffix in RASTER_SUFFIXES:
            return self._examine_raster(path)
        if suffix in ARCHIVE_SUFFIXES:
            layer = self._link(path, LayerKind.ARCHIVE)
            open_layer(layer, path).source.close()
            return Examined(layers=(layer,))
        raise UnreadableFileError(
            _("“{name}”不能加入地图。").format(name=path.name),
            hint=_("可用：{suffixes}。").format(suffixes=" ".join(LAYER_SUFFIXES)),
        )

    # -- changing -------------------------------------------------------------------------------

    def add(self, layers: Sequence[MapLayer]) -> Changes:
        """Put layers on top of those of their sort.

        Shapes lie above pictures of the ground, those above tiles of the whole country: a new
        ground must not hide the plans that were there before.

        Raises:
            InvalidInputError: A declared reference system is none.
        """
        self._actor.require(Permission.EDIT)
        for layer in layers:
            _check(layer)
        with self._unit_of_work() as work:
            before = work.layers.all()
            order = list(before)
            for layer in layers:
                below = [n for n, each in enumerate(order, 1) if _sort(each) <= _sort(layer)]
                order.insert(max(below, default=0), layer)
            fresh = {layer.id for layer in layers}
            for number, layer in enumerate(order):
                if layer.id in fresh:
                    work.layers.put(replace(layer, position=number), self._actor)
            if order[: len(before)] != before:
                work.layers.arrange([layer.id for layer in order], self._actor)
            work.commit()
        return Changes(layers=True)

    def save(self, layer: MapLayer) -> Changes:
        """Keep a changed look, name, order or place.

        Raises:
            InvalidInputError: A declared reference system is none.
        """
        self._actor.require(Permission.EDIT)
        _check(layer)
        with self._unit_of_work() as work:
            work.layers.put(layer, self._actor)
            work.commit()
        return Changes(layers=True)

    def relocate(self, layer: MapLayer, path: Path) -> Changes:
        """Link to the file where it lies now.

        Raises:
            UnreadableFileError: That file cannot be shown as this layer.
        """
        moved = replace(layer, source=str(path.absolute()), relative=self._relative(path))
        open_layer(moved, path).source.close()
        return self.save(moved)

    def arrange(self, order: Sequence[UUID]) -> Changes:
        """Paint the layers in this order, the lowest first."""
        self._actor.require(Permission.EDIT)
        with self._unit_of_work() as work:
            work.layers.arrange(order, self._actor)
            work.commit()
        return Changes(layers=True)

    def remove(self, layer_id: UUID) -> Changes:
        """Forget a layer; its file stays where it is."""
        self._actor.require(Permission.EDIT)
        with self._unit_of_work() as work:
            work.layers.remove(layer_id, self._actor)
            work.commit()
        return Changes(layers=True)

    def scan(self, layer: MapLayer, points: tuple[ControlPoint, ...]) -> MapLayer:
        """``layer`` laid on the ground by matching points, not yet stored.

        Raises:
            InvalidInputError: The points cannot carry a map.
        """
        laid = replace(layer, kind=LayerKind.SCAN, control=points)
        _check(laid)
        open_layer(laid, self._find(laid)).source.close()
        return laid

    def lay_scan(self, layer: MapLayer, points: tuple[ControlPoint, ...]) -> Changes:
        """Add a scanned map laid by matching points, or lay one anew that is there.

        Raises:
            InvalidInputError: The points cannot carry a map.
        """
        laid = self.scan(layer, points)
        known = any(each.layer.id == layer.id for each in self.layers())
        return self.save(laid) if known else self.add([laid])

    # -- tile services --------------------------------------------------------------------------

    def tile_layer(self, name: str, address: str, **facts: object) -> tuple[MapLayer, str]:
        """A layer for a service, not yet stored, and the key that stood in its address, or "".

        Raises:
            InvalidInputError: The address cannot be a tile service.
        """
        template, key = parse_template(address)
        layer = MapLayer(
            id=uuid4(),
            kind=LayerKind.TILES,
            name=(name.strip() or template.host)[:LONGEST_NAME],
            source=template.text,
            **facts,  # type: ignore[arg-type]
        )
        return layer, key

    def keys(self) -> Mapping[str, str]:
        """The office's keys by host."""
        with self._unit_of_work() as work:
            return {**work.layers.keys(), **self._session_keys}

    @property
    def keeps_keys(self) -> bool:
        """Whether keys are kept in the register: only where it is encrypted."""
        return self._register.encrypted

    def set_key(self, address: str, key: str) -> Changes:
        """Use the office's key for the service of ``address``; "" forgets it.

        An encrypted register keeps it; for a plain one it is only remembered until the end.
        """
        self._actor.require(Permission.EDIT)
        host = parse_template(address)[0].host
        if self.keeps_keys:
            with self._unit_of_work() as work:
                work.layers.put_key(host, key.strip(), self._actor)
                work.commit()
        elif key.strip():
            self._session_keys[host] = key.strip()
        else:
            self._session_keys.pop(host, None)
        return Changes(layers=True)

    # -- inside ---------------------------------------------------------------------------------

    def _supply(self, layer: MapLayer, keys: Mapping[str, str]) -> OnlineTiles | None:
        if layer.kind is not LayerKind.TILES:
            return None
        template: TileTemplate = parse_template(layer.source)[0]
        key = keys.get(template.host, "")
        known = self._supplies.get((template.text, key))
        if known is None:
            known = self.tiles.supply(TileService(template=template, key=key))
            self._supplies[template.text, key] = known
        return known

    def _examine_vector(self, path: Path) -> Examined:
        parts = vector_parts(path)
        layers = [
            replace(
                self._link(path, LayerKind.VECTOR),
                part=part.name,
                name=(f"{path.stem} {part.name}" if len(parts) > 1 else path.stem)[:LONGEST_NAME],
            )
            for part in parts
        ]
        # Roads have no inside: their sign in panel and legend is a line.
        layers = [
            layer if part.areas else replace(layer, style=replace(layer.style, fill=""))
            for layer, part in zip(layers, parts, strict=True)
        ]
        return Examined(
            layers=tuple(layers), needs_reference=any(part.reference == "" for part in parts)
        )

    def _examine_raster(self, path: Path) -> Examined:
        file = RasterFile(path)
        file.close()
        facts = file.facts
        layer = self._link(path, LayerKind.RASTER)
        return Examined(
            layers=(layer,),
            needs_reference=facts.transform is not None and not facts.reference,
            needs_points=facts.transform is None,
            size=(facts.width, facts.height),
        )

    def _link(self, path: Path, kind: LayerKind) -> MapLayer:
        new = uuid4()
        colour = _COLOURS[new.int % len(_COLOURS)]
        return MapLayer(
            id=new,
            kind=kind,
            name=path.stem[:LONGEST_NAME],
            source=str(path.absolute()),
            relative=self._relative(path),
            style=LayerStyle(colour=colour, fill=colour),
        )

    def _relative(self, path: Path) -> str:
        # On Windows there is no way from one drive to another.
        with suppress(ValueError):
            return Path(os.path.relpath(path.absolute(), self._register.path.parent)).as_posix()
        return ""

    def _find(self, layer: MapLayer) -> Path | None:
        if not layer.kind.is_file:
            return None
        candidates = [Path(layer.source)]
        if layer.relative and not PurePosixPath(layer.relative).is_absolute():
            candidates.append(self._register.path.parent / layer.relative)
        for candidate in candidates:
            with suppress(OSError, ValueError):
                if candidate.is_file():
                    return candidate.resolve()
        return None

    def _unit_of_work(self) -> UnitOfWork:
        return self._register.unit_of_work()


def _sort(layer: MapLayer) -> int:
    """0 for tiles, 1 for other pictures of the ground, 2 for shapes."""
    if layer.kind in {LayerKind.TILES, LayerKind.ARCHIVE}:
        return 0
    return 1 if layer.kind.is_ground else 2


def _check(layer: MapLayer) -> None:
    if layer.reference:
        parse_reference(layer.reference)
    if layer.kind is LayerKind.TILES and parse_template(layer.source)[1]:
        raise InvalidInputError(_("瓦片地址里不能写密钥。"), hint=_("密钥请填在密钥一栏。"))
