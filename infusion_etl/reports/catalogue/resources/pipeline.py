"""Opportunities and what is done for contacts: notes, tasks, appointments."""

from __future__ import annotations

from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.catalogue.resources.members import amounts, flags, inside, moments, numbers, of, parent, texts
from infusion_etl.reports.catalogue.resources.new import Changed, Newest, Whole
from infusion_etl.reports.catalogue.resources.people import CONTACTS
from infusion_etl.reports.columns import INTEGER, MOMENT, TEXT, TEXTS, structs

_SINCE_WHAT = "; of its filter since_time Keap does not say which time it means"
_CHECKLIST = structs(id="BIGINT", description="VARCHAR", required="BOOLEAN", order="BIGINT")
_DONE = structs(
    id="BIGINT",
    description="VARCHAR",
    required="BOOLEAN",
    instance_id="BIGINT",
    item_order="BIGINT",
    done_date="TIMESTAMPTZ",
)
_OPPORTUNITY = (
    of("id", INTEGER),
    *texts("opportunity_title"),
    of("contact_id", INTEGER, "contact", "id"),
    *inside("contact", ("email", "first_name", "last_name", "company_name", "job_title"), "contact"),
    *inside("contact", ("phone_number", "city", "state"), "contact"),
    of("stage_id", INTEGER, "stage", "id"),
    of("stage_name", TEXT, "stage", "name"),
    *inside("stage", ("probability", "stage_order", "target_num_days"), "stage", "details", kind=INTEGER),
    of("stage_reasons", TEXTS, "stage", "reasons"),
    of("stage_checklist_items", _DONE, "stage", "details", "checklist_items"),
    of("user_id", INTEGER, "user", "id"),
    *inside("user", ("first_name", "last_name"), "user"),
    *moments("next_action_time"),
    *texts("next_action_notes", "opportunity_notes"),
    *moments("estimated_close_time"),
    *flags("include_in_forecast"),
    *amounts("projected_revenue_low", "projected_revenue_high"),
    *numbers("affiliate_id"),
    *texts("lead_source"),
    *numbers("status_id", "created_by"),
    *moments("created_time"),
    *numbers("last_updated_by"),
    *moments("last_updated_time"),
)
_NOTE = (
    of("id", INTEGER),
    *numbers("contact_id"),
    *texts("title", "text", "type"),
    of("assigned_to_user_id", INTEGER, "assigned_to_user", "id"),
    *inside("assigned_to_user", ("given_name", "family_name"), "assigned_to_user"),
    of("assigned_to_user_email", TEXT, "assigned_to_user", "email_address"),
    *moments("pinned_at"),
    *numbers("created_by_user_id"),
    *moments("create_time"),
    *numbers("last_updated_by_user_id"),
    *moments("update_time"),
)
_TASK = (
    of("id", INTEGER),
    *texts("title", "description", "type", "priority"),
    *flags("completed", "accepted"),
    *numbers("contact_id", "opportunity_id", "assigned_to_user_id", "remind_time_mins"),
    *moments("due_time", "completion_time"),
    *numbers("created_by_user_id"),
    *moments("create_time"),
    *numbers("last_updated_by_user_id"),
    *moments("modification_time"),
)

PIPELINE = (
    Entry(
        name="opportunities",
        path="/v2/opportunities",
        records="opportunities",
        description="All opportunities, with stage, contact and custom fields",
        columns=_OPPORTUNITY,
        new=Newest(
            "update_time desc", "last_updated_time", "the list orders by the time of change, and does not filter by it"
        ),
        order="created_time asc",
        # Those of the old kind of opportunities are left out: an account without them refuses to be asked.
        fields=frozenset({"custom_fields", "created_by", "last_updated_by", "status_id"}),
        ids="ids",
        model="/v2/opportunities/model",
        table="Lead",
    ),
    Entry(
        name="opportunity_stages",
        path="/v2/opportunities/stages",
        records="stages",
        description="The stages of opportunities, with their check-lists",
        columns=(
            of("id", INTEGER),
            *texts("name"),
            *numbers("order", "target_number_days", "probability"),
            of("checklist_items", _CHECKLIST),
            *moments("created_time", "updated_time"),
        ),
        new=Whole("the list neither filters nor orders by the time of change"),
        order="stage_order asc",
        table="Stage",
    ),
    Entry(
        name="opportunity_stage_moves",
        path="/v2/opportunities/stageMoves",
        records="stage_moves",
        description="Every move of an opportunity from stage to stage",
        columns=(
            of("id", INTEGER),
            *numbers("opportunity_id", "move_from_stage_id", "move_to_stage_id", "user_id", "created_by"),
            *moments("move_time", "prev_stage_move_time", "create_time"),
        ),
        new=Newest(
            "id desc", "create_time", "moves do not change once they are there; the list orders by id, the last first"
        ),
        order="id asc",
        table="StageMove",
    ),
    Entry(
        name="notes",
        path="/v2/notes",
        records="notes",
        description="All notes on contacts, with custom fields",
        columns=_NOTE,
        new=Newest("update_time desc", "update_time", f"the list orders by the time of change{_SINCE_WHAT}"),
        order="id asc",
        fields=frozenset({"custom_fields"}),
        ids="ids",
        cut="id",
        model="/v2/notes/model",
        table="ContactAction",
    ),
    Entry(
        name="notes_of_contacts",
        path="/v2/contacts/{contact_id}/notes",
        records="notes",
        description="The notes of each contact, a call for each contact. notes has the same and costs far less",
        columns=(parent("contact_id"), *(column for column in _NOTE if column.name != "contact_id")),
        new=Whole("it costs a call for each contact, new or not"),
        order="id asc",
        parents=CONTACTS,
        table="ContactAction",
    ),
    Entry(
        name="note_templates",
        path="/v2/notes/templates",
        records="note_templates",
        description="The templates of notes",
        columns=(
            of("id", INTEGER),
            *texts("title", "description", "action_type"),
            *numbers("assignment_user_id"),
            of("notify_users", TEXTS),
        ),
        new=Whole("the list neither filters nor orders by the time of change"),
    ),
    Entry(
        name="tasks",
        path="/v2/tasks",
        records="tasks",
        description="All tasks, with custom fields",
        columns=_TASK,
        new=Newest("update_time desc", "modification_time", f"the list orders by the time of change{_SINCE_WHAT}"),
        order="id asc",
        fields=frozenset({"custom_fields"}),
        ids="task_ids",
        cut="id",
        model="/v2/tasks/model",
        table="ContactAction",
    ),
    Entry(
        name="task_appointments",
        path="/v2/taskAppointments",
        records="taskAppointments",
        description="All appointments; Keap has this list since October 2026",
        columns=(
            of("id", INTEGER),
            *texts("title", "description", "location"),
            *numbers("contact_id", "user_id"),
            of("start_time", MOMENT),
            of("end_time", MOMENT),
            *moments("create_time", "update_time"),
        ),
        new=Changed("update_time", "update_time", "the list filters by the time of change", clause=">="),
        order="create_time asc",
        table="ContactAction",
    ),
)
