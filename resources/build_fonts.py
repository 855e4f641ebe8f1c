"""Makes the sheet font ``resources/fonts/QhdSheetSans-{Regular,Bold}.otf`` (docs/adr/0011).

    python resources/build_fonts.py [--source FOLDER] [--target FOLDER]

A renamed subset of Noto Sans CJK SC (SIL Open Font Licence 1.1) from Debian's ``fonts-noto-cjk``. Does
nothing when the output is up to date. Exit code 3: the source fonts are not installed.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).resolve().parent
SOURCE = Path("/usr/share/fonts/opentype/noto")
LICENCE = Path("/usr/share/doc/fonts-noto-cjk/copyright")
FAMILY = "QHD Sheet Sans"
POSTSCRIPT = "QhdSheetSans"
STYLES = ("Regular", "Bold")
SOURCE_FAMILY = "Noto Sans CJK SC"
SOURCE_MISSING = 3

# Latin, punctuation, units, arrows, Roman numerals, circled numbers, geometric shapes, CJK punctuation,
# kana, bopomofo, squared units, vertical and full-width forms.
SYMBOLS = (
    (0x0020, 0x007E), (0x00A0, 0x017F), (0x01CD, 0x01DC), (0x02C6, 0x02DC), (0x0391, 0x03C9),
    (0x0401, 0x0451), (0x1E3E, 0x1E3F), (0x2010, 0x205E), (0x2070, 0x209C), (0x20AC, 0x20AC),
    (0x2100, 0x218F), (0x2190, 0x23FF), (0x2460, 0x26FF), (0x2713, 0x2717), (0x3000, 0x303F),
    (0x3041, 0x312F), (0x3200, 0x33FF), (0xFE30, 0xFE4F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),
)  # fmt: skip
# Every unified ideograph of the source: a superset of GB 2312, GBK and 通用规范汉字表 (8,105), which
# reaches into the extension blocks.
IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF))
# Qt writes a PDF's text by asking the font which character a glyph stands for. Radicals and
# compatibility ideographs share glyphs with ideographs, and the lower code point wins: 石 would be
# copied and searched as U+2F6F. So they are not in the font, and of the code points that share a glyph
# none lies below the common one.
MIDDLE_DOT = "·"  # Python's GB 2312 knows it as U+30FB, keyboards as U+00B7
NEVER = ((0x2E80, 0x2FDF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))


def main() -> int:
    """Command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=SOURCE, help="folder of NotoSansCJK-*.ttc")
    parser.add_argument("--target", type=Path, default=HERE / "fonts", help="output folder")
    arguments = parser.parse_args()
    sources = {style: arguments.source / f"NotoSansCJK-{style}.ttc" for style in STYLES}
    missing = [str(path) for path in sources.values() if not path.is_file()]
    if missing:
        print(
            f"缺少制作图件字体的源文件：{'、'.join(missing)}。"
            "请先安装 fonts-noto-cjk（Debian/Ubuntu：sudo apt-get install fonts-noto-cjk），"
            "或用 --source 指定所在文件夹。",
            file=sys.stderr,
        )
        return SOURCE_MISSING
    make(sources, arguments.target)
    return 0


def make(sources: dict[str, Path], target: Path) -> bool:
    """Make the fonts unless the stamp says they are up to date; whether anything was made."""
    stamp = target / "stamp.txt"
    wanted = fingerprint([Path(__file__), *sources.values()])
    outputs = {style: target / f"{POSTSCRIPT}-{style}.otf" for style in sources}
    made_before = stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted
    if made_before and all(path.is_file() for path in outputs.values()):
        print("图件字体已是最新。")
        return False
    target.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    with ProcessPoolExecutor(max_workers=len(outputs)) as pool:
        builds = [
            pool.submit(build, sources[style], style, path) for style, path in outputs.items()
        ]
        for finished in builds:
            finished.result()
    for path in outputs.values():
        print(f"{path.name}：{path.stat().st_size / 1e6:.1f} MB")
    (target / "OFL.txt").write_text(licence_text(), encoding="utf-8")
    stamp.write_text(wanted, encoding="utf-8")
    return True


def fingerprint(paths: Iterable[Path]) -> str:
    """A hash of the files' contents."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build(source: Path, style: str, target: Path) -> None:
    """One weight: subset, rename, save. The same source gives the same bytes."""
    font = simplified_chinese_face(source)
    font.recalcTimestamp = False
    font.recalcBBoxes = (
        False  # the source's bounds still hold, and finding them anew takes half the time
    )
    options = subset.Options()
    options.layout_features = []
    options.hinting = True  # removing hints runs every outline: a minute for little
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_characters(font.getBestCmap()))
    subsetter.subset(font)
    rename(font, style)
    font.save(target)
    font.close()


def simplified_chinese_face(source: Path) -> TTFont:
    """The SC face of the collection."""
    collection = TTCollection(source, lazy=True)
    return next(f for f in collection.fonts if f["name"].getDebugName(1) == SOURCE_FAMILY)


def wanted_characters(available: dict[int, str]) -> set[int]:
    """Code points to keep; of several that share a glyph the most common and those above it."""
    candidates = {
        point
        for first, last in (*SYMBOLS, *IDEOGRAPHS)
        for point in range(first, last + 1)
        if point in available
    }
    candidates |= legacy_characters() & available.keys()
    candidates = {p for p in candidates if not any(a <= p <= b for a, b in NEVER)}
    owners: dict[str, int] = {}
    for point in sorted(candidates, key=commonness):
        owners.setdefault(available[point], point)
    return {point for point in candidates if point >= owners[available[point]]}


def legacy_characters() -> set[int]:
    """All of GB 2312 and GBK, from Python's own codecs."""
    found = set()
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gbk")))
            except UnicodeDecodeError:
                continue
    return found


def commonness(point: int) -> tuple[int, int]:
    """Sort key: ASCII, GB 2312, GBK, the rest; then the code point."""
    character = chr(point)
    if character == MIDDLE_DOT:
        return (0, point)
    for rank, codec in enumerate(("ascii", "gb2312", "gbk")):
        try:
            character.encode(codec)
        except UnicodeEncodeError:
            continue
        return (rank, point)
    return (9, point)


def rename(font: TTFont, style: str) -> None:
    """Give the subset its own name; copyright and licence stay."""
    postscript = f"{POSTSCRIPT}-{style}"
    full = FAMILY if style == "Regular" else f"{FAMILY} {style}"
    names: Any = font["name"]
    kept = {0, 13, 14}
    names.names = [n for n in names.names if n.nameID in kept and n.langID == 0x409]
    version = "Version 1.000; subset of Noto Sans CJK SC 2.004"
    for name_id, text in {
        1: FAMILY,
        2: style,
        3: f"1.000;{postscript}",
        4: full,
        5: version,
        6: postscript,
    }.items():
        names.setName(text, name_id, 3, 1, 0x409)
    compact = font["CFF "].cff
    compact.fontNames = [postscript]
    top = compact.topDictIndex[0]
    top.FullName, top.FamilyName, top.Weight = full, FAMILY, style


def licence_text() -> str:
    """The licence as Debian's package states it, with what was changed."""
    changed = (
        f"{FAMILY} is a subset of Noto Sans CJK SC 2.004, renamed; made by resources/build_fonts.py.\n"
        "Licensed under the SIL Open Font License, Version 1.1.\n\n"
    )
    packed = LICENCE.with_name("copyright.gz")
    if LICENCE.is_file():
        text = LICENCE.read_text(encoding="utf-8")
    elif packed.is_file():
        text = gzip.decompress(packed.read_bytes()).decode("utf-8")
    else:
        return changed + "https://openfontlicense.org\n"
    holders = text.partition("\nFiles: *\n")[2].partition("\nLicense:")[0].strip()
    # The licence's own stanza follows its name with indented text; a lone dot is an empty line.
    stanza = text.partition("\nLicense: SIL-1.1\n ")[2].partition("\nLicense:")[0]
    lines = (line.strip() for line in stanza.splitlines())
    return (
        f"{changed}{holders}\n\n" + "\n".join("" if line == "." else line for line in lines) + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
