"""The resource reports: REST's own lists under REST's own names, one entry each.

Objects become columns, lists keyed by a field become columns (`email1`, `billing_line1`), other lists stay lists.
Amounts come as decimals of the main unit, the currency beside them; inside lists they stay as REST gives them.
"""

from infusion_etl.reports.catalogue.resources.custom_field_forms import CUSTOM_FIELD_FORMS
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.catalogue.resources.marketing import MARKETING
from infusion_etl.reports.catalogue.resources.partners import PARTNERS
from infusion_etl.reports.catalogue.resources.people import PEOPLE
from infusion_etl.reports.catalogue.resources.pipeline import PIPELINE
from infusion_etl.reports.catalogue.resources.sales import SALES
from infusion_etl.reports.catalogue.resources.settings import SETTINGS
from infusion_etl.reports.catalogue.resources.shop import SHOP
from infusion_etl.reports.catalogue.resources.version_one import VERSION_ONE

ENTRIES: tuple[Entry, ...] = (
    *PEOPLE,
    *PIPELINE,
    *SALES,
    *SHOP,
    *MARKETING,
    *PARTNERS,
    *SETTINGS,
    *CUSTOM_FIELD_FORMS,
    *VERSION_ONE,
)

RESOURCE_REPORTS = tuple(entry.report() for entry in ENTRIES)
