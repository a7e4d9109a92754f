"""Opportunities, stages, activities and subscriptions as rows of XML-RPC's tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from infusion_etl.simulator.world.payment_rows import MERCHANT_ID, card_id
from infusion_etl.simulator.world.person_rows import Cell, Row, custom_cells, person_row, present
from infusion_etl.simulator.world.records import Activity, Opportunity, Stage, StageMove, Subscription
from infusion_etl.simulator.world.table_fields import table_fields
from infusion_etl.simulator.world.world import World

PRIORITIES: Mapping[str, int] = {"CRITICAL": 1, "ESSENTIAL": 2, "NONESSENTIAL": 3}
"""ContactAction.Priority for REST's words (the numbers are assumed)."""

CYCLES: Mapping[str, str] = {"YEAR": "1", "MONTH": "2", "WEEK": "3", "DAY": "6"}
"""BillingCycle for REST's words (documented codes)."""


def dollars(cents: int | None) -> float | None:
    """Return cents as the tables show money."""
    return None if cents is None else cents / 100


def stage_row(stage: Stage) -> Row:
    """Show a stage."""
    return {
        "Id": stage.id,
        "StageName": stage.name,
        "StageOrder": stage.order,
        "TargetNumDays": stage.target_days,
    }


def lead_row(world: World, each: Opportunity) -> Row:
    """Show an opportunity."""
    cells: dict[str, Cell | None] = {
        "Id": each.id,
        "OpportunityTitle": each.title,
        "ContactID": each.contact_id,
        "AffiliateId": each.affiliate_id,
        "UserID": each.user_id,
        "StageID": each.stage_id,
        "StatusID": 0,
        "Leadsource": each.source,
        "Objection": each.objection,
        "ProjectedRevenueLow": dollars(each.low),
        "ProjectedRevenueHigh": dollars(each.high),
        "OpportunityNotes": each.notes,
        "DateCreated": each.created,
        "LastUpdated": each.updated,
        "LastUpdatedBy": each.updated_by,
        "CreatedBy": each.created_by,
        "EstimatedCloseDate": each.closes,
        "NextActionDate": each.next_action,
        "NextActionNotes": each.next_notes,
        "DateInStage": each.entered,
        "IncludeInForecast": int(each.forecast),
        "MonthlyRevenue": dollars(each.monthly),
        "OrderRevenue": dollars(each.ordered),
    }
    return present(cells) | custom_cells(world, each.custom)


def move_row(move: StageMove) -> Row:
    """Show a move between stages; who moved is who made the record (assumed)."""
    return present(
        {
            "Id": move.id,
            "OpportunityId": move.opportunity_id,
            "MoveDate": move.moved,
            "MoveToStage": move.to_stage,
            "MoveFromStage": move.from_stage,
            "PrevStageMoveDate": move.before,
            "CreatedBy": move.user_id,
            "DateCreated": move.created,
            "UserId": move.user_id,
        }
    )


def action_row(world: World, each: Activity) -> Row:
    """Show a task, a note or an appointment."""
    reminds = each.due - timedelta(minutes=each.remind) if each.due and each.remind else None
    cells: dict[str, Cell | None] = {
        "Id": each.id,
        "ContactId": each.contact_id,
        "OpportunityId": each.opportunity_id,
        "ActionType": each.type,
        "ActionDescription": each.title,
        "CreationDate": each.created,
        "CreationNotes": each.text,
        "CompletionDate": each.completed,
        "ActionDate": each.due,
        "EndDate": each.ends,
        "PopupDate": reminds,
        "UserID": each.user_id,
        "Accepted": int(each.accepted),
        "CreatedBy": each.created_by,
        "LastUpdated": each.updated,
        "LastUpdatedBy": each.updated_by,
        "Priority": PRIORITIES[each.priority] if each.priority else None,
        "IsAppointment": int(each.kind == "Appointment"),
        "ObjectType": each.kind,
    }
    return present(cells) | custom_cells(world, each.custom)


def subscription_row(world: World, each: Subscription) -> Row:
    """Show a subscription."""
    return present(
        {
            "Id": each.id,
            "ContactId": each.contact_id,
            "OriginatingOrderId": each.order_id,
            "ProgramId": each.plan_id,
            "SubscriptionPlanId": each.plan_id,
            "ProductId": each.product_id,
            "StartDate": each.starts,
            "EndDate": each.ends,
            "LastBillDate": each.last_bill,
            "NextBillDate": each.next_bill,
            "PaidThruDate": each.last_bill,
            "BillingCycle": CYCLES[each.cycle],
            "Frequency": each.frequency,
            "BillingAmt": dollars(each.amount),
            "Status": "Active" if each.active else "Inactive",
            "ReasonStopped": each.reason_stopped,
            "AutoCharge": int(each.auto_charge),
            "CC1": card_id(each.contact_id),
            "CC2": 0,
            "NumDaysBetweenRetry": each.retry_days,
            "MaxRetry": each.retries,
            "MerchantAccountId": MERCHANT_ID,
            "AffiliateId": each.sale_affiliate_id,
            "PromoCode": each.promo_code,
            "LeadAffiliateId": each.lead_affiliate_id,
            "Qty": each.quantity,
            "ShippingOptionId": each.shipping_option_id,
            "PaymentGatewayId": MERCHANT_ID,
        }
    ) | custom_cells(world, each.custom)


def subscription_and_person_row(world: World, each: Subscription) -> Row:
    """Show a subscription with who has it; the person's columns are absent when they were deleted (assumed)."""
    known = table_fields("RecurringOrderWithContact")
    person = world.people.get(each.contact_id)
    cells = {**(person_row(world, person) if person else {}), **subscription_row(world, each)}
    cells["RecurringOrderId"] = each.id
    return {name: cell for name, cell in cells.items() if name in known}
