"""A line of text that says how far a run is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from ._native import ErrorCode
from ._frames import refused

_WIDTH = 30


class Bar:
    """A bar on the standard error, drawn again at most ten times a second."""

    def __init__(self, total: int, unit: str, stream: TextIO | None = None) -> None:
        self._total = total
        self._unit = unit
        self._stream = sys.stderr if stream is None else stream
        self._start = time.monotonic()
        self._drawn = float("-inf")

    def __call__(self, done: int, total: int) -> None:
        """Draws that so many are done; the line ends with the last one."""
        self._total = total
        now = time.monotonic()
        if now - self._drawn < 0.1 and done < total:
            return
        self._drawn = now
        self._stream.write("\r" + self.line(done, now - self._start))
        if done >= total:
            self._stream.write("\n")
        self._stream.flush()

    def line(self, done: int, seconds: float) -> str:
        """The line after so many seconds: ``[#####-----]  50 %  5/10 series  1 s, 1 s left``."""
        share = done / self._total if self._total else 1.0
        full = int(share * _WIDTH)
        left = f", {seconds / share - seconds:.0f} s left" if 0 < share < 1 else ""
        bar = "#" * full + "-" * (_WIDTH - full)
        return f"[{bar}] {share:4.0%}  {done}/{self._total} {self._unit}  {seconds:.0f} s{left}   "


def listener(
    progress: bool | Callable[[int, int], object] | None, total: int, unit: str
) -> Callable[[int], object] | None:
    """What the engine tells how many are done: nobody, a bar, or a function of the caller."""
    if progress is None or progress is False:
        return None
    if progress is True:
        tell: Callable[[int, int], object] = Bar(total, unit)
    elif callable(progress):
        tell = progress
    else:
        raise refused(ErrorCode.WRONG_TYPE, "progress", "it is None, True or a function of two numbers")
    return lambda done: tell(done, total)
