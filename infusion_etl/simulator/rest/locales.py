"""Countries and their provinces: a few of all, which are no part of the world."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.rest.answers import RestRefusal
from infusion_etl.simulator.rest.listing import PathValues, Plain, Route
from infusion_etl.simulator.rest.one_of import one_of

COUNTRIES: tuple[tuple[str, str, str], ...] = (
    ("US", "USA", "United States"), ("BR", "BRA", "Brazil"), ("CA", "CAN", "Canada"), ("CH", "CHE", "Switzerland"),
    ("CI", "CIV", "Côte d'Ivoire"), ("DE", "DEU", "Germany"), ("GB", "GBR", "United Kingdom"), ("IN", "IND", "India"),
    ("NA", "NAM", "Namibia"), ("VA", "VAT", "Vatican City"),
)  # fmt: skip
PROVINCES: dict[str, tuple[tuple[str, str], ...]] = {
    "USA": (
        ("US-AZ", "Arizona"), ("US-MA", "Massachusetts"), ("US-NV", "Nevada"), ("US-NY", "New York"), ("US-UT", "Utah"),
    ),
    "BRA": (("BR-SP", "São Paulo"), ("BR-RJ", "Rio de Janeiro")),
    "CHE": (("CH-ZH", "Zürich"), ("CH-GE", "Genève; Genf")),
    "IND": (("IN-MH", "Maharashtra"),),
}  # fmt: skip


def _countries(_: Any, __: Any, ___: PathValues) -> dict[str, Any]:
    return {"countries": [{"codes": {"alpha2": two, "alpha3": three}, "name": name} for two, three, name in COUNTRIES]}


def _provinces(_: Any, __: Any, path: PathValues) -> dict[str, Any]:
    """Give the provinces of a country by either of its codes (assumed), none where it has none."""
    wanted = path["country_code"].upper()
    known = next((three for two, three, _ in COUNTRIES if wanted in {two, three}), None)
    if known is None:
        raise RestRefusal(404, "The requested resource was not found")
    return {"provinces": [{"code": code, "name": name, "country": known} for code, name in PROVINCES.get(known, ())]}


_COUNTRIES = Plain(path="locales/countries", value=_countries)
_PROVINCES = Plain(path="locales/countries/{country_code}/provinces", value=_provinces)


def _country(_: Any, __: Any, path: PathValues) -> dict[str, Any]:
    """Give a country by either of its codes (assumed)."""
    wanted = path["country_code"].upper()
    for found in _countries(None, None, path)["countries"]:
        if wanted in found["codes"].values():
            return dict(found)
    raise RestRefusal(404, "The requested resource was not found")


ROUTES: tuple[Route, ...] = (
    _COUNTRIES,
    _PROVINCES,
    one_of(_PROVINCES, "provinces", "locales/countries/{country_code}/provinces/{province_code}", "code"),
    Plain(path="locales/countries/{country_code}", value=_country),
)
