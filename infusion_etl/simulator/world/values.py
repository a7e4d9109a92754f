"""Where the people's values are drawn from, and the values that bite."""

from __future__ import annotations

from infusion_etl.simulator.world.records import Address, Phone

GIVEN_NAMES: tuple[str | None, ...] = (
    "Mary", "John", "Priya", "Wei", "Fatima", "José", "Zoë", "Søren", "Aoife", "Nguyễn", "Łukasz", "Ian", "Mark",
    "Marta",
    "Ruth", "Noah", "Emma", "Liam", "Olga", "Amina", "Hana", "Yusuf", "Ada", "Alan", "Grace", "Linus", "Margaret",
    "Dennis",
    "Barbara", "Ken", "Tim", "Radia", "Vint", "Frances", "Edsger", None, "Anne-Marie", "Jean Luc", "D'Arcy",
)  # fmt: skip
FAMILY_NAMES: tuple[str | None, ...] = (
    "Smith", "Smithers", "O'Neil", "García", "Müller", "Østergård", "Nakamura", "Kowalski", "Van der Berg", "Singh",
    "Okafor",
    "Ivanova", "Haddad", "Cohen", "Rossi", "Silva", "Dubois", "Novák", "Papadopoulos", "Lee", "Kim", "Chen", "Ali",
    "Brown",
    "Jones", "Taylor", "Moore", "Clark", "Lewis", "Hall", "Young", "King", "Wright", "Hill", "Green", "Baker", None,
)  # fmt: skip
MIDDLE_NAMES: tuple[str | None, ...] = (None, None, None, "J.", "Robert", "de la", "")
TITLES: tuple[str | None, ...] = (None, None, "Dr.", "Ms.", "Mr.")
SUFFIXES: tuple[str | None, ...] = (None, None, None, None, "Jr", "III")
JOB_TITLES: tuple[str | None, ...] = (
    None,
    "Engineer",
    "CEO",
    'Head of "Growth"',
    "Buyer; Planner",
    "Nurse",
    "Teacher, retired",
)
PERSON_KINDS: tuple[str | None, ...] = (None, "Prospect", "Customer", "Partner")
WEBSITES: tuple[str | None, ...] = (None, None, "https://example.com", "http://example.org/~me?a=1&b=2")
NOTES: tuple[str | None, ...] = (None, None, None, "Called twice.\nWants a quote.", "Prefers e-mail", "")
TIME_ZONES: tuple[str | None, ...] = (None, "America/New_York", "America/Denver", "Europe/Lisbon")
LANGUAGES: tuple[str | None, ...] = (None, "en_US", "es_MX", "de_DE")
SOURCES = ("UNKNOWN", "API", "IMPORT", "MANUAL", "WEBFORM", "LANDING_PAGE", "APPOINTMENT")
SCORES: tuple[str | None, ...] = (None, "0", "15", "85", "100")
REFERRALS: tuple[str | None, ...] = (None, None, "REF2026", "0042")

_USA = ("United States", "USA")
_PLACES: tuple[tuple[str, str, str, str, tuple[str, str]], ...] = (
    ("Ogden", "Utah", "US-UT", "84401", _USA),
    ("Provo", "Utah", "US-UT", "84604", _USA),
    ("Chandler", "Arizona", "US-AZ", "85001", _USA),
    ("Phoenix", "Arizona", "US-AZ", "85004", _USA),
    ("Boston", "Massachusetts", "US-MA", "02134", _USA),
    ("Holtsville", "New York", "US-NY", "00501", _USA),
    ("São Paulo", "São Paulo", "BR-SP", "01310-100", ("Brazil", "BRA")),
    ("Zürich", "Zürich", "CH-ZH", "8001", ("Switzerland", "CHE")),
    ("Mumbai", "Maharashtra", "IN-MH", "400001", ("India", "IND")),
)
_STREETS = (
    "1 Main St",
    "22 Acacia Avenue",
    "Apt. 4, 77 Elm",
    'The "Old" Mill',
    "5 O'Connell Street",
    "Rua Augusta, 1500",
)


def addresses() -> tuple[Address | None, ...]:
    """Every street in every place, some with a second line or a ZIP+4, and now and then none."""
    found: list[Address | None] = []
    for number, (city, region, code, postal, country) in enumerate(_PLACES):
        for street in _STREETS:
            found.append(
                Address(
                    line1=street,
                    line2=("Suite 100", "", None)[len(found) % 3],
                    city=city,
                    region=region,
                    region_code=code,
                    postal_code=postal,
                    zip_four=f"{number:04d}" if country is _USA else None,
                    country=country[0],
                    country_code=country[1],
                )
            )
        found.append(None)
    return tuple(found)


def phones() -> tuple[Phone | None, ...]:
    """Telephone numbers as people write them, and none."""
    written = ("(801) 555-0123", "8015550124", "+1 602 555 0125", "0044 20 7946 0018", "555-0126", "0015551234567")
    kinds = ("Work", "Home", "Mobile", None)
    full = [Phone(number=number, extension=extension, kind=kinds[place % 4])
            for place, number in enumerate(written) for extension in (None, "007")]  # fmt: skip
    return (*full, None, None)
