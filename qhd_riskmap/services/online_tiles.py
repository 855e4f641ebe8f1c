"""Fetches tiles of online services beside everything else: cache first, network only where allowed.

The map never waits: what is not there yet is asked for and the map told when it has come. Without a
network the cached tiles stay, the rest is blank, and one quiet sentence says why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, LifoQueue
from typing import Final

from qhd_riskmap.formats.tile_cache import TileCache
from qhd_riskmap.formats.tile_service import TileService, TileUnavailableError
from qhd_riskmap.services.jobs import JobContext

_WORKERS: Final = 4
_PAUSE_S: Final = 15.0
_MOST_WAITING: Final = 300
_GONE: Final = frozenset({"HTTP 404", "HTTP 410"})
_REFUSED: Final = frozenset({"HTTP 401", "HTTP 403", "HTTP 418", "HTTP 429"})
Tile = tuple[int, int, int]


class TileDepot:
    """All tile services of one desk: their cache, their workers, and whether the network may be used.

    Attributes:
        allowed: Whether tiles may be fetched at all.
        arrived: Called on a worker's thread, under a lock, when a tile has come or fetching has
            begun to fail.
    """

    def __init__(self, cache: TileCache) -> None:
        self.cache = cache
        self.allowed = False
        self._arrived: Callable[[], object] = lambda: None
        self._queue: LifoQueue[tuple[OnlineTiles, Tile] | None] = LifoQueue()
        self._lock = threading.Lock()
        self._waiting: set[tuple[str, Tile]] = set()
        self._workers: list[threading.Thread] = []
        self._closed = False

    @property
    def arrived(self) -> Callable[[], object]:
        """Who is told; once it is set anew or closed, who listened before may be destroyed."""
        return self._arrived

    @arrived.setter
    def arrived(self, listener: Callable[[], object]) -> None:
        with self._lock:
            self._arrived = listener

    def supply(self, service: TileService) -> OnlineTiles:
        """The tiles of one service."""
        return OnlineTiles(self, service)

    def want(self, supply: OnlineTiles, tile: Tile) -> None:
        """Fetch a tile some time soon; the ones wanted last come first."""
        key = (supply.service.template.text, tile)
        with self._lock:
            if self._closed or not self.allowed or key in self._waiting:
                return
            if len(self._waiting) >= _MOST_WAITING:
                self._forget_waiting()
            self._waiting.add(key)
            while len(self._workers) < _WORKERS:
                # Daemons: a slow server must not keep the program from ending.
                worker = threading.Thread(target=self._work, name="tiles", daemon=True)
                self._workers.append(worker)
                worker.start()
        self._queue.put((supply, tile))

    def close(self) -> None:
        """Fetch nothing more."""
        with self._lock:
            self._closed = True
            self._arrived = lambda: None
            self._forget_waiting()
            for _worker in self._workers:
                self._queue.put(None)

    def _forget_waiting(self) -> None:
        """Drop what is wanted no more, because the map has moved on."""
        self._waiting.clear()
        with suppress(Empty):
            while True:
                self._queue.get_nowait()

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            supply, tile = task
            came = supply.fetch(tile)
            with self._lock:
                self._waiting.discard((supply.service.template.text, tile))
                if came:
                    self._arrived()


class OnlineTiles:
    """The tiles of one service; a `TileSupply`.

    Attributes:
        trouble: Why tiles are missing now, or "".
    """

    def __init__(self, depot: TileDepot, service: TileService) -> None:
        self._depot = depot
        self.service = service
        self.trouble = ""
        self._again_at = 0.0
        self._absent: set[Tile] = set()

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """What the cache holds; what it lacks is fetched for the next picture."""
        tile = (zoom, column, row)
        found = self._depot.cache.get(self.service.template.text, *tile)
        if found is None or not found[1]:
            self._want(tile)
        return found[0] if found is not None else None

    def fetch(self, tile: Tile) -> bool:
        """Get one tile into the cache now; whether the map should be painted again."""
        if time.monotonic() < self._again_at:
            return False
        try:
            content = self.service.fetch(*tile)
        except TileUnavailableError as error:
            return self._failed(tile, error)
        self.trouble = ""
        self._depot.cache.put(self.service.template.text, *tile, content)
        return True

    def fetch_all(self, tiles: Iterable[Tile], job: JobContext) -> int:
        """Get what the cache lacks of ``tiles``, for paper; how many are still missing.

        Raises:
            JobCancelledError: The officer stopped it.
        """
        template = self.service.template.text
        lacking = [tile for tile in tiles if self._depot.cache.get(template, *tile) is None]
        if not self._depot.allowed:
            return len(lacking)
        missing = 0
        for number, tile in enumerate(lacking):
            job.advance(number, len(lacking))
            missing += not self.fetch(tile)
        return missing

    def _want(self, tile: Tile) -> None:
        if tile not in self._absent and time.monotonic() >= self._again_at:
            self._depot.want(self, tile)

    def _failed(self, tile: Tile, error: TileUnavailableError) -> bool:
        if error.detail in _GONE:
            self._absent.add(tile)
            return False
        first = self.trouble == ""
        self.trouble = error.message
        # One try now and then, not one per tile: neither the server nor the line is flooded.
        pause = _PAUSE_S * (4 if error.detail in _REFUSED else 1)
        self._again_at = time.monotonic() + pause
        return first
