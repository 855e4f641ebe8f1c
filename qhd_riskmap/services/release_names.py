"""Names a release goes by: files from title and format, and the one spelling of a 审图号."""

from __future__ import annotations

import re
import unicodedata

from qhd_riskmap.domain.public_edition import DRAFT_MARK
from qhd_riskmap.domain.release_rules import clean_public_text
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder

# Characters Windows refuses, and path separators of every system.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in "123456789¹²³"
}
_MAX_BYTES = 180  # of 255 in one path component, leaves room for suffixes of copies
_FALLBACK = "风险隐患分布图"


def product_name(title: str, product: ProductFormat, *, draft: bool = False) -> str:
    """File name of a product; a draft never takes the name of what is public.

    >>> product_name("秦皇岛市/风险隐患分布图", ProductFormat.PDF)
    '秦皇岛市_风险隐患分布图.pdf'
    >>> product_name("CON", ProductFormat.PNG)
    '_CON.png'
    >>> product_name("秦皇岛市风险隐患分布图", ProductFormat.PDF, draft=True)
    '秦皇岛市风险隐患分布图_送审样图.pdf'
    """
    text = unicodedata.normalize("NFC", clean_public_text(title))
    text = _FORBIDDEN.sub("_", text).strip(" .")
    # A leading hyphen would read as an option on a command line, a leading = as a formula.
    text = text.lstrip("-=+@~ .")
    text = _shortened(text) or _FALLBACK
    if text.split(".")[0].rstrip().casefold() in _RESERVED:
        text = f"_{text}"
    return f"{text}_{DRAFT_MARK}{product.ending}" if draft else f"{text}{product.ending}"


def product_names(order: ReleaseOrder) -> tuple[str, ...]:
    """The files of an order, each once."""
    return tuple(
        product_name(order.title, product, draft=order.draft)
        for product in dict.fromkeys(order.formats)
    )


_BRACKETS = str.maketrans("〔〕[]【】（）", "()()()()")


def one_approval_form(number: str) -> str:
    """A 审图号 in the one spelling it is printed, stored and compared in.

    >>> one_approval_form("冀Ｓ（2026） 012号") == one_approval_form("冀S〔2026〕012 号")
    True
    """
    folded = unicodedata.normalize("NFKC", clean_public_text(number)).translate(_BRACKETS)
    return "".join(folded.split()).upper()


def _shortened(text: str) -> str:
    cut = text.encode("utf-8")[:_MAX_BYTES].decode("utf-8", errors="ignore")
    return cut.rstrip(" .")
