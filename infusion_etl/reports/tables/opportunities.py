"""Opportunities, their stages and what they are about."""

from infusion_etl.reports.columns import INTEGER, MOMENT, MONEY, TEXT, Path
from infusion_etl.reports.pushdown import by_id, by_prefix, by_reference
from infusion_etl.reports.tables.table import RestTable, Table, entry, flag, plain

_LEGACY = frozenset({"monthly_revenue", "order_revenue", "objection", "stage_entrance_time"})
"""Members that only accounts with legacy opportunities have; others may refuse to be asked (assumed)."""

LEAD = Table(
    name="Lead",
    description="Opportunities; carries custom fields",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("OpportunityTitle", TEXT, "opportunity_title"),
        entry("ContactID", INTEGER, Path("contact", "id")),
        entry("AffiliateId", INTEGER, "affiliate_id"),
        entry("UserID", INTEGER, Path("user", "id")),
        entry("StageID", INTEGER, Path("stage", "id")),
        entry("StatusID", INTEGER, "status_id"),
        entry("Leadsource", TEXT, "lead_source"),
        entry("Objection", TEXT, "objection", "only with legacy opportunities: asked for by name"),
        entry("ProjectedRevenueLow", MONEY, "projected_revenue_low"),
        entry("ProjectedRevenueHigh", MONEY, "projected_revenue_high"),
        entry("OpportunityNotes", TEXT, "opportunity_notes"),
        entry("DateCreated", MOMENT, "created_time"),
        entry("LastUpdated", MOMENT, "last_updated_time"),
        entry("LastUpdatedBy", INTEGER, "last_updated_by"),
        entry("CreatedBy", INTEGER, "created_by"),
        entry("EstimatedCloseDate", MOMENT, "estimated_close_time"),
        entry("NextActionDate", MOMENT, "next_action_time"),
        entry("NextActionNotes", TEXT, "next_action_notes"),
        entry("DateInStage", MOMENT, "stage_entrance_time", "only with legacy opportunities: asked for by name"),
        flag("IncludeInForecast", "include_in_forecast"),
        entry("MonthlyRevenue", MONEY, "monthly_revenue", "only with legacy opportunities: asked for by name"),
        entry("OrderRevenue", MONEY, "order_revenue", "only with legacy opportunities: asked for by name"),
    ),
    rest=(
        RestTable(
            path="/v2/opportunities",
            records="opportunities",
            optional=frozenset({"custom_fields", "created_by", "last_updated_by", "status_id"}) | _LEGACY,
            filters={
                "Id": by_id("opportunity_id", many="ids", most=100),
                "ContactID": by_reference("contact_id"),
                "UserID": by_reference("user_id"),
                "StageID": by_reference("stage_id"),
                "AffiliateId": by_reference("affiliate_id"),
                "OpportunityTitle": by_prefix("opportunity_title"),
                "Leadsource": by_prefix("lead_source_name"),
            },
        ),
    ),
    form=-4,
    model="/v2/opportunities/model",
    cursor="LastUpdated",
    left_out=frozenset({"Objection", "DateInStage", "MonthlyRevenue", "OrderRevenue"}),
)

STAGE = Table(
    name="Stage",
    description="Stages of opportunities",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("StageName", TEXT, "name"),
        entry("StageOrder", INTEGER, "order"),
        entry("TargetNumDays", INTEGER, "target_number_days"),
    ),
    rest=(
        RestTable(
            path="/v2/opportunities/stages",
            records="stages",
            filters={"Id": by_id("opportunity_stage_id"), "StageName": by_prefix("opportunity_stage_name")},
        ),
    ),
)

STAGE_MOVE = Table(
    name="StageMove",
    description="Every move of an opportunity from stage to stage",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("OpportunityId", INTEGER, "opportunity_id"),
        entry("MoveDate", MOMENT, "move_time"),
        entry("MoveToStage", INTEGER, "move_to_stage_id"),
        entry("MoveFromStage", INTEGER, "move_from_stage_id", "0 for the first move"),
        entry("PrevStageMoveDate", MOMENT, "prev_stage_move_time"),
        entry("CreatedBy", INTEGER, "created_by"),
        entry("DateCreated", MOMENT, "create_time"),
        entry("UserId", INTEGER, "user_id"),
    ),
    rest=(
        RestTable(
            path="/v2/opportunities/stageMoves",
            records="stage_moves",
            order="id asc",
            filters={"OpportunityId": by_reference("opportunity_id"), "UserId": by_reference("user_id")},
        ),
    ),
)

STATUS = Table(
    name="Status",
    description="Statuses of opportunities",
    fields=(entry("Id", INTEGER), *plain(TEXT, "StatusName StatusOrder TargetNumDays")),
    substitute="REST says only the StatusID of each opportunity, in Lead",
)

PRODUCT_INTEREST = Table(
    name="ProductInterest",
    description="Products and plans attached to opportunities and bundles",
    fields=(
        *plain(INTEGER, "Id ObjectId"),
        entry("ObjType", TEXT, None, "Bundle, Opportunity or Action"),
        entry("ProductId", INTEGER),
        entry("ProductType", TEXT, None, "Product or Program"),
        *plain(INTEGER, "Qty DiscountPercent SubscriptionPlanId"),
    ),
    substitute="REST has them of bundles only; ProductInterestBundle lists the bundles",
)

PRODUCT_INTEREST_BUNDLE = Table(
    name="ProductInterestBundle",
    description="Named bundles of products that an opportunity may be about",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("BundleName", TEXT, "name"),
        entry("Description", TEXT, "description"),
    ),
    rest=(RestTable(path="/v2/productInterestBundles", records="product_interest_bundles", order="name asc"),),
)

MTG_LEAD = Table(
    name="MtgLead",
    description="Mortgage data of opportunities, of a product that ended in 2013",
    fields=(
        entry("Id", INTEGER),
        *plain(MOMENT, "DateAppraisalOrdered DateAppraisalDone DateAppraisalReceived DateTitleOrdered"),
        *plain(MOMENT, "DateTitleReceived DateRateLocked DateRateLockExpires CreditReportDate ApplicationDate"),
        *plain(MOMENT, "ActualCloseDate FundingDate"),
        entry("OpportunityId", INTEGER),
        entry("EstimatedCloseDate", MOMENT),
        entry("MtgNotes", TEXT),
    ),
    # One client library alone names them.
    left_out=frozenset({"OpportunityId", "EstimatedCloseDate", "MtgNotes"}),
    substitute="nothing comes near it: the product behind it ended in 2013; Lead has the opportunities",
)
