"""Makes the next of several things while the last one is being used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def made_ahead(make: Callable[[Given], Made], given: Sequence[Given]) -> Iterator[Made]:
    """What ``make`` gives for each, in order; another thread makes the next one meanwhile.

    Pays where what is made is then used outside the interpreter lock, by the database for example.

    >>> list(made_ahead(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    if len(given) <= 1:
        yield from map(make, given)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="made-ahead") as maker:
        coming = maker.submit(make, given[0])
        for each in given[1:]:
            made = coming.result()
            coming = maker.submit(make, each)
            yield made
        yield coming.result()
