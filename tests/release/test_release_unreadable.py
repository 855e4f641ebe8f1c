"""What the checker cannot look into is not clean."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from qhd_riskmap.services.release_checker import check_file
from qhd_riskmap.services.release_secrets import Secrets

NOTHING = Secrets(vertices=np.empty((0, 2)), reach_m=np.empty(0), public_vertices=np.empty((0, 2)))
OBJECT = b"%PDF-1.4\n1 0 obj\n<< /Length 4 {filter} >>\nstream\n{data}\nendstream\nendobj\n%%EOF\n"


def pdf(filter_name: bytes, data: bytes) -> bytes:
    return OBJECT.replace(b"{filter}", filter_name).replace(b"{data}", data)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.pdf", b"%PDF-1.4 garbage"),
        ("假.pdf", bytes(range(256)) * 12),
        ("空文件.pdf", b""),
        ("坏流.pdf", pdf(b"/Filter /FlateDecode", b"not deflated")),
        ("别的编码.pdf", pdf(b"/Filter /LZWDecode", b"....")),
        ("加密.pdf", pdf(b"", b"q Q") + b"trailer << /Encrypt 9 0 R >>\n%%EOF\n"),
        ("假.png", b"GIF89a"),
        ("假.xlsx", b"name,phone\n"),
        ("半个.xlsx", b"PK\x03\x04 cut off"),
    ],
)
def test_a_file_that_cannot_be_judged_is_not_clean(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert check_file(path, NOTHING)


def test_a_readable_file_without_secrets_is_clean(tmp_path):
    path = tmp_path / "好.pdf"
    path.write_bytes(pdf(b"/Filter /FlateDecode", zlib.compress(b"q 1 0 0 1 0 0 cm Q")))
    assert check_file(path, NOTHING) == []
