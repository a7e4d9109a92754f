"""Names of child tables among the names of datasets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from infusion_etl.accounts.account import Account
from infusion_etl.datasets.files import Loaded, load
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.report import Child
from infusion_etl.settings import Project

ACCOUNTS = {"acme": Account("acme"), "other": Account("other")}
ORDERS = replace(CATALOGUE["orders"], children=(Child("items", "order_items", (), ("order_id",), ("id",)),))


def loaded(folder: Path, files: dict[str, str]) -> Loaded:
    """Load datasets: the account and report of each file."""
    (folder / "datasets").mkdir()
    for name, text in files.items():
        account, report = text.split("/")
        (folder / "datasets" / f"{name}.yaml").write_text(f"account: {account}\nreport: {report}\n", encoding="utf-8")
    return load(Project(folder), ACCOUNTS, {**CATALOGUE, "orders": ORDERS})


def test_a_dataset_called_like_a_child_table_is_a_mistake(tmp_path: Path) -> None:
    """Two would write one table: the file is named, with the dataset whose child table it is; that one stays right."""
    found = loaded(tmp_path, {"sales": "acme/orders", "sales_items": "acme/products", "tags": "acme/tags"})
    assert [each.name for each in found.datasets] == ["sales", "tags"]
    (problem,) = found.problems
    assert problem.place == "datasets/sales_items.yaml:1"
    assert "acme/sales has a child table of this name" in str(problem)


def test_a_child_table_of_another_account_is_in_nobodys_way(tmp_path: Path) -> None:
    """Tables of accounts lie in schemas of their own."""
    found = loaded(tmp_path, {"sales": "acme/orders", "sales_items": "other/products"})
    assert found.problems == ()
    assert len(found.datasets) == 2
