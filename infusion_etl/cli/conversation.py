"""`dataset add` as a conversation: one question after the other for what the options left open.

    account -> report -> its parameters -> a look at ten rows -> update method and key -> schedule
    -> name and description -> the file, shown before it is written

An answer that is wrong is told what is wrong with it, and asked again.
"""

from __future__ import annotations

from collections.abc import Sequence

from infusion_etl.accounts.account import Account
from infusion_etl.cli.adding import Draft, judged, listed
from infusion_etl.cli.conversation_account import remembered
from infusion_etl.cli.conversation_asker import Asker, Stopped, until_right
from infusion_etl.cli.conversation_rows import Rows
from infusion_etl.cli.conversation_schedule import ask_schedule
from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.datasets.entry import find_report, near_reports
from infusion_etl.errors import ConfigMistake, Mistake, Problem
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.menus import Item
from infusion_etl.reports.names import plain
from infusion_etl.reports.report import Report
from infusion_etl.workspace import Workspace

_UPDATES = (
    Item("replace", meaning="the table becomes what came"),
    Item("append", meaning="what came is added; refreshing again adds again"),
    Item("merge", meaning="rows with a known key are replaced, new keys added"),
    Item("partition", meaning="every partition value that came replaces that whole partition"),
)
_KEYED = {
    UpdateMethod.MERGE: "key: the columns that name a row",
    UpdateMethod.PARTITION: "key: the columns that name a partition",
}


def converse(workspace: Workspace, draft: Draft, person: Asker, *, preview: bool | None, yes: bool) -> Draft:
    """Return the draft with every answer in it; nothing is written.

    `preview` and `yes` as `Given` has them. Raises Stopped when the person stops, ConfigMistake for options that the
    answers make wrong, CredentialError and WaitNeeded when the account cannot be asked.
    """
    account = _account(workspace, draft, person)
    report = _report(account, draft, person)
    draft = draft.having(account=account.name, report=report.name)
    _refuse_wrong(workspace, draft)
    with remembered(workspace.project, account.name, person.tell) as keap:
        draft, columns = Rows(workspace, report, keap, person, preview).settle(draft)
    draft = _updated(workspace, draft, report, columns, person)
    if not draft.values.get("schedule"):
        draft = draft.having(schedule=ask_schedule(account.timezone, person))
    draft = _described(_named(workspace, draft, report, person), person)
    _refuse_wrong(workspace, draft)
    if not (yes or _agreed(workspace, draft, person)):
        raise Stopped
    return draft


def _account(workspace: Workspace, draft: Draft, person: Asker) -> Account:
    """Ask for the account; the only one there is needs no question."""
    accounts = workspace.accounts
    if not accounts:
        raise Mistake("there is no account yet", remedy="Add one with `infusion-etl account add NAME`")
    name = draft.values.get("account")
    if not name and len(accounts) == 1:
        name = next(iter(accounts))
        person.tell(f"account: {name}, the only one")
    items = [Item(each.name, meaning=f"api: {each.api}") for each in accounts.values()]
    return accounts[name or person.pick("Which account?", items)]


def _refuse_wrong(workspace: Workspace, draft: Draft) -> None:
    """Raise ConfigMistake for options that this account and report cannot have: no question can make them right."""
    if wrong := judged(workspace, draft).wrong:
        raise ConfigMistake(wrong)


def _report(account: Account, draft: Draft, person: Asker) -> Report:
    items = [Item(each.title, each.name, _offer(each, account)) for each in CATALOGUE.values()]

    def ask(default: str) -> str:
        question = "Which report? Type some of its title, or * for all\n "
        return _only(person.write(question, default=default, items=items), items)

    def wrong(answer: str) -> list[Problem]:
        report = find_report(CATALOGUE, answer)
        if report is None:
            return [Problem("", f"there is no report {answer!r}", near_reports(CATALOGUE, answer))]
        why = _unserved(report, account)
        return [Problem("", f"{report.name} cannot be read with api: {account.api}; {why}")] if why else []

    name = draft.values.get("report") or until_right(person, ask, wrong, "")
    report = find_report(CATALOGUE, name)
    assert report is not None  # it was found while it was checked, as an option or as an answer
    return report


def _only(answer: str, items: Sequence[Item]) -> str:
    """Return the one item that holds what was typed, where there is one: who types of a title sees it alone."""
    found = [item.value for item in items if answer and answer.casefold() in item.value.casefold()]
    return found[0] if len(found) == 1 else answer


def _offer(report: Report, account: Account) -> str:
    why = _unserved(report, account)
    return f"not with api: {account.api}; {why}" if why else report.description


def _unserved(report: Report, account: Account) -> str:
    if account.api in report.plans:
        return ""
    return report.unserved.get(account.api) or f"use an account with api: {' or '.join(report.apis)}"


def _updated(workspace: Workspace, draft: Draft, report: Report, columns: Sequence[str], person: Asker) -> Draft:
    """Ask for the update method and, where it needs one, the key: at first the report's own."""
    update = draft.values.get("update") or person.pick("How does a refresh reach the table?", _UPDATES, "replace")
    draft = draft.having(update=update)
    if update not in _KEYED or draft.values.get("key") is not None:
        return draft
    items = [Item(column) for column in columns]

    def ask(default: str) -> str:
        return person.write(f"{_KEYED[UpdateMethod(update)]}\n ", default=default, items=items, several=True)

    def wrong(answer: str) -> list[Problem]:
        if not listed(answer):
            return [Problem("", f"{update} needs a key", tuple(columns[:5]))]
        return [*judged(workspace, draft.having(key=listed(answer))).wrong]

    first = ", ".join(report.key) if set(report.key) <= set(columns) else ""
    return draft.having(key=listed(until_right(person, ask, wrong, first)))


def _named(workspace: Workspace, draft: Draft, report: Report, person: Asker) -> Draft:
    if draft.name is not None:
        return draft

    def ask(default: str) -> str:
        return person.write("name, also of the table: small letters, digits and _\n ", default=default)

    def wrong(answer: str) -> list[Problem]:
        return [*judged(workspace, draft.called(answer)).wrong]

    return draft.called(until_right(person, ask, wrong, _free_name(workspace, draft, report)))


def _free_name(workspace: Workspace, draft: Draft, report: Report) -> str:
    """Return a name that says what the dataset is and is not taken: the table's, else the report's, perhaps counted."""
    table = (draft.values.get("parameters") or {}).get("table")
    name = plain(str(table)) if table else report.name
    names = [name, *(f"{name}_{count}" for count in range(2, 100))]
    return next((each for each in names if not judged(workspace, draft.called(each)).wrong), "")


def _described(draft: Draft, person: Asker) -> Draft:
    if draft.values.get("description") is not None:
        return draft
    return draft.having(description=person.write("description, for people (may stay empty)\n "))


def _agreed(workspace: Workspace, draft: Draft, person: Asker) -> bool:
    """Show the file and ask whether it is to be written."""
    file = workspace.project.datasets / f"{draft.name}.yaml"
    person.tell(f"\n{file}:\n\n{draft.text}")
    return person.agree("Write it?")
