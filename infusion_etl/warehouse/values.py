"""From raw text to typed values, as SQL: NULL where a value does not fit, never a failure.

Moments. REST says ISO 8601 with an offset, with or without a colon; one without an offset is taken as UTC (assumed).
XML-RPC says `YYYYMMDDTHH:MM:SS` without a zone, on the clock of the US East with its summer time; one that names a zone
is meant in that. Both may leave out the seconds or have parts of one. The hour that comes
twice in autumn is taken as the second one (standard time), the hour that is missing in spring as if summer time had
not begun: that is how DuckDB's ICU reads them, and neither is an error.
"""

from __future__ import annotations

from collections.abc import Callable

from infusion_etl.accounts.account import Api
from infusion_etl.reports.columns import Type

EASTERN = "America/New_York"

_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_NO_DECIMALS = (
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905 - a table of codes
)


def typed(raw: str, kind: Type, api: Api) -> str:
    """Return the SQL that turns raw text (a column, trimmed and not empty unless it is text) to a type."""
    casts: dict[str, Callable[[], str]] = {
        "VARCHAR": lambda: raw,
        "BIGINT": lambda: _whole(raw),
        "DOUBLE": lambda: f"CASE WHEN isfinite(TRY_CAST({raw} AS DOUBLE)) THEN TRY_CAST({raw} AS DOUBLE) END",
        "BOOLEAN": lambda: _yes_no(raw),
        "DATE": lambda: date(raw),
        "TIMESTAMPTZ": lambda: moment(raw, api),
        "TIMESTAMP WITH TIME ZONE": lambda: moment(raw, api),
    }
    return casts.get(kind.sql, lambda: f"TRY_CAST({raw} AS {kind.sql})")()


def _whole(raw: str) -> str:
    # A cast alone would round 12.5; 12.0 is a whole number.
    return f"CASE WHEN TRY_CAST({raw} AS DOUBLE) % 1 = 0 THEN TRY_CAST({raw} AS BIGINT) END"


def _yes_no(raw: str) -> str:
    return f"CASE lower({raw}) {_words(('true', '1', 'yes'), 'true')} {_words(('false', '0', 'no'), 'false')} END"


def _words(words: tuple[str, ...], value: str) -> str:
    return " ".join(f"WHEN '{word}' THEN {value}" for word in words)


def date(raw: str) -> str:
    """Return the SQL of the day that a date says, in either API's form; a time behind it is cut off, not converted."""
    return (
        f"CASE WHEN {raw}[5] = '-' AND {raw}[11] IN ('', 'T', ' ') THEN TRY_CAST({raw}[1:10] AS DATE)"
        f" WHEN {raw}[9] IN ('', 'T') AND {_begins(raw)} THEN CAST(try_strptime({raw}[1:8], '%Y%m%d') AS DATE) END"
    )


def moment(raw: str, api: Api) -> str:
    """Return the SQL of the moment that text says, in either API's form."""
    eastern = f"(try_strptime({raw}, '%Y%m%dT%H:%M:%S') AT TIME ZONE '{EASTERN}')"
    usual = f"CASE WHEN {raw}[5] = '-' THEN TRY_CAST({raw} AS TIMESTAMPTZ) ELSE {eastern} END"
    # The other spellings cost more to read; they are looked at only where there is a value that is not the usual one.
    unusual = f"CASE WHEN {raw} IS NOT NULL THEN {_unusual_moment(raw, api)} END"
    return f"CASE WHEN {_begins(raw)} THEN coalesce({usual if api is Api.REST else eastern}, {unusual}) END"


def _begins(raw: str) -> str:
    """Return the SQL of whether text begins with a digit: DuckDB takes `infinity` and `epoch` for moments, too."""
    return f"{raw}[1] BETWEEN '0' AND '9'"


_COMPACT = r"^(\d\d\d\d)(\d\d)(\d\d)T"
_NO_SECONDS = r"^(\S{10}[T ]\d\d:\d\d)(Z|[+-]\d\d(:?\d\d)?)?$"
_ZONED = r":\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)$"


def _unusual_moment(raw: str, api: Api) -> str:
    """Return the SQL of a moment in other spellings of ISO: compact with a zone or parts of a second, no seconds."""
    dashed = f"regexp_replace({raw}, '{_COMPACT}', '\\1-\\2-\\3T')"
    whole = f"regexp_replace({dashed}, '{_NO_SECONDS}', '\\1:00\\2')"
    zone = f"'{EASTERN}'"
    if api is Api.REST:
        zone = f"CASE WHEN {raw}[5] = '-' THEN 'UTC' ELSE {zone} END"
    plain = f"TRY_CAST({whole} AS TIMESTAMP) AT TIME ZONE {zone}"
    return f"CASE WHEN regexp_matches({whole}, '{_ZONED}') THEN TRY_CAST({whole} AS TIMESTAMPTZ) ELSE {plain} END"


def eastern_day(raw: str, api: Api) -> str:
    """Return the SQL of the US Eastern calendar day of a moment, as text; what is no moment stays as it is."""
    day = f"strftime({moment(raw, api)} AT TIME ZONE '{EASTERN}', '%Y-%m-%d')"
    return f"CASE WHEN length({raw}) <= 10 THEN {raw} ELSE coalesce({day}, {raw}) END"


def main_unit(amount: str, currency: str) -> str:
    """Return the SQL of an amount in the currency's main unit, as text; an amount that is no number stays as it is."""
    number = f"TRY_CAST({amount} AS DECIMAL(24, 0))"
    factors = f"{_codes(currency, _NO_DECIMALS, '1.000')} {_codes(currency, _THREE_DECIMALS, '0.001')}"
    factor = f"CASE {factors} ELSE 0.010 END"
    return f"coalesce(CAST({number} * ({factor}) AS VARCHAR), {amount})"


def difference(one: str, other: str) -> str:
    """Return the SQL of one number less another, as text; NULL where either is none."""
    return f"CAST({_decimal(one)} - {_decimal(other)} AS VARCHAR)"


def reaches(one: str, other: str) -> str:
    """Return the SQL of whether one number is at least another, as the text 1 or 0; NULL where either is none."""
    return f"CAST(CAST({_decimal(one)} >= {_decimal(other)} AS TINYINT) AS VARCHAR)"


def _decimal(number: str) -> str:
    return f"TRY_CAST({number} AS DECIMAL(28, 6))"


def _codes(currency: str, codes: list[str] | tuple[str, ...], factor: str) -> str:
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"WHEN upper({currency}) IN ({listed}) THEN {factor}"
