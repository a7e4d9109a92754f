"""Affiliates and what belongs to them as rows of XML-RPC's tables."""

from __future__ import annotations

from infusion_etl.simulator.world.person_rows import Row, custom_cells, present
from infusion_etl.simulator.world.records import Affiliate, AffiliateResource
from infusion_etl.simulator.world.world import World


def affiliate_row(world: World, affiliate: Affiliate) -> Row:
    """Show an affiliate."""
    return present(
        {
            "Id": affiliate.id,
            "ContactId": affiliate.contact_id,
            "ParentId": affiliate.parent_id,
            "LeadAmt": affiliate.lead_amount / 100,
            "LeadPercent": affiliate.lead_percent,
            "SaleAmt": affiliate.sale_amount / 100,
            "SalePercent": affiliate.sale_percent,
            "PayoutType": 5 if affiliate.payout_on_payment else 4,
            "DefCommissionType": 2,
            "Status": int(affiliate.active),
            "AffName": affiliate.name,
            "Password": "not-a-real-password",
            "AffCode": affiliate.code,
            "NotifyLead": int(affiliate.notify_lead),
            "NotifySale": int(affiliate.notify_sale),
            "LeadCookieFor": affiliate.track_days,
        }
    ) | custom_cells(world, affiliate.custom)


def resource_row(resource: AffiliateResource) -> Row:
    """Show a resource; ResourceType has REST's words in another spelling, ProgramIds are joined by commas (assumed)."""
    return present(
        {
            "Id": resource.id,
            "Title": resource.title,
            "ResourceType": resource.kind.title(),
            "ResourceOrder": str(resource.order),
            "ResourceHTML": resource.html,
            "ResourceHREF": resource.url,
            "Notes": resource.notes,
            "ProgramIds": ",".join(str(each) for each in resource.program_ids),
        }
    )
