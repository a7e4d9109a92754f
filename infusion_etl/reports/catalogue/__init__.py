"""The catalogue: every report, one entry each. Adding one means adding an entry to a file of this folder.

Titles are Domo's, so that its users find what they know. Tests, documentation, CLI and Dagster iterate CATALOGUE.
"""

from collections.abc import Mapping

from infusion_etl.reports.catalogue.affiliate_programs import AFFILIATE_PROGRAM_REPORTS
from infusion_etl.reports.catalogue.affiliates import AFFILIATE_REPORTS
from infusion_etl.reports.catalogue.contacts import CONTACT_REPORTS
from infusion_etl.reports.catalogue.data import DATA_REPORTS
from infusion_etl.reports.catalogue.discounts import DISCOUNT_REPORTS
from infusion_etl.reports.catalogue.invoices import INVOICE_REPORTS
from infusion_etl.reports.catalogue.others import OTHER_REPORTS
from infusion_etl.reports.catalogue.resources import RESOURCE_REPORTS
from infusion_etl.reports.catalogue.searches import SEARCH_REPORTS
from infusion_etl.reports.catalogue.shipping import SHIPPING_REPORTS
from infusion_etl.reports.report import Report

CATALOGUE: Mapping[str, Report] = {
    report.name: report
    for report in (
        *AFFILIATE_REPORTS,
        *AFFILIATE_PROGRAM_REPORTS,
        *CONTACT_REPORTS,
        *DATA_REPORTS,
        *DISCOUNT_REPORTS,
        *INVOICE_REPORTS,
        *OTHER_REPORTS,
        *SEARCH_REPORTS,
        *SHIPPING_REPORTS,
        *RESOURCE_REPORTS,
    )
}
