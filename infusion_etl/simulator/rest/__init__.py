"""The REST v2 face: a pure function from the world and a request to an answer."""

from infusion_etl.simulator.rest.answers import RestAnswer, RestRequest
from infusion_etl.simulator.rest.routing import handle

__all__ = ["RestAnswer", "RestRequest", "handle"]
