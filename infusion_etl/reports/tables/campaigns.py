"""Campaigns, the old follow-up sequences, templates and action sets."""

from infusion_etl.reports.columns import INTEGER, TEXT, Mapped, Path
from infusion_etl.reports.tables.table import ACTIVE, RestTable, Table, Within, entry, plain

CAMPAIGN = Table(
    name="Campaign",
    description="XML-RPC: the old follow-up sequences. REST: the campaigns of Campaign Builder, which came after them",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("Name", TEXT, "name"),
        entry(
            "Status", TEXT, Mapped(Path("published_status"), ACTIVE), "Active or Inactive; in REST: published or not"
        ),
    ),
    # Its filter finds a text anywhere in the name.
    rest=(RestTable(path="/v2/campaigns", records="campaigns", order="id asc"),),
)

_SEQUENCES = "REST has no old follow-up sequences; Campaign has the campaigns that came after them"

CAMPAIGN_STEP = Table(
    name="CampaignStep",
    description="Steps of the old follow-up sequences",
    fields=(*plain(INTEGER, "Id CampaignId TemplateId"), *plain(TEXT, "StepStatus StepTitle")),
    substitute=_SEQUENCES,
)

CAMPAIGNEE = Table(
    name="Campaignee",
    description="Which contact is in which old follow-up sequence, a row for each pair",
    fields=(
        entry("Id", INTEGER, None, "not in every list of the schema: asked for only by name"),
        entry("CampaignId", INTEGER),
        entry("Status", TEXT, None, "Active or Inactive"),
        entry("Campaign", TEXT, None, "the sequence's name"),
        entry("ContactId", INTEGER),
    ),
    key=("ContactId", "CampaignId"),
    left_out=frozenset({"Id"}),
    within=Within("Campaign", "CampaignId", by="ContactId"),
    substitute=_SEQUENCES,
)

TEMPLATE = Table(
    name="Template",
    description="The library of templates: e-mails, letters, tasks and so on",
    fields=(
        entry("Id", INTEGER),
        entry("PieceType", TEXT, None, "Email, Fax, Voice Broadcast, Letter, Task and so on"),
        *plain(TEXT, "PieceTitle Categories"),
    ),
    substitute="REST lists templates of e-mails alone; nothing here reads them yet",
)

ACTION_SEQUENCE = Table(
    name="ActionSequence",
    description="Saved action sets and who may see them",
    fields=(entry("Id", INTEGER), *plain(TEXT, "TemplateName VisibleToTheseUsers")),
    substitute="REST has no action sets; Campaign comes nearest",
)
