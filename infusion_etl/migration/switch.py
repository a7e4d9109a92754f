"""The switch: an account uses REST from now on."""

from __future__ import annotations

from dataclasses import replace

from infusion_etl.accounts.account import Api
from infusion_etl.accounts.store import AccountStore
from infusion_etl.errors import Mistake
from infusion_etl.migration.outlook import Outlook
from infusion_etl.settings import Project


def switch(project: Project, account: str) -> None:
    """Let an account use REST, durably; its key or tokens stay. Raises Mistake, Busy or StorageError: then nothing is
    changed.
    """  # noqa: D205 - one sentence
    store = AccountStore(project)
    with store.locked(account):
        known, secrets = store.read(account)
        store.write(replace(known, api=Api.REST), secrets)


def refuse_what_would_break(found: Outlook) -> None:
    """Raise Mistake, naming them, when there are datasets that REST cannot serve."""
    broken = [one.dataset.full_name for one in found.datasets if not one.served]
    if broken:
        raise Mistake(
            f"REST cannot serve {len(broken)} of {len(found.datasets)} datasets: {', '.join(broken)}",
            remedy="Change or remove them as said above, or switch all the same with --anyway",
        )
