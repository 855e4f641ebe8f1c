"""The statistics page."""

from __future__ import annotations

from qhd_riskmap.ui.pages.statistics.page import StatisticsPage

__all__ = ["StatisticsPage"]
