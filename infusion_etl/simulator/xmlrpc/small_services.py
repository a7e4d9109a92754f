"""ProductService, FileService and WebFormService: one method each."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from infusion_etl.simulator.world import World
from infusion_etl.simulator.xmlrpc.faults import record_not_found


def inventory(world: World, product: int) -> int:
    """Return how many of a product are in stock; 0 for one that keeps no stock (assumed)."""
    found = world.products.get(product)
    if found is None:
        raise record_not_found("Product", product)
    return found.inventory_count


def file_content(world: World, file: int) -> str:
    """Return a file as one text in base64."""
    found = world.files.get(file)
    if found is None:
        raise record_not_found("FileBox", file)
    return base64.b64encode(found.content).decode("ascii")


def webform_map(world: World) -> Mapping[str, str]:
    """Return the titles of all web forms by id."""
    return {str(form.id): form.name for form in world.webforms}
