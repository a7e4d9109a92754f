"""Where custom fields stand on the forms: tabs, and groups in them, of each kind of record."""

from __future__ import annotations

from collections.abc import Iterator

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.catalogue.resources.members import numbers, of, texts
from infusion_etl.reports.catalogue.resources.new import Whole
from infusion_etl.reports.columns import INTEGER

_KINDS = (
    ("affiliate", "affiliates"),
    ("company", "companies"),
    ("contact", "contacts"),
    ("note", "notes"),
    ("opportunity", "opportunities"),
    ("order", "orders"),
    ("subscription", "subscriptions"),
    ("task", "tasks"),
)


def _forms(one: str, many: str) -> Iterator[Entry]:
    base = f"/v2/{many}/model/customFields"
    for word, columns, table in (("tab", ("order",), "DataFormTab"), ("group", ("order", "tab_id"), "DataFormGroup")):
        yield Entry(
            name=f"{one}_field_{word}s",
            path=f"{base}/{word}s",
            records=f"{word}s",
            description=f"The {word}s that the custom fields of {many} stand in",
            columns=(of("id", INTEGER), *texts("name"), *numbers(*columns), *texts("record_type")),
            new=Whole("one call brings all"),
            paging=RestPaging.NONE,
            table=table,
        )


CUSTOM_FIELD_FORMS = tuple(entry for kind in _KINDS for entry in _forms(*kind))
