"""The one world that every face of the simulator shows."""

from infusion_etl.simulator.world.build import build_world
from infusion_etl.simulator.world.world import World

__all__ = ["World", "build_world"]
