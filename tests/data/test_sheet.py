"""Files are read by what they are inside, in any encoding that the portals use."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from cepasim.core.problems import InputError
from cepasim.data.sheet import read_sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_is_read_in_any_encoding_and_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    file = tmp_path / "trade.csv"
    file.write_bytes(f"HS{separator}品名\n'010121{separator}馬\n".encode(encoding))
    assert read_sheet(file).rows == (("HS", "品名"), ("'010121", "馬"))


def test_html_named_xls_is_html(tmp_path: Path) -> None:
    file = tmp_path / "trade.xls"
    file.write_text("<table><tr><th>HSCode</th></tr><tr><td>03<br></td></tr></table>")
    sheet = read_sheet(file)
    assert (sheet.kind, sheet.rows) == ("html", (("HSCode",), ("03",)))


def test_a_workbook_keeps_codes_whole(tmp_path: Path) -> None:
    file, book = tmp_path / "trade.xlsx", openpyxl.Workbook()
    book.active.append(["HSCode", 87.0, 1234.5])
    book.save(file)
    assert read_sheet(file).rows == (("HSCode", "87", "1234.5"),)


def test_old_excel_and_nothing_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "trade.xls"
    for content in (b"\xd0\xcf\x11\xe0" + bytes(100), b"", b"PK\x03\x04 damaged"):
        file.write_bytes(content)
        with pytest.raises(InputError):
            read_sheet(file)
