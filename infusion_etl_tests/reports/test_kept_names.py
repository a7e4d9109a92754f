"""Names of fetched files."""

from pathlib import Path, PurePosixPath, PureWindowsPath

from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.reports.kept_names import kept_name


def test_names_stay_readable() -> None:
    """What is harmless stays, and the ending stays with it."""
    assert kept_name(4, "Terms 2026.v2.pdf") == "4-Terms 2026.v2.pdf"
    assert kept_name(6, "../../evil.sh") == "6-evil.sh"
    assert kept_name(8, "/etc/passwd") == "8-etc_passwd"
    assert kept_name(10, "Überblick ☕.csv") == "10-Überblick _.csv"
    assert kept_name(12, "..") == "12"
    assert kept_name(14, "a" * 500 + ".pdf").endswith(".pdf")


@given(st.text(max_size=400), st.integers(1, 2**31))
def test_no_name_leads_anywhere_else(name: str, number: int) -> None:
    """On any system the result is one plain name, short enough for a file system, its own for each id."""
    kept = kept_name(number, name)
    assert PurePosixPath(kept).name == kept
    assert PureWindowsPath(kept).name == kept
    assert Path("/home", kept).resolve().parent == Path("/home").resolve()
    assert kept.split("-")[0] == str(number)
    assert len(kept.encode()) <= 200
