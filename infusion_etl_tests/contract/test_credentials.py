"""A carrier's credentials are never asked for and never reach the disk."""

from __future__ import annotations

import gzip
from pathlib import Path

from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl_tests.bench import Bench

SHIPPING = [name for name, report in CATALOGUE.items() if "shipping" in name and not name.startswith("discount")]


def contents(folder: Path) -> str:
    """Return everything that stands in the files of a folder, batches unpacked."""
    found = (path.read_bytes() for path in folder.rglob("*") if path.is_file())
    plain = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for body in found)
    return "\n".join(body.decode("latin-1") for body in plain)


def test_no_carrier_credential_is_asked_for_or_kept(own_bench: Bench) -> None:
    """All shipping reports, through both APIs: the method that hands out the UPS password is never called."""
    assert len(SHIPPING) == 10
    for name in SHIPPING:
        for api in CATALOGUE[name].apis:
            options = {"options": "all"} if CATALOGUE[name].parameters else {}
            own_bench.write(f"{name}_{api.value}", api.value, name, parameters=options)
            own_bench.refresh(f"{name}_{api.value}")
    called = {entry.rpc_method for entry in own_bench.simulator.simulator.journal}
    assert "ShippingService.getAllShippingOptions" in called
    assert "ShippingService.getUpsShippingOption" not in called
    kept = contents(own_bench.project.data / "batches") + contents(own_bench.project.data / "files")
    assert "shipping_methods" in kept
    assert not [word for word in ("password", "accessKey", "access_key", "accountNumber") if word in kept]
