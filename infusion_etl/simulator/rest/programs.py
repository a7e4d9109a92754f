"""What belongs to commission programs: their resources; and one tracking link."""

from __future__ import annotations

from infusion_etl.simulator.rest.affiliates import LINK_MEMBERS
from infusion_etl.simulator.rest.listing import Route
from infusion_etl.simulator.rest.shelves import OnShelf, those
from infusion_etl.simulator.rest.values import text_id

_RESOURCES = OnShelf(
    name="resources",
    members={
        "id": lambda _, resource: str(resource.id),
        "title": lambda _, resource: resource.title,
        "type": lambda _, resource: resource.kind,
        "notes": lambda _, resource: resource.notes,
        "url": lambda _, resource: resource.url,
        "order": lambda _, resource: resource.order,
        "content_html": lambda _, resource: resource.html,
        "page_width": lambda _, resource: resource.width,
        "page_height": lambda _, resource: resource.height,
        "commission_programs": lambda _, resource: [
            {"commission_program_id": text_id(each)} for each in resource.program_ids
        ],
    },
)
_LINKS = OnShelf(name="links", members=LINK_MEMBERS)

ROUTES: tuple[Route, ...] = (
    _RESOURCES.whole(
        "affiliates/commissionPrograms/{commission_program_id}/resources",
        "resources",
        those("resources", lambda resource, program_id: program_id in resource.program_ids, "programs"),
    ),
    _LINKS.single("affiliates/redirects/{redirect_id}"),
)
