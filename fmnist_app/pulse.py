"""What browsers in a class ask every second or so: has anything changed? Only then Streamlit runs.

The token travels in a header, so that no log of addresses holds it. A wrong one is told nothing.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fmnist_app import loading
from fmnist_app.switches import SWITCHES

HEADER = "x-class-token"


def pulse(request: Request) -> Response:
    """Answer with a short text that changes when the visitor's view does; 404 for no such token, 503 for no answer."""
    loading.classroom()
    from fmnist_app.classroom.service import SCHOOL
    from fmnist_core.classroom.errors import Unavailable

    try:
        found = SCHOOL.rooms.pulse(request.headers.get(HEADER, "")[:64])
    except Unavailable:
        return PlainTextResponse("", 503, {"Cache-Control": "no-store"})
    return PlainTextResponse(found or "", 200 if found else 404, {"Cache-Control": "no-store"})


ROUTES = [Route("/class-pulse", pulse), Route("/{base:path}/class-pulse", pulse)] if SWITCHES.rooms else []
