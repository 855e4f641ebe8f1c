"""发布: one form, what speaks against it beside it, the products below."""

from __future__ import annotations

from qhd_riskmap.ui.pages.release.page import ReleasePage

__all__ = ["ReleasePage"]
