"""Makes ``resources/rules/workdays.json`` anew out of the package ``chinesecalendar`` (MIT licence).

    pip download --no-deps chinesecalendar && unzip chinesecalendar-*.whl -d calendar
    python resources/build_workdays.py calendar

Only days that differ from the week are kept: weekdays that are off, Saturdays and Sundays that are worked.
The table is a start; an office writes its own days over it in the register.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "rules" / "workdays.json"
FIRST_YEAR = 2014
SATURDAY = 5


def main(folder: Path) -> int:
    """Write the table; returns the exit code."""
    sys.path.insert(0, str(folder))
    import chinese_calendar  # noqa: PLC0415 - only this script needs it  # type: ignore[import-not-found]

    years: dict[int, dict[str, list[str]]] = defaultdict(lambda: {"off": [], "work": []})
    for kind, days in (("off", chinese_calendar.holidays), ("work", chinese_calendar.workdays)):
        for day in sorted(days):
            weekend = day.weekday() >= SATURDAY
            if day.year >= FIRST_YEAR and weekend == (kind == "work"):
                years[day.year][kind].append(day.strftime("%m-%d"))
    version = next(folder.glob("chinesecalendar-*.dist-info")).name.split("-")[1].split(".dist")[0]
    head = {
        "version": f"chinesecalendar {version}",
        "title": "法定节假日与调休",
        "note": "只列与星期不同的日子：off 为放假的工作日，work 为上班的周六、周日。每年以国务院办公厅"
        "部分节假日安排的通知为准，本单位可在登记库里逐日改写；未列出的年份只按星期计算。",
        "source": f"PyPI 包 chinesecalendar {version}（MIT 许可），其数据取自国务院办公厅历年通知",
        "confidence": "high",
    }
    lines = ",\n".join(
        f'  "{year}": {json.dumps(table, ensure_ascii=False)}'
        for year, table in sorted(years.items())
    )
    text = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    TARGET.write_text(f'{text},\n "years": {{\n{lines}\n }}\n}}\n', encoding="utf-8")
    print(f"{len(years)} years")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
