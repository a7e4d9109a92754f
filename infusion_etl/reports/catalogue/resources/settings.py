"""What an account has set up beside its records: files, saved reports, countries, other programs."""

from __future__ import annotations

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.catalogue.resources.entry import Entry, Parents
from infusion_etl.reports.catalogue.resources.members import flags, moments, numbers, of, parent, texts
from infusion_etl.reports.catalogue.resources.new import Newest, Whole
from infusion_etl.reports.columns import INTEGER, TEXT, TEXTS, Path

SETTINGS = (
    Entry(
        name="files",
        path="/v2/files",
        records="files",
        description="All files, without their contents: get_file reads one",
        columns=(
            of("id", INTEGER),
            *texts("file_name", "category", "file_box_type"),
            *numbers("file_size", "contact_id", "created_by_id"),
            *flags("is_public"),
            *texts("remote_file_key"),
            *moments("created_time", "updated_time"),
        ),
        new=Newest(
            "updated_time desc",
            "updated_time",
            "the list orders by the time of change; its filters by time take one moment alone",
        ),
        table="FileBox",
    ),
    Entry(
        name="saved_reports",
        path="/v2/reporting/reports",
        records="reports",
        description="The saved searches and reports of all users: what the report saved_search can run",
        columns=(
            of("id", INTEGER),
            *texts("name"),
            of("user_ids", TEXTS, description="ids, or ALL_USERS"),
            *moments("created_time", "updated_time"),
        ),
        new=Whole("the list filters by when one was made, and not by when it changed"),
        order="created_time asc",
        table="SavedFilter",
    ),
    Entry(
        name="countries",
        path="/v2/locales/countries",
        records="countries",
        description="The countries that Keap knows, with their codes",
        columns=(
            of("alpha3", TEXT, "codes", "alpha3"),
            of("alpha2", TEXT, "codes", "alpha2"),
            *texts("name"),
        ),
        key=("alpha3",),
        new=Whole("one call brings all"),
        paging=RestPaging.NONE,
    ),
    Entry(
        name="provinces",
        path="/v2/locales/countries/{country_code}/provinces",
        records="provinces",
        description="The provinces and states of each country, a call for each country",
        columns=(parent("country_code", kind=TEXT), *texts("code", "name", "country")),
        key=("country_code", "code"),
        new=Whole("it costs a call for each country, new or not"),
        paging=RestPaging.NONE,
        # That the path takes three letters is assumed, as the filters of contacts do.
        parents=Parents("/v2/locales/countries", "countries", id=Path("codes", "alpha3"), paging=RestPaging.NONE),
    ),
    Entry(
        name="wordpress_options",
        path="/v2/integrations/wordpress/options",
        records="wordpress_opt_in_options",
        description="The ways to opt in that the WordPress plugin offers",
        columns=texts("key", "name"),
        key=("key",),
        new=Whole("one call brings all"),
        paging=RestPaging.NONE,
    ),
)
