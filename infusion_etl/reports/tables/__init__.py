"""The tables of Infusionsoft's schema that `data_query` and `record_by_id` read; adding one is one entry here.

Fields, types and names: the public table schema (XML-RPC); their REST counterparts: the OpenAPI document of REST v2.
"""

from collections.abc import Mapping

from infusion_etl.reports.tables.affiliate import AFFILIATE
from infusion_etl.reports.tables.company import COMPANY
from infusion_etl.reports.tables.contact import CONTACT
from infusion_etl.reports.tables.contact_group import CONTACT_GROUP
from infusion_etl.reports.tables.job import JOB
from infusion_etl.reports.tables.product import PRODUCT
from infusion_etl.reports.tables.table import Table

TABLES: Mapping[str, Table] = {
    table.name: table for table in (CONTACT, COMPANY, CONTACT_GROUP, JOB, PRODUCT, AFFILIATE)
}

__all__ = ["TABLES", "Table"]
