"""The account that is soaked: two APIs, each by OAuth with tokens that live for seconds, and their datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Api, Sign
from infusion_etl.accounts.secret import OAuthSecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_CLIENT, SimulatorConfig
from infusion_etl.simulator.oauth import Grant
from infusion_etl.simulator.server import Running
from infusion_etl_tests.bench import Bench

TOKEN_LIFE = timedelta(seconds=12)
SINCE = "'LastUpdated':'~>=~LastSuccessfulRun'"
SWEPT = {"do": "remove", "every": "1 minute", "at_most": "100%"}
"""A minute is the shortest interval; after a revert any share of a table may be gone from the account."""

UNTIL_SWEPT = 61.0
"""Seconds until every dataset that removes is due to look for what is gone."""


@dataclass(frozen=True)
class Soaked:
    """One dataset: its account (named as its API), table and update method; `search` or a list's `report` instead.

    A list that is merged loses the rows of what is gone from the account.
    """

    name: str
    account: str
    table: str
    update: str = "replace"
    search: bool = False
    report: str = ""

    @property
    def sweeps(self) -> bool:
        """Whether its table is to lose what the account has lost."""
        return bool(self.report) and self.update == "merge"

    def facts(self, search: int) -> Mapping[str, Any]:
        """Return what the dataset's file says."""
        if self.report:
            deletes = {"deletes": SWEPT} if self.sweeps else {}
            return {"account": self.account, "report": self.report, "update": self.update, **deletes}
        asked: dict[str, Any] = {"saved_search": search} if self.search else {"table": self.table}
        if self.update == "merge":
            asked["query"] = SINCE
        report = "saved_search" if self.search else "data_query"
        return {"account": self.account, "report": report, "parameters": asked, "update": self.update}


DATASETS = (
    Soaked("rest_people", "rest", "Contact"),
    Soaked("rest_changed", "rest", "Contact", "merge"),
    Soaked("rest_tags", "rest", "ContactGroup"),
    Soaked("rest_tagged", "rest", "ContactGroupAssign"),
    Soaked("rest_orders", "rest", "Job"),
    Soaked("rest_log", "rest", "ContactGroup", "append"),
    Soaked("xmlrpc_people", "xmlrpc", "Contact"),
    Soaked("xmlrpc_changed", "xmlrpc", "Contact", "merge"),
    Soaked("xmlrpc_items", "xmlrpc", "OrderItem"),
    Soaked("xmlrpc_log", "xmlrpc", "ContactGroup", "append"),
    Soaked("xmlrpc_found", "xmlrpc", "", search=True),
    Soaked("list_contacts", "rest", "", "merge", report="contacts"),  # by a filter
    Soaked("list_tags", "rest", "", "merge", report="tags"),  # by a filter
    Soaked("list_opportunities", "rest", "", "merge", report="opportunities"),  # by its order
    Soaked("list_products", "rest", "", "merge", report="products"),  # by its order
    Soaked("list_orders", "rest", "", "merge", report="orders"),  # by a filter, with a table of items
    Soaked("list_options", "rest", "", report="product_options"),  # a call for each product, several at once
)


def config(seed: int, contacts: int) -> SimulatorConfig:
    """Return an account with Keap's own limits and short-lived tokens, whose journal forgets nothing."""
    return SimulatorConfig(contacts=contacts, seed=seed, access_token_life=TOKEN_LIFE, journal_length=5_000_000)


@dataclass
class Scene:
    """The project, the simulator, the grant behind each account, and who has been deleted meanwhile."""

    bench: Bench
    grants: dict[str, Grant] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    @property
    def project(self) -> Project:
        """The project folder."""
        return self.bench.project

    @property
    def store(self) -> AccountStore:
        """The accounts of the project."""
        return AccountStore(self.project)

    def sign_in(self, name: str) -> None:
        """Connect an account by a new grant, as a person's consent would."""
        simulator = self.bench.simulator.simulator
        pair = simulator.office.issue(DEMO_CLIENT.client_id, simulator.clock.now())
        self.grants[name] = simulator.office.grants[-1]
        now = datetime.now(UTC)
        secrets = OAuthSecrets(
            client_id=DEMO_CLIENT.client_id,
            client_secret=SecretStr(DEMO_CLIENT.client_secret),
            access_token=SecretStr(pair["access_token"]),
            refresh_token=SecretStr(pair["refresh_token"]),
            issued=now,
            expires=now + timedelta(seconds=pair["expires_in"]),
        )
        self.store.write(account_of(name, self.bench.simulator, secrets), secrets)

    def token_is_kept(self, name: str) -> bool:
        """Tell whether the refresh token on the disk is the one that Keap would take; the account's lock is held."""
        _, secrets = self.store.read(name)
        grant = self.grants[name]
        kept = isinstance(secrets, OAuthSecrets) and secrets.refresh_token.get_secret_value() == grant.refresh_token
        return kept and not grant.locked_out


def account_of(name: str, simulator: Running, secrets: OAuthSecrets) -> Account:
    """Return the account that reaches the simulator through the API of its name."""
    return Account(
        name,
        api=Api(name),
        sign=Sign.OAUTH,
        api_url=simulator.url,
        token_url=simulator.token_url,
        authorize_url=simulator.authorize_url,
        client=secrets.client,
    )


def set_scene(folder: Path, simulator: Running) -> Scene:
    """Make the project, its accounts and its datasets."""
    project = Project(folder)
    project.datasets.mkdir(parents=True)
    (folder / "workspace.yaml").write_text("", encoding="utf-8")
    scene = Scene(Bench(project, simulator))
    for api in Api:
        scene.sign_in(api.value)
    search = next(iter(simulator.simulator.world.saved_searches)).id
    for one in DATASETS:
        scene.bench.write(one.name, **one.facts(search))
    return scene
