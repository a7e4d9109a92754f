"""Pages that the account has, the same through every face."""

from __future__ import annotations

from html import escape

from infusion_etl.simulator.world.records import WebForm


def form_html(form: WebForm) -> str:
    """Return a web form as HTML (what stands in it is made up)."""
    return (
        f'<form accept-charset="UTF-8" action="https://example.com/app/form/process/{form.xid}" method="POST">'
        f'<input name="inf_form_xid" type="hidden" value="{form.xid}"/>'
        f'<input name="inf_form_name" type="hidden" value="{escape(form.name)}"/>'
        '<input id="inf_field_Email" name="inf_field_Email" type="text"/></form>'
    )
