"""A value that is made when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Late(Generic[T]):
    """Holds a value, or what makes it; any thread may ask.

    Travelling to another process it takes the value along, not the maker.
    """

    __slots__ = ("_lock", "_make", "_value")

    def __init__(self, make: Callable[[], T]) -> None:
        self._make: Callable[[], T] | None = make
        self._lock = threading.Lock()
        self._value: T

    @classmethod
    def given(cls, value: T) -> Late[T]:
        """A value that is there already."""
        late = cls(lambda: value)
        late.get()
        return late

    def get(self) -> T:
        """The value; made once."""
        if self._make is not None:
            with self._lock:
                if self._make is not None:
                    self._value = self._make()
                    self._make = None
        return self._value

    def __reduce__(self) -> tuple[Any, ...]:
        return (Late.given, (self.get(),))
