"""What `workspace.yaml` loads: the project's definitions, built when Dagster asks for them."""

import dagster as dg

from infusion_etl.orchestration import build_definitions, dataset_executor
from infusion_etl.settings import find_project


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of the project found from the environment or the working directory."""
    return dg.Definitions.merge(build_definitions(find_project()), dg.Definitions(executor=dataset_executor()))
