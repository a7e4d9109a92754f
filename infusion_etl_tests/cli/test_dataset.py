"""`dataset`: files written, shown and removed; and `reports`, where the words for them stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infusion_etl.cli.dataset import shown
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.settings import Project
from infusion_etl_tests.cli.commands import invoke, make_project, run


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty project."""
    return make_project(tmp_path / "project")


def test_add_writes_what_show_reads(project: Project) -> None:
    """Every option of `add` arrives in the file, is checked, and is understood as it was meant."""
    done = run(
        project,
        *("dataset", "add", "ogden", "--account", "acme", "--report", "Data - Query a Data Table"),
        *("--table", "Contact", "--fields", "Id, FirstName,City", "--query", "'City':'Ogden'"),
        *("--update", "merge", "--key", "Id", "--every", "day", "--at", "06:00", "--at", "17:00"),
        *("--timezone", "America/Denver", "--description", "Everyone: in Ogden"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(run(project, "dataset", "show", "ogden", "--json").stdout)
    assert shown["report"] == "data_query"
    assert shown["parameters"] == {"table": "Contact", "fields": ["Id", "FirstName", "City"], "query": "'City':'Ogden'"}
    assert (shown["update"], shown["key"], shown["description"]) == ("merge", ["Id"], "Everyone: in Ogden")
    assert shown["schedule"]["crons"] == ["0 6,17 * * *"]
    assert shown["schedule"]["timezone"] == "America/Denver"
    assert [column["name"] for column in shown["columns"]] == ["Id", "FirstName", "City"]


def test_parameters_are_given_as_in_yaml(project: Project) -> None:
    """`--param` takes a number, a list or a block."""
    done = invoke(
        project,
        *("dataset", "add", "earned", "--account", "acme", "--report", "affiliate_commissions"),
        *("--param", "affiliates=[2, 4]", "--param", "dates={from: 10 days back, to: today}"),
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(run(project, "dataset", "show", "earned", "--json").stdout)
    assert shown["parameters"]["affiliates"] == [2, 4]
    assert "10 days back" in shown["parameters"]["dates"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--account", "acmee", "--report", "tags"), ["'acmee'", "acme"]),
        (("--account", "acme", "--report", "tagz"), ["'tagz'", "tags"]),
        (("--account", "acme", "--report", "tags", "--update", "merg"), ["'merg'", "merge"]),
        (("--account", "acme", "--report", "tags", "--param", "color=red"), ["color"]),
        (("--account", "acme", "--report", "tags", "--param", "color"), ["--param", "'color'"]),
        (("--account", "acme", "--report", "data_query", "--table", "Contcat"), ["'Contcat'", "Contact"]),
        (("--account", "acme", "--report", "data_query", "--table", "Contact", "--fields", "Id,Emial"), ["Email"]),
        (
            ("--account", "acme", "--report", "data_query", "--table", "Contact", "--query", "'City':'~=>~Ogden'"),
            ["~>=~"],
        ),
        (
            (
                *("--account", "acme", "--report", "affiliate_summary", "--param", "affiliates=all"),
                *("--param", "dates={from: 5 days back, to: 10 days back}"),
            ),
            ["dates"],
        ),
        (
            ("--account", "acme", "--report", "tags", "--every", "day", "--at", "6", "--timezone", "America/Denvre"),
            ["America/Denver", "'6'"],
        ),
        (("--account", "acme", "--report", "affiliate_commissions", "--update", "merge"), ["key"]),
        (("--account", "old", "--report", "tags"), ["xmlrpc", "data_query"]),
    ],
)
def test_mistakes_are_named_and_nothing_is_written(project: Project, words: tuple[str, ...], said: list[str]) -> None:
    """Each kind of bad input of an option: the value, the nearest valid one, status 2, no file."""
    done = invoke(project, "dataset", "add", "new", *words)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert all(word in done.stderr for word in said), done.stderr
    assert not (project.datasets / "new.yaml").exists()


@pytest.mark.parametrize("name", ["../outside", "Upper", "with blank", "1st", "", "a/b"])
def test_a_name_that_cannot_be_a_table_is_refused(project: Project, name: str) -> None:
    """The name is a file's and a table's: nothing is written anywhere for one that is neither."""
    before = sorted(project.folder.parent.rglob("*.yaml"))
    done = invoke(project, "dataset", "add", name, "--account", "acme", "--report", "tags")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert sorted(project.folder.parent.rglob("*.yaml")) == before


def test_a_dataset_that_is_there_is_not_overwritten(project: Project) -> None:
    """Also when it lies in a folder of its own, or its file is wrong."""
    (project.datasets / "team").mkdir()
    (project.datasets / "team" / "labels.yaml").write_text("{account: acme, report: tags}\n")
    (project.datasets / "broken.yaml").write_text("report:\n")
    for name in ("labels", "broken"):
        done = invoke(project, "dataset", "add", name, "--account", "acme", "--report", "tags")
        assert done.returncode == 2, name
        assert "there is already a dataset" in done.stderr
    assert (project.datasets / "broken.yaml").read_text() == "report:\n"


def test_remove_deletes_the_file_alone(project: Project) -> None:
    """`--yes` does not ask; without it and without a person to ask, nothing is deleted."""
    file = project.datasets / "labels.yaml"
    file.write_text("{account: acme, report: tags}\n")
    assert run(project, "dataset", "remove", "labels").returncode == 1
    assert file.exists()
    assert run(project, "dataset", "remove", "labels", "--yes").returncode == 0
    assert not file.exists()


def test_remove_deletes_a_file_with_mistakes(project: Project) -> None:
    """Whatever is wrong with it, and with others; a name that is no file's is still unknown."""
    for name in ("bad", "worse"):
        (project.datasets / f"{name}.yaml").write_text("account: acme\nreport: [\n")
    done = invoke(project, "dataset", "remove", "bd", "--yes")
    assert (done.returncode, "there is no dataset 'bd' (did you mean bad?)" in done.stderr) == (2, True), done.stderr
    assert invoke(project, "dataset", "remove", "bad", "--yes").returncode == 0
    assert not (project.datasets / "bad.yaml").exists()
    assert (project.datasets / "worse.yaml").exists()


def test_remove_deletes_nothing_when_a_name_means_several(project: Project) -> None:
    """They are named, so that one can be chosen."""
    for folder, account in (("a", "acme"), ("b", "old"), ("c", "nobody")):
        (project.datasets / folder).mkdir()
        text = f"{{account: {account}, report: data_query, parameters: {{table: Contact}}}}\n"
        (project.datasets / folder / "people.yaml").write_text(text)
    done = invoke(project, "dataset", "remove", "people", "--yes")
    assert (done.returncode, len(list(project.datasets.rglob("people.yaml")))) == (2, 3)
    assert "acme/people, old/people, nobody/people" in done.stderr
    assert invoke(project, "dataset", "remove", "nobody/people", "--yes").returncode == 0


def test_other_files_do_not_matter_to_a_named_dataset(project: Project) -> None:
    """`check` and `show` of a right file work beside a wrong one; an unknown name is told as unknown."""
    (project.datasets / "labels.yaml").write_text("{account: acme, report: tags}\n")
    (project.datasets / "bad.yaml").write_text("{account: acme, report: tagz}\n")
    for words in (("check", "labels"), ("show", "acme/labels")):
        assert invoke(project, "dataset", *words).returncode == 0, words
    unknown = invoke(project, "dataset", "check", "nosuch").stderr
    assert "there is no dataset 'nosuch'" in unknown
    assert "bad.yaml" not in unknown
    assert "bad.yaml:1" in invoke(project, "dataset", "check", "bad").stderr
    everything = invoke(project, "dataset", "check")
    assert (everything.returncode, "bad.yaml:1" in everything.stderr) == (2, True)


def test_one_damaged_account_stops_no_other(project: Project) -> None:
    """Lists, status and named datasets of other accounts go on; its own say which file is damaged."""
    (project.datasets / "labels.yaml").write_text("{account: acme, report: tags}\n")
    (project.datasets / "people.yaml").write_text(
        "{account: old, report: contacts_by_id, parameters: {contact_id: 1}}\n"
    )
    (project.accounts / "acme.json").write_bytes(b"{")
    listed = invoke(project, "account", "list", "--json")
    assert (listed.returncode, [one["name"] for one in json.loads(listed.stdout)]) == (0, ["old"])
    status = invoke(project, "status", "--json")
    assert [one["name"] for one in json.loads(status.stdout)["datasets"]] == ["people"]
    assert "old/people" in invoke(project, "dataset", "list").stdout
    assert invoke(project, "dataset", "check", "people").returncode == 0
    for words in (("account", "list"), ("dataset", "list"), ("dataset", "check", "labels"), ("dataset", "check")):
        assert "data/accounts/acme.json: " in invoke(project, *words).stderr, words
    refused = invoke(project, "refresh", "--account", "acme")
    assert (refused.returncode, "acme.json is damaged" in refused.stderr) == (2, True)
    assert invoke(project, "account", "remove", "acme", "--yes").returncode == 0


def test_list_shows_good_files_and_names_bad_ones(project: Project) -> None:
    """One bad file does not hide the others."""
    (project.datasets / "labels.yaml").write_text("{account: acme, report: tags}\n")
    (project.datasets / "bad.yaml").write_text("{account: acme, report: tagz}\n")
    done = run(project, "dataset", "list")
    assert "acme/labels" in done.stdout
    assert "datasets/bad.yaml:1" in done.stderr


def test_reports_shows_the_whole_catalogue(tmp_path: Path) -> None:
    """Every report is listed, with the members that the public interface promises; no project is needed."""
    listed = json.loads(run(None, "reports", "--json", cwd=tmp_path).stdout)
    assert [report["name"] for report in listed] == list(CATALOGUE)
    promised = {"name", "title", "apis", "parameters", "columns", "key", "cursor"}
    assert all(set(report) >= promised for report in listed)
    shown = run(None, "reports", cwd=tmp_path).stdout
    assert all(report.title in shown for report in CATALOGUE.values())


@pytest.mark.parametrize("name", ["affiliate_summary", "Affiliate Summary", "affiliate summary"])
def test_one_report_is_found_by_name_or_title(name: str) -> None:
    """Case and signs aside; its parameters and columns are shown."""
    shown = invoke(None, "reports", name).stdout
    assert "affiliates" in shown
    assert "AmountEarned" in shown


def test_an_unknown_report_or_table_names_the_nearest() -> None:
    """Status 2, nothing on stdout."""
    for words, nearest in (
        (("afiliate_sumary",), "affiliate_summary"),
        (("contcts",), "contacts, "),  # by its name alone, not by its title too
        (("data_query", "--table", "Contat"), "Contact"),
    ):
        done = invoke(None, "reports", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"did you mean {nearest}" in done.stderr


def test_a_list_of_rest_says_how_it_reads_what_is_new() -> None:
    """For people and for programs: the way, why, the tables beside, and whether single records can be asked for."""
    shown = invoke(None, "reports", "products").stdout
    assert "`last_updated_time desc`, down to the watermark" in shown
    assert "DATASET_plans" in shown
    (told,) = json.loads(invoke(None, "reports", "products", "--json").stdout)
    assert (told["increment"]["reading"], told["increment"]["by"]) == ("order", "last_updated_time desc")
    assert told["increment"]["why"]
    assert [(one["name"], one["key"]) for one in told["children"]] == [("plans", ["product_id", "id"])]
    assert ("plan_price", "DECIMAL(18,4)") in [(one["name"], one["type"]) for one in told["children"][0]["columns"]]
    assert told["by_ids"]
    (classic,) = json.loads(invoke(None, "reports", "webforms", "--json").stdout)
    assert (classic["increment"], classic["children"], classic["by_ids"]) == (None, [], False)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ("contacts", "by reading all ids, as often as `deletes` says"),
        ("merchants", "by every refresh, which reads the whole list"),
        ("webforms", None),
    ],
)
def test_a_list_of_rest_says_how_deleted_records_are_found(report: str, words: str | None) -> None:
    """`reports NAME` tells it as docs/reports.md does; a classic report, which has no deletes, says nothing of it."""
    lines = invoke(None, "reports", report).stdout.splitlines()
    told = [line.removeprefix("finds gone").strip() for line in lines if line.startswith("finds gone")]
    assert told == ([words] if words else [])


def test_a_previewed_value_stays_on_one_line() -> None:
    """A line break in a note, or deep in a list, does not break the row of the table."""
    assert shown("first\r\nsecond\u2028third") == "first second third"
    assert shown([{"name": "a\nb", "none": None}, 2]) == "name: a b, 2"
