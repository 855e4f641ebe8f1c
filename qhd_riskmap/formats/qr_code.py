"""QR codes, written and read by zxing-cpp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

QUIET_MODULES: Final = 4  # ISO/IEC 18004: white on every side
# A quarter of the code may be dirty or folded: it lies in a car and comes back through a copier.
_CORRECTION: Final = "Q"


def qr_modules(text: str) -> npt.NDArray[np.bool_]:
    """The code as a square of modules, True where it is dark, without the quiet zone."""
    import zxingcpp  # noqa: PLC0415 - only sheets need it

    code = zxingcpp.create_barcode(text, zxingcpp.QRCode, ec_level=_CORRECTION)
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    dark: npt.NDArray[np.bool_] = np.asarray(image) == 0
    return dark


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of all QR codes in a picture, whichever way it lies."""
    import zxingcpp  # noqa: PLC0415

    found = zxingcpp.read_barcodes(
        picture.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.QRCode)
    )
    return [each.text for each in found if each.valid]
