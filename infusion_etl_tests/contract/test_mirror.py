"""A whole copy of an account: what it holds, what it costs to keep, and the views on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import Clock, ManualClock, SystemClock
from infusion_etl.datasets import schedule
from infusion_etl.keap.progress import Silent
from infusion_etl.mirror.choosing import Frame
from infusion_etl.mirror.mirroring import Mirror, look, write
from infusion_etl.mirror.probing import Why, lists
from infusion_etl.refresh import refresh
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.views import unmade_views
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench, make_bench
from infusion_etl_tests.contract.listed import Account

CONTACTS = 150
EVERY_KIND = (
    *("contacts", "companies", "users", "tags", "tag_contacts", "email_addresses", "opportunities", "notes", "orders"),
    *("payments", "subscriptions", "products", "product_options", "emails", "provinces", "automations", "referrals"),
    *("affiliates", "commissions_of_affiliates", "clawbacks_of_affiliates", "payments_to_affiliates"),
)
"""Lists of each kind: by filter, by order, whole, of many parents; and all that the views need."""


@dataclass(frozen=True)
class Mirrored:
    """A project with the mirror of an account, and the first copy of lists of each kind."""

    bench: Bench
    mirror: Mirror
    runs: dict[str, Run]

    def refresh(self, *names: str) -> dict[str, Run]:
        """Refresh datasets of the mirror; their files are read once."""
        chosen = load_project(self.bench.project).select(names)
        return {each.name: refresh(self.bench.project, each, clock=SystemClock(), progress=Silent()) for each in chosen}

    def rows(self, view: str) -> list[dict[str, Any]]:
        """Return the rows of a view."""
        return self.bench.rows(f"(SELECT *, 0 AS _batch_id, 0 AS _batch_last_run FROM rest.{view})")

    def one_day(self, *views: str) -> tuple[Any, ...]:
        """Return the day by which views are reckoned, and the rows of each: one transaction, so that no day begins."""
        with duckdb.connect(str(self.bench.project.published), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.begin()
            (today,) = connection.execute("SELECT current_date").fetchone() or ()
            asked = (connection.execute(f"SELECT * FROM rest.{view}") for view in views)
            names_and_rows = (([name for name, *_ in one.description or ()], one.fetchall()) for one in asked)
            return today, *([dict(zip(names, row, strict=True)) for row in rows] for names, rows in names_and_rows)

    def listed(self, path: str, member: str, **asked: str) -> list[Any]:
        """Return a list of the account by plain HTTP."""
        return Account(self.bench.simulator.url).listed(path, member, asked)


def mirrored(bench: Bench, *, force: bool = False, prefix: str = "", clock: Clock | None = None) -> Mirror:
    """Look at the account `rest`, as the command does."""
    block = {"every": "day", "at": "06:00"}
    read, _ = schedule.read(block, "UTC")
    assert read is not None
    account = AccountStore(bench.project).read("rest").account
    frame = Frame("rest", prefix, read, block)
    return look(bench.project, account, frame, clock or SystemClock(), lambda _: None, force=force)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirrored]:
    """Mirror an account and refresh lists of each kind once."""
    with running(SimulatorConfig(contacts=CONTACTS, limits=Limits.wide())) as simulator:
        bench = make_bench(tmp_path_factory.mktemp("mirror"), simulator)
        found = mirrored(bench)
        write(bench.project, found)
        first = Mirrored(bench, found, {})
        yield replace(first, runs=first.refresh(*EVERY_KIND))


def test_every_list_is_kept_or_left_out_with_a_reason(copy: Mirrored) -> None:
    """Each list of the catalogue is one of the two; asking cost a call or two a list, files are right as they are."""
    kept = {each.report.name for each in copy.mirror.new}
    left = {one.report.name: one for one in copy.mirror.left_out}
    assert kept | set(left) == {report.name for report in lists()}
    assert not kept & set(left)
    assert all(one.words for one in left.values())
    assert copy.mirror.calls <= 2 * len(kept)
    workspace = load_project(copy.bench.project)
    assert workspace.problems == ()
    assert {dataset.name for dataset in workspace.datasets} == kept
    assert left["wordpress_options"].why is Why.EMPTY
    assert left["order_payments"].why is Why.SAME


def test_the_first_copy_costs_what_was_told(copy: Mirrored) -> None:
    """The calls of each first refresh are those of the plan."""
    told = {each.name: each.estimate.first for each in copy.mirror.new}
    assert {name: run.calls for name, run in copy.runs.items()} == {name: told[name] for name in copy.runs}


def test_an_unchanged_account_costs_two_calls_a_list(copy: Mirrored) -> None:
    """A second refresh makes at most two calls for each list, and changes nothing; what costs more is read weekly."""
    assert all(each.estimate.unchanged <= 2 or "fresh_for" in each.values for each in copy.mirror.new)
    again = copy.refresh(*EVERY_KIND)
    print(f"\n{len(again)} lists of an unchanged account: {sum(run.calls for run in again.values())} calls")  # noqa: T201
    assert {name: run.calls for name, run in again.items() if run.calls > 2} == {}
    changed = {name: (run.rows_added, run.rows_changed, run.rows_removed) for name, run in again.items()}
    merged = {each.name for each in copy.mirror.new if each.values["update"] == "merge"}
    assert {name: rows for name, rows in changed.items() if name in merged and any(rows)} == {}


def test_one_per_cent_of_the_contacts_changed_costs_hardly_more(copy: Mirrored) -> None:
    """The changes come with the calls that they take alone and at most two more."""
    copy.bench.refresh("contacts")
    simulator = copy.bench.simulator.simulator
    some = [person.id for person in simulator.world.people][: CONTACTS // 100]
    for one in some:
        simulator.world.update_person(one, simulator.clock.now(), job_title="Mirrored")
    run = copy.bench.refresh("contacts")
    assert (run.rows_changed, run.rows_added, run.rows_removed) == (len(some), 0, 0)
    assert run.calls <= 1 + 2


def test_a_list_that_is_forbidden_is_named_and_the_others_go_on(own_bench: Bench) -> None:
    """403 for one list leaves that one out, and the views that need it are named with what they lack."""
    own_bench.simulator.simulator.forbidden.append("*/v2/subscriptions*")
    found = mirrored(own_bench)
    left = {one.report.name: one for one in found.left_out}
    assert left["subscriptions"].why is Why.FORBIDDEN
    assert "403" in left["subscriptions"].words
    assert "orders" in {each.report.name for each in found.new}
    assert found.unmade == {
        "monthly_recurring_revenue": ("subscriptions",),
        "subscriptions_with_revenue": ("subscriptions",),
    }


def test_a_list_in_trouble_is_named_soon_and_the_others_go_on(own_bench: Bench) -> None:
    """A list that is always answered with 503 holds the others up for seconds, not for the minutes of a refresh."""
    own_bench.simulator.simulator.trouble.add(TroubleRule(TroubleKind.SERVER_ERROR, path="*/v2/subscriptions"))
    clock = ManualClock(datetime.now(UTC))
    found = mirrored(own_bench, clock=clock)
    left = {one.report.name: one.why for one in found.left_out}
    assert left["subscriptions"] is Why.FAILED
    assert "orders" in {each.report.name for each in found.new}
    assert 0 < sum(clock.slept) < 20


def test_what_a_newer_list_does_not_give_is_asked_of_the_older_one(own_bench: Bench) -> None:
    """Where Keap gives no tags of many contacts, they are read tag by tag; so are appointments, through v1."""
    own_bench.simulator.simulator.forbidden += ["*/v2/tags/-/contacts*", "*/v2/taskAppointments*"]
    found = mirrored(own_bench)
    assert {"contacts_of_tags", "appointments"} <= {each.report.name for each in found.new}
    left = {one.report.name: one.why for one in found.left_out}
    assert left["tag_contacts"] is left["task_appointments"] is Why.FORBIDDEN
    assert left["tags_of_contacts"] is left["contact_tags"] is Why.SAME


def test_a_prefix_reaches_tables_and_views(own_bench: Bench) -> None:
    """With a prefix every table has it, child tables too, and the views find them; nothing of before is in the way."""
    own_bench.write("contacts", "rest", "contacts")
    found = mirrored(own_bench, prefix="keap_")
    write(own_bench.project, found)
    assert {each.name for each in found.new} == {f"keap_{each.report.name}" for each in found.new}
    for name in ("keap_orders", "keap_payments", "keap_contacts", "keap_subscriptions", "keap_products"):
        own_bench.refresh(name)
    made = own_bench.rows("(SELECT *, 0 AS _batch_id, 0 AS _batch_last_run FROM rest.orders_with_items_and_payments)")
    assert len(made) == len(own_bench.table("Job"))
    assert set(unmade_views(own_bench.project)) == {
        f"rest.{name}" for name in ("affiliate_ledger", "email_engagement", "people_with_tags")
    }


def test_files_that_are_there_stay(own_bench: Bench) -> None:
    """A dataset and a view of a name that is taken are kept as they are, unless they are to be written anew."""
    own_bench.write("contacts", "rest", "contacts", description="mine")
    mine = own_bench.project.views / "rest" / "people_with_tags.sql"
    mine.parent.mkdir(parents=True)
    mine.write_text("SELECT 1 AS mine", "utf-8")
    found = mirrored(own_bench)
    written = write(own_bench.project, found)
    assert list(found.there) == ["contacts"]
    assert mine not in written
    assert mine.read_text("utf-8") == "SELECT 1 AS mine"
    assert "people_with_tags" in {view.name for view in mirrored(own_bench, force=True).views}
    assert not [file for file in written if file.name == "contacts.yaml"]


def test_files_with_mistakes_or_switched_off_stay_too(own_bench: Bench) -> None:
    """What a person has begun or put aside is never written over; the views are made for the names it has."""
    own_bench.write("tags", "rest", "no_such_report")
    aside = own_bench.project.datasets / "rest" / "contacts.yaml"
    aside.parent.mkdir()
    aside.write_text("# not for now\n", "utf-8")
    found = mirrored(own_bench)
    written = write(own_bench.project, found)
    assert set(found.there) == {"tags", "contacts"}
    assert aside.read_text("utf-8") == "# not for now\n"
    assert not {"tags.yaml", "contacts.yaml"} & {file.name for file in written}
    assert "people_with_tags.sql" in {file.name for file in written}


def test_people_with_their_tags(copy: Mirrored) -> None:
    """Every contact once, with the names of the tags that the account says it has."""
    names = {tag["id"]: tag["name"] for tag in copy.listed("/v2/tags", "tags")}
    people = copy.listed("/v2/contacts", "contacts", fields="id,tag_ids")
    wanted = {int(one["id"]): sorted(names[str(tag)] for tag in one["tag_ids"] or ()) for one in people}
    rows = copy.rows("people_with_tags")
    assert {row["id"]: sorted(row["tags"]) for row in rows} == wanted
    assert len(rows) == len(people) == CONTACTS
    assert all(row["tag_count"] == len(row["tags"]) == len(row["tag_ids"]) for row in rows)
    assert any(row["tags"] for row in rows)
    assert any(not row["tags"] for row in rows)


def test_orders_with_items_and_payments(copy: Mirrored) -> None:
    """Every order once; its items, and what was paid for it, as the orders' own lists have it."""
    orders = {int(one["id"]): one for one in copy.listed("/v2/orders", "orders")}
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for one in copy.listed("/v2/sales/payments", "payments"):
        for order in one["order_ids"]:
            paid[int(order)] += Decimal(str(one["amount"]))
    rows = {row["id"]: row for row in copy.rows("orders_with_items_and_payments")}
    assert set(rows) == set(orders)
    for number, row in rows.items():
        items = {int(item["id"]): item for item in orders[number]["order_items"] or ()}
        assert {item["id"]: item["quantity"] for item in row["items"]} == {
            at: of["quantity"] for at, of in items.items()
        }
        prices = [of["quantity"] * Decimal(of["price_per_unit"]["amount"]) / 100 for of in items.values()]
        assert row["items_amount"] == sum(prices)
        assert row["paid"] == paid[number] == sum(payment["amount"] for payment in row["payments"])
    assert any(row["payments"] for row in rows.values())


def monthly(one: dict[str, Any]) -> Decimal:
    """Return what a subscription brings in a month, by the rule in the view's words."""
    a_year = {"YEAR": 1, "MONTH": 12, "WEEK": 52, "DAY": 365}[one["billing_cycle"]]
    amount = Decimal(str(one["billing_amount"])) * a_year / 12 / one["billing_frequency"]
    return Decimal(amount.quantize(Decimal("0.0001")))


def runs_on(one: dict[str, Any], day: date) -> bool:
    """Tell whether a subscription has begun, and not ended, on a day."""
    end = one.get("end_date")
    return date.fromisoformat(one["start_date"]) <= day and (not end or date.fromisoformat(end) >= day)


def test_subscriptions_and_monthly_recurring_revenue(copy: Mirrored) -> None:
    """Each subscription's monthly amount, today's sum, and the sum at the end of every month since the first."""
    found = copy.listed("/v2/subscriptions", "subscriptions")
    today, revenue, months = copy.one_day("subscriptions_with_revenue", "monthly_recurring_revenue")
    rows = {row["id"]: row for row in revenue}
    assert {at: row["monthly_amount"] for at, row in rows.items()} == {int(one["id"]): monthly(one) for one in found}
    running = {int(one["id"]) for one in found if one["active"] and runs_on(one, today)}
    assert {at for at, row in rows.items() if row["running"]} == running
    assert 0 < len(running) < len(found)
    counted = [
        one for one in found if one["active"] or (one.get("end_date") and date.fromisoformat(one["end_date"]) < today)
    ]
    first = min(date.fromisoformat(one["start_date"]) for one in counted)
    assert len(months) == (today.year - first.year) * 12 + today.month - first.month + 1
    for month in months:
        on_day = [one for one in counted if runs_on(one, month["on_day"])]
        assert (month["subscriptions"], month["mrr"]) == (len(on_day), sum(map(monthly, on_day)))
    assert months[-1]["mrr"] == sum(row["mrr"] for row in rows.values())


def test_the_ledger_of_affiliates_ends_in_their_balances(copy: Mirrored) -> None:
    """Commissions, less clawbacks and payments, are what Keap's own summaries say each affiliate is owed."""
    summaries = copy.listed("/v2/affiliates/summaries", "affiliate_summaries")
    wanted = {int(one["affiliateId"]): Decimal(str(one["balance"])) for one in summaries if one["balance"]}
    rows = copy.rows("affiliate_ledger")
    found: Counter[int] = Counter()
    for row in rows:
        found[row["affiliate_id"]] += row["amount"]
    assert {at: balance for at, balance in found.items() if balance} == wanted
    last = {row["affiliate_id"]: row["balance"] for row in sorted(rows, key=lambda row: row["at"])}
    assert {at: balance for at, balance in last.items() if balance} == wanted
    assert {row["kind"] for row in rows} == {"commission", "clawback", "payment"}


def test_engagement_by_e_mail_address(copy: Mirrored) -> None:
    """For every address, how many e-mails were sent to it, opened and clicked, and whose it is."""
    figures: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for one in copy.listed("/v2/emails", "emails"):
        address = one["sent_to_address"].lower()
        figures[address][0] += 1
        figures[address][1] += bool(one.get("opened_time"))
        figures[address][2] += bool(one.get("clicked_time"))
        owners[address] |= {int(one["contact_id"])} if one.get("contact_id") else set()
    for one in copy.listed("/v2/contacts", "contacts", fields="id,email_addresses"):
        for each in one["email_addresses"] or ():
            owners[each["email"].lower()].add(int(one["id"]))
    known = {one["email"].lower() for one in copy.listed("/v2/emailAddresses", "email_addresses")}
    rows = {row["email"].lower(): row for row in copy.rows("email_engagement")}
    assert set(rows) == known | set(figures)
    assert {at: [row["sent"], row["opened"], row["clicked"]] for at, row in rows.items()} == {
        at: figures[at] for at in rows
    }
    assert {at: set(row["contact_ids"]) for at, row in rows.items()} == {at: owners[at] for at in rows}
    assert {row["open_rate"] for row in rows.values() if not row["sent"]} == {None}
    assert all(row["open_rate"] == row["opened"] / row["sent"] for row in rows.values() if row["sent"])
    assert any(row["opened"] for row in rows.values())


def test_all_views_are_made(copy: Mirrored) -> None:
    """With the tables that they need nothing is missing, and each says in its comment what a row is."""
    assert unmade_views(copy.bench.project) == {}
    comments = copy.bench.rows(
        "(SELECT view_name, comment, 0 AS _batch_id, 0 AS _batch_last_run FROM duckdb_views() WHERE NOT internal)"
    )
    assert {row["view_name"] for row in comments} == {file.stem for file in _files(copy.bench.project.views / "rest")}
    assert all(row["comment"].startswith("A row is ") for row in comments)


def _files(folder: Path) -> list[Path]:
    return list(folder.glob("*.sql"))
