"""Dataset files: what is right loads, what is wrong is told all at once, with file and line."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from infusion_etl.accounts.account import Account, Api
from infusion_etl.datasets.dataset import Dataset, Retry, Schedule, UpdateMethod
from infusion_etl.datasets.files import Loaded, check_text, load, load_or_fail, select
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.settings import Project

ACCOUNTS = {
    "acme": Account("acme", timezone="America/Denver"),
    "old": Account("old", api=Api.XMLRPC),
}
RIGHT = """\
description: Everyone in Ogden
account: acme
report: data_query
parameters:
  table: Contact
  fields: [Id, FirstName, Email, City, LastUpdated, _ShoeSize]
  query: "'City':'Ogden','LastUpdated':'~>=~LastSuccessfulRun'"
update: merge
key: [Id]
schedule: {every: day, at: 06:00}
retry: {every: 15 minutes, times: 3}
tags: [sales, nightly]
owners: [ann@example.com, team:data]
"""
SMALL = "account: acme\nreport: contacts\n"


def loaded(folder: Path, files: dict[str, str | bytes]) -> Loaded:
    """Write files into a project's `datasets/` and load them."""
    for name, text in files.items():
        path = folder / "datasets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(Project(folder), ACCOUNTS, CATALOGUE)


def dataset(folder: Path, text: str, name: str = "it") -> Dataset:
    """Return the one dataset of a right text."""
    found = loaded(folder, {f"{name}.yaml": text})
    assert found.problems == ()
    (only,) = found.datasets
    return only


def said(folder: Path, text: str | bytes, name: str = "it.yaml") -> list[str]:
    """Return the problems of a wrong text; there must be no dataset."""
    found = loaded(folder, {name: text})
    assert found.datasets == ()
    return [str(problem) for problem in found.problems]


def test_a_right_file_is_a_dataset(tmp_path: Path) -> None:
    """The example of the design, whole."""
    found = dataset(tmp_path, RIGHT, "ogden_contacts")
    assert (found.full_name, found.report.name) == ("acme/ogden_contacts", "data_query")
    assert found.update is UpdateMethod.MERGE
    assert found.key == ("Id",)
    assert found.schedule == Schedule(("0 6 * * *",), "America/Denver", "every day at 06:00, America/Denver")
    assert found.retry == Retry(timedelta(minutes=15), 3)
    assert (found.tags, found.owners) == (("sales", "nightly"), ("ann@example.com", "team:data"))
    assert found.file == tmp_path / "datasets/ogden_contacts.yaml"
    assert found.parameters["query"].incremental


def test_what_is_left_out_has_its_usual_value(tmp_path: Path) -> None:
    """Replace, the report's own key, by hand."""
    found = dataset(tmp_path, SMALL)
    assert (found.update, found.key, found.schedule, found.retry) == (UpdateMethod.REPLACE, ("id",), None, None)
    assert (found.description, found.tags, found.owners, dict(found.parameters)) == ("", (), (), {})


@pytest.mark.parametrize("report", ["contacts_by_id", "Contacts - By ID", "CONTACTS - by id", "contacts by id"])
def test_a_report_has_our_name_and_domos_title(tmp_path: Path, report: str) -> None:
    """In any case."""
    text = f"account: acme\nreport: {report}\nparameters: {{Contact ID: 5}}\n"
    assert dataset(tmp_path, text).parameters == {"contact_id": 5}


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_report_can_be_written_in_a_file(tmp_path: Path, name: str) -> None:
    """Each entry of the catalogue takes the values that its parameters describe."""
    examples = {
        "text": "ann@example.com",
        "id": "5",
        "ids": "[5, 6]",
        "tags": "[5]",
        "fields": "[Id]",
        "table": "Contact",
        "query": "\"'Id':'~>~5'\"",
        "dates": "{on: yesterday}",
        "saved search": "Late payers",
    }
    given = "".join(f"  {each.name}: {examples[each.kind]}\n" for each in CATALOGUE[name].parameters)
    account = "acme" if Api.REST in CATALOGUE[name].plans else "old"
    block = f"parameters:\n{given}" if given else ""
    assert dataset(tmp_path, f"account: {account}\nreport: {name}\n{block}").report.name == name


def test_files_may_lie_in_folders_and_end_in_yml(tmp_path: Path) -> None:
    """Order in folders is the user's; hidden files, other files and files of comments are not datasets."""
    found = loaded(
        tmp_path,
        {
            "sales/a.yml": SMALL,
            "b.yaml": SMALL,
            "c.YAML": SMALL,
            ".hidden.yaml": "x",
            ".git/d.yaml": "x",
            "notes.txt": "x",
            "off.yaml": "# account: acme\n\n# report: contacts\n",
        },
    )
    assert [each.name for each in found.datasets] == ["a", "b", "c"]
    assert found.problems == ()


def test_a_project_without_datasets_has_none(tmp_path: Path) -> None:
    """No folder, no mistake."""
    assert load(Project(tmp_path), ACCOUNTS, CATALOGUE) == Loaded((), ())


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("\n\n", 1, "the file is empty"),
        ("- account: acme\n", 1, "the file must say what the dataset is"),
        ("just words\n", 1, "the file must say what the dataset is"),
        (b"account: acme\nreport: \xff\n", 2, "the file is not UTF-8 text"),
        ("account: acme\n\treport: contacts\n", 2, "a tab"),
        ("account: acme\nreport: [contacts\n", 2, "a [ that begins here is not closed"),
        (SMALL + "account: old\n", 3, "the key 'account' stands here again, after line 1"),
        (SMALL + "descripton: x\n", 3, "unknown key 'descripton' (did you mean description?)"),
        (
            SMALL + "table: Contact\n",
            3,
            "unknown key 'table': it is a parameter, so it stands indented",
        ),
        ("report: contacts\n", 1, "'account' is missing"),
        ("account: acme\n", 1, "'report' is missing"),
        ("account: amce\nreport: contacts\n", 1, "there is no account 'amce' (did you mean acme?)"),
        ("account: acme\nreport: contcts\n", 2, "there is no report 'contcts' (did you mean contacts"),
        ("account: acme\nreport: 5\n", 2, "report: 5 is not a text"),
        ("account: old\nreport: contacts\n", 2, "contacts cannot be read with api: xmlrpc; it is a list of REST v2"),
        (SMALL + "update: mrge\n", 3, "there is no update method 'mrge' (did you mean merge?)"),
        (SMALL + "update: [merge]\n", 3, "there is no update method ['merge']"),
        (SMALL + "key: [idd]\n", 3, "key: there is no column 'idd' (did you mean id"),
        (SMALL + "key: 5\n", 3, "key: 5 is not names of columns"),
        (SMALL + "parameters: [a]\n", 3, "['a'] is not a block"),
        (SMALL + "parameters: {x: 1}\n", 3, "has no parameter"),
        (SMALL + "schedule:\n  every: dayly\n", 4, "every 'dayly' is unknown (did you mean day?)"),
        (SMALL + "schedule: {every: hour, timezone: Mars}\n", 3, "there is no time zone 'Mars'"),
        (SMALL + "retry: {every: 15 minutes}\n", 3, "times None is not a number"),
        (SMALL + "schedule:\n  every: day\n  at:\n    - 25:00\n", 5, "at '25:00' is not a time of the day"),
        (SMALL + "schedule:\n  every: day\n  at: [06:00, 06:05]\n", 5, "less than 15 minutes"),
        (SMALL + "retry:\n  every: 15 minutes\n  times: none\n", 5, "times 'none' is not a number"),
        (SMALL + "tags:\n  - fine\n  - not fine\n", 5, "tags: 'not fine' is not letters, digits"),
        (SMALL + "owners: ann\n", 3, "owners: 'ann' is not an e-mail address or team:name"),
        (SMALL + "description: 5\n", 3, "description: 5 is not a text"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str | bytes, line: int, message: str) -> None:
    """One mistake, one problem, at the line where it stands, with the nearest right value."""
    (only,) = said(tmp_path, text)
    assert only.startswith(f"datasets/it.yaml:{line}: ")
    assert message in only


@pytest.mark.parametrize(
    ("parameters", "line", "message"),
    [
        ("table: Contact\n  tabel: Contact", 5, "data_query has no parameter 'tabel' (did you mean table?)"),
        ("table: Contacts", 4, "there is no table 'Contacts' (did you mean Contact"),
        ("query: \"'City':'x'\"", 3, "data_query needs the parameter table"),
        ("table: Contact\n  fields:\n    - Id\n    - Emial", 7, "there is no field 'Emial' (did you mean Email"),
        ("table: Contact\n  fields: [Id, Emial]", 5, "there is no field 'Emial' (did you mean Email"),
        ("table: Contact\n  query: \"'City':'~=>~x'\"", 5, "there is no operator ~=>~ (did you mean ~>=~?)"),
        ("table: Contact\n  query: \"'Cty':'x'\"", 5, "there is no field 'Cty' (did you mean City"),
        ("table: Contact\n  query: \"'LastUpdated':'2016-02-30'\"", 5, "there is no such date"),
    ],
)
def test_a_wrong_parameter_is_named_with_its_line(tmp_path: Path, parameters: str, line: int, message: str) -> None:
    """Parameters have lines of their own; what is missing is said at the block."""
    (only,) = said(tmp_path, f"account: acme\nreport: data_query\nparameters:\n  {parameters}\n")
    assert only.startswith(f"datasets/it.yaml:{line}: ")
    assert message in only


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    """In the order of reading, and the good files load all the same."""
    bad = "acount: acme\naccount: acme\nreport: data_query\nparameters: {table: Contact, fields: [Idd]}\nkey: [Idd]\n"
    found = loaded(tmp_path, {"bad.yaml": bad, "worse.yaml": "account: x\nreport: y\nupdate: z\n", "good.yaml": SMALL})
    assert [each.name for each in found.datasets] == ["good"]
    assert [problem.place.removeprefix("datasets/") for problem in found.problems] == [
        *("bad.yaml:1", "bad.yaml:4", "bad.yaml:5"),
        *("worse.yaml:1", "worse.yaml:2", "worse.yaml:3"),
    ]
    with pytest.raises(ConfigMistake) as caught:
        load_or_fail(Project(tmp_path), ACCOUNTS, CATALOGUE)
    assert caught.value.problems == found.problems
    assert caught.value.exit_status == 2


def test_without_mistakes_all_datasets_are_returned(tmp_path: Path) -> None:
    """The command line asks for all or nothing."""
    found = loaded(tmp_path, {"a.yaml": SMALL, "b.yaml": RIGHT})
    assert load_or_fail(Project(tmp_path), ACCOUNTS, CATALOGUE) == found.datasets


@pytest.mark.parametrize("method", ["merge", "partition"])
def test_merge_and_partition_need_a_key(tmp_path: Path, method: str) -> None:
    """A report without a key of its own must be given one, of columns that come."""
    keyless = next(each for each in CATALOGUE.values() if not each.key and Api.XMLRPC in each.plans)
    values = {"ids": "[5]", "dates": "{on: today}", "saved search": "7", "fields": "[Name]", "id": "5"}
    given = "".join(f"  {each.name}: {values[each.kind]}\n" for each in keyless.parameters)
    text = f"account: old\nreport: {keyless.name}\nparameters:\n{given}update: {method}\n"
    (only,) = said(tmp_path, text)
    assert f"update: {method} needs a key" in only
    column = next(iter(each.name for each in keyless.columns({})), "Name")
    assert dataset(tmp_path, f"{text}key: {column}\n").key == (column,)


def test_a_key_must_come_with_the_dataset(tmp_path: Path) -> None:
    """A column that was not asked for cannot tell rows apart."""
    text = "account: acme\nreport: data_query\nparameters: {table: Contact, fields: [Id, City]}\nkey: [Email]\n"
    (only,) = said(tmp_path, text)
    assert "there is no column 'Email'" in only


def test_the_reports_own_key_holds_only_where_its_columns_come(tmp_path: Path) -> None:
    """Without them a merge is refused, and a replace goes on without a key."""
    report = replace(CATALOGUE["contacts"], key=("id", "gone"), look=None)
    (tmp_path / "datasets").mkdir()
    file = tmp_path / "datasets/it.yaml"
    file.write_text(SMALL)
    (found,) = load_or_fail(Project(tmp_path), ACCOUNTS, {"contacts": report})
    assert found.key == ()
    file.write_text(f"{SMALL}update: merge\n")
    with pytest.raises(ConfigMistake, match=r"it\.yaml:3: update: merge needs a key"):
        load_or_fail(Project(tmp_path), ACCOUNTS, {"contacts": report})


def test_a_field_that_the_accounts_api_lacks_is_only_shown(tmp_path: Path) -> None:
    """It lands empty, so the dataset survives a change of the API; a condition on it would bring none: refused."""
    text = "account: acme\nreport: data_query\nparameters:\n  table: Contact\n"
    assert dataset(tmp_path, f"{text}  fields: [Id, Validated]\n").account == "acme"
    (only,) = said(tmp_path, f"{text}  query: \"'Validated':'1'\"\n")
    assert "it.yaml:5: query: Validated cannot be read with api: rest" in only


def test_instead_of_a_field_that_the_api_lacks_the_nearest_one_is_named(tmp_path: Path) -> None:
    """REST knows a contact's lead source by its id alone."""
    text = "account: acme\nreport: data_query\nparameters:\n  table: Contact\n  query: \"'Leadsource':'Web'\"\n"
    (only,) = said(tmp_path, text)
    assert "it.yaml:5: query: Leadsource cannot be read with api: rest (did you mean LeadSourceId" in only


def test_an_unknown_report_hides_no_other_mistake(tmp_path: Path) -> None:
    """Parameters that are no block are told beside it."""
    found = said(tmp_path, "account: acme\nreport: contcts\nparameters: [1, 2]\n")
    assert len(found) == 2
    assert "it.yaml:3: parameters: [1, 2] is not a block" in found[1]


def test_what_one_api_cannot_do_of_a_report_is_refused(tmp_path: Path) -> None:
    """XML-RPC has no list of discounts, so `all` of them is a mistake there, and the remedy is named."""
    text = "account: acme\nreport: discount_shipping\nparameters: {discounts: all}\n"
    assert dataset(tmp_path, text).account == "acme"
    (only,) = said(tmp_path, text.replace("acme", "old"))
    assert "it.yaml:3: parameters: discounts: all needs api: rest" in only
    assert "name the ids" in only


@pytest.mark.parametrize("name", ["Ogden.yaml", "2026.yaml", "og-den.yaml", "og den.yaml", "\u00f6.yaml"])
def test_a_file_must_be_named_like_a_table(tmp_path: Path, name: str) -> None:
    """The file's name is the table's."""
    (only,) = said(tmp_path, SMALL, name)
    assert "cannot name a table" in only


def test_the_nearest_name_for_a_file_is_shown(tmp_path: Path) -> None:
    """A blank or capital is easily mended."""
    assert "did you mean og_den.yaml?" in said(tmp_path, SMALL, "Og Den.yaml")[0]


def test_a_text_can_be_checked_before_it_is_a_file() -> None:
    """What a command is about to write is judged as the file would be."""
    assert check_text("it", SMALL, ACCOUNTS, CATALOGUE) == ()
    found = check_text("It", SMALL.replace("contacts", "contcts"), ACCOUNTS, CATALOGUE)
    assert [problem.place for problem in found] == ["It.yaml:1", "It.yaml:2"]


def test_two_files_of_one_dataset_are_both_refused(tmp_path: Path) -> None:
    """Neither is more right than the other; the same name in another account is another dataset."""
    found = loaded(
        tmp_path, {"x.yaml": SMALL, "sub/x.yml": SMALL, "other/x.yaml": RIGHT.replace("acme", "old"), "y.yaml": SMALL}
    )
    assert [each.full_name for each in found.datasets] == ["acme/y", "old/x"]
    assert [str(problem) for problem in found.problems] == [
        "datasets/sub/x.yml:1: the dataset acme/x is also defined in datasets/x.yaml",
        "datasets/x.yaml:1: the dataset acme/x is also defined in datasets/sub/x.yml",
    ]


def test_the_fingerprint_changes_with_what_comes_and_with_nothing_else(tmp_path: Path) -> None:
    """Spelling, description, schedule and update method leave a watermark as it is; what is asked for does not."""
    first = dataset(tmp_path, RIGHT).fingerprint
    same = [
        RIGHT.replace("Everyone", "All"),
        RIGHT.replace("update: merge", "update: append"),
        RIGHT.replace("06:00", "07:00"),
        RIGHT.replace("data_query", "Data - Query a Data Table"),
        RIGHT.replace("'City':'Ogden'", ' "City" : "Ogden" '.replace('"', "'")),
    ]
    assert {dataset(tmp_path, text).fingerprint for text in same} == {first}
    other = [
        RIGHT.replace("Ogden'", "Provo'"),
        RIGHT.replace("Id, FirstName", "Id, LastName, FirstName"),
        RIGHT.replace("account: acme", "account: old"),
        RIGHT.replace("~>=~", "~>~"),
    ]
    assert len({dataset(tmp_path, text).fingerprint for text in other} | {first}) == len(other) + 1


def test_the_fingerprint_changes_with_the_accounts_api(tmp_path: Path) -> None:
    """What was read through one API is read anew through the other."""
    before = dataset(tmp_path, RIGHT)
    moved = {"acme": replace(ACCOUNTS["acme"], api=Api.XMLRPC)}
    (after,) = load_or_fail(Project(tmp_path), moved, CATALOGUE)
    assert after.fingerprint != before.fingerprint


def test_datasets_are_chosen_by_name(tmp_path: Path) -> None:
    """A bare name means it in every account, a full one in its own; no name means all; none comes twice."""
    found = loaded(tmp_path, {"a/x.yaml": SMALL, "b/x.yaml": RIGHT.replace("acme", "old"), "y.yaml": SMALL}).datasets
    assert select(found, []) == found
    assert [each.full_name for each in select(found, ["x"])] == ["acme/x", "old/x"]
    assert [each.full_name for each in select(found, ["old.x"])] == ["old/x"]
    assert [each.full_name for each in select(found, ["old/x", "y", "x"])] == ["old/x", "acme/y", "acme/x"]


def test_what_is_wrong_with_other_files_does_not_matter_to_a_name(tmp_path: Path) -> None:
    """Names that lead to right files are found whatever the others are; a wrong file's own name tells what is wrong."""
    texts = {"y.yaml": SMALL, "bad.yaml": "account: acme\nreport: contcts\n", "worse.yaml": "report: [\n"}
    found = loaded(tmp_path, {**texts, "a/x.yaml": SMALL, "b/x.yaml": "account: old\nreport: contcts\n"})
    assert [each.name for each in select(found.datasets, ["y", "acme/x"], found.broken)] == ["y", "x"]
    for names, files in (
        (["bad"], {"bad"}),
        (["acme/bad", "y"], {"bad"}),
        (["x"], {"b/x"}),
        (["old/worse"], {"worse"}),
        (["bad", "worse"], {"bad", "worse"}),
    ):
        with pytest.raises(ConfigMistake) as caught:
            select(found.datasets, names, found.broken)
        assert {problem.place.partition(".yaml")[0] for problem in caught.value.problems} == {
            f"datasets/{file}" for file in files
        }, names


def test_an_unknown_name_is_told_as_unknown_beside_wrong_files(tmp_path: Path) -> None:
    """It is told with the mistakes of the files that were named, and not with those of others."""
    found = loaded(tmp_path, {"bad.yaml": "account: acme\nreport: contcts\n", "worse.yaml": "report: [\n"})
    with pytest.raises(ConfigMistake) as caught:
        select(found.datasets, ["nosuch", "old/bad", "bad"], found.broken)
    assert [problem.message.partition(";")[0] for problem in caught.value.problems] == [
        "there is no dataset 'nosuch'",
        "there is no dataset 'old/bad'",
        "report: there is no report 'contcts'",
    ]


def test_a_file_of_an_account_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """It is not taken for an unknown account, and files of other accounts are as ever."""
    loaded(tmp_path, {"x.yaml": SMALL.replace("acme", "torn"), "y.yaml": SMALL})
    torn = {"torn": Problem("data/accounts/torn.json", "the file is damaged")}
    found = load(Project(tmp_path), ACCOUNTS, CATALOGUE, unreadable=torn)
    assert [each.name for each in found.datasets] == ["y"]
    assert [str(problem) for problem in found.problems] == [
        "datasets/x.yaml:1: account: 'torn' cannot be read: data/accounts/torn.json: the file is damaged"
    ]


@pytest.mark.parametrize("text", ["", "null", "~"])
def test_a_key_left_empty_means_the_same_as_none(tmp_path: Path, text: str) -> None:
    """`update:` with nothing after it is the default, as with every other key."""
    keys = ("update", "key", "schedule", "retry", "tags", "owners", "description")
    assert dataset(tmp_path, SMALL + "".join(f"{key}: {text}\n" for key in keys)).update is UpdateMethod.REPLACE


def test_unknown_names_are_told_at_once_with_the_nearest(tmp_path: Path) -> None:
    """Two slips, two problems."""
    found = loaded(tmp_path, {"ogden.yaml": SMALL}).datasets
    with pytest.raises(ConfigMistake) as caught:
        select(found, ["ogdn", "ogden", "acme/ogdne"])
    assert [str(problem) for problem in caught.value.problems] == [
        "there is no dataset 'ogdn' (did you mean ogden?)",
        "there is no dataset 'acme/ogdne' (did you mean acme/ogden?)",
    ]
