"""Get File: the files of an account on our disk, whole, where they belong and nowhere else."""

from __future__ import annotations

import pytest

from infusion_etl.keap.walks import Api
from infusion_etl_tests.bench import Bench

APIS = pytest.mark.parametrize("api", Api, ids=str)


@APIS
def test_every_file_is_kept_whole_in_its_place(own_bench: Bench, api: Api) -> None:
    """Names with `../`, `/` and quotes, one name twice, an empty file, every byte there is: each is kept apart."""
    files = {one.id: one for one in own_bench.simulator.simulator.world.files}
    assert any("../" in one.name for one in files.values())
    before = {path for path in own_bench.project.folder.parent.rglob("*") if "files" not in path.parts}
    own_bench.write("papers", api.value, "get_file", parameters={"files": "all"})
    own_bench.refresh("papers")
    rows = own_bench.rows(f"{api.value}.papers")
    folder = own_bench.project.files / api.value
    assert {row["Id"]: (folder / row["StoredAs"]).read_bytes() for row in rows} == {
        number: one.content for number, one in files.items()
    }
    assert {path.name for path in folder.iterdir()} == {row["StoredAs"] for row in rows}
    assert len({row["StoredAs"] for row in rows}) == len(files)
    assert all(path.parent == folder for path in folder.rglob("*"))
    fresh = {path for path in own_bench.project.folder.parent.rglob("*") if "files" not in path.parts} - before
    assert all(own_bench.project.data in path.parents or path.parent == own_bench.project.datasets for path in fresh)


@APIS
def test_a_file_by_name_and_again(own_bench: Bench, api: Api) -> None:
    """A file is found by its name; another refresh brings its new content in place of the old."""
    world = own_bench.simulator.simulator.world
    logo = next(one for one in world.files if one.name == "logo.png")
    own_bench.write("logo", api.value, "get_file", parameters={"files": "logo.png"})
    own_bench.refresh("logo")
    kept = own_bench.project.files / api.value / f"{logo.id}-logo.png"
    assert kept.read_bytes() == logo.content
    world.files.put(type(logo)(**{**{name: getattr(logo, name) for name in logo.__struct_fields__}, "content": b"new"}))
    own_bench.refresh("logo")
    assert kept.read_bytes() == b"new"
    assert kept.stat().st_mode & 0o777 == 0o600
