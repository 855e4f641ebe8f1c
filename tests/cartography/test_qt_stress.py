"""200,000 calls of the binding: the PySide6/Python pair must not lose references.

PySide6 6.12.0 on Python 3.11 dropped one reference to None on every call without a result and aborted
the process after some thousands of calls (see pyproject.toml); short tests pass on the broken pair.
"""

from __future__ import annotations

import subprocess
import sys

STRESS = """
import sys
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

image = QImage(64, 64, QImage.Format.Format_ARGB32_Premultiplied)
image.fill(QColor("white"))
painter = QPainter(image)
pen = QPen(QColor("black"))
path = QPainterPath()
before = sys.getrefcount(None)
for number in range(40_000):
    painter.save()
    painter.setPen(pen)
    path.moveTo(number % 64, 1.0)
    painter.drawPoint(QPointF(number % 64, 5.0))
    painter.restore()
lost = before - sys.getrefcount(None)
painter.end()
print("calls", 5 * 40_000, "lost", lost)
sys.exit(0 if abs(lost) < 1_000 else 3)
"""


def test_two_hundred_thousand_calls_keep_the_process_alive():
    done = subprocess.run(
        [sys.executable, "-c", STRESS], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "calls 200000" in done.stdout
