"""The pages of a window, each built when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from qhd_riskmap.ui.toolkit.page import Page, PageEntry


class PageShelf(Mapping[str, Page]):
    """Pages by key, in the order of the rail.

    Asking for a page builds it; `built` tells which are there already.
    """

    def __init__(self, entries: Sequence[PageEntry], build: Callable[[PageEntry], Page]) -> None:
        self._entries = {entry.key: entry for entry in entries}
        self._build = build
        self._pages: dict[str, Page] = {}

    def __getitem__(self, key: str) -> Page:
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = self._build(self._entries[key])
        return page

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def built(self) -> tuple[Page, ...]:
        """The pages that were built so far."""
        return tuple(self._pages.values())
