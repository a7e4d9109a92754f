"""The account's custom fields themselves: fields, the headers and the tabs they stand under.

REST has a list of each for every kind of record; notes and appointments share the fields of tasks (one form id).
"""

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.columns import INTEGER, TEXT, Context, Joined, Mapped, Path, Without
from infusion_etl.reports.custom_fields import TYPES
from infusion_etl.reports.tables.table import RestTable, Table, entry

_FORMS = (
    ("contacts", "-1"),
    ("affiliates", "-3"),
    ("opportunities", "-4"),
    ("tasks", "-5"),
    ("companies", "-6"),
    ("orders", "-9"),
    ("subscriptions", "-10"),
)
"""FormId by REST's name for the kind of record (documented; -6 and -10 seen)."""


def _lists(path: str, records: str) -> tuple[RestTable, ...]:
    return tuple(
        RestTable(
            path=f"/v2/{kind}/{path}",
            records=records,
            single=False,
            context=(("form", form),),
            paging=RestPaging.NONE,
        )
        for kind, form in _FORMS
    )


_FORM = "-1 Contact, -3 Affiliate, -4 Lead, -5 ContactAction, -6 Company, -9 Job, -10 RecurringOrder"

DATA_FORM_FIELD = Table(
    name="DataFormField",
    description="Custom fields of every kind of record",
    fields=(
        entry("Id", INTEGER, "id"),
        entry(
            "DataType",
            INTEGER,
            Mapped(Path("field_type"), tuple((word, str(code)) for code, word, _ in TYPES)),
            "1 phone ... 25 list box of users",
        ),
        entry("FormId", INTEGER, Context("form"), _FORM),
        entry("GroupId", INTEGER, "group_id"),
        entry("Name", TEXT, Without(Path("field_name"), "_"), "without the underscore that queries put before it"),
        entry("Label", TEXT, "label"),
        entry("DefaultValue", TEXT, "default_value"),
        entry("Values", TEXT, Joined(Path("options"), ("label",), "\n"), "what can be chosen, one a line"),
        entry("ListRows", INTEGER),
    ),
    rest=_lists("model", "custom_fields"),
)

DATA_FORM_GROUP = Table(
    name="DataFormGroup",
    description="Headers under which custom fields stand",
    fields=(entry("Id", INTEGER, "id"), entry("TabId", INTEGER, "tab_id"), entry("Name", TEXT, "name")),
    rest=_lists("model/customFields/groups", "groups"),
)

DATA_FORM_TAB = Table(
    name="DataFormTab",
    description="Tabs that hold the headers of custom fields",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("FormId", INTEGER, Context("form"), _FORM),
        entry("TabName", TEXT, "name"),
    ),
    rest=_lists("model/customFields/tabs", "tabs"),
)
