"""One sheet with the thumbnails of all test pictures, served once and kept by the browser.

The map shows a thumbnail under the pointer without asking Python. A host that runs the script without our server's
routes gives no sheet; the map then names its pictures and shows no thumbnails.
"""

import io
from functools import cache

import numpy as np
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from fmnist_core import data, load_test

COLUMNS = 100
QUALITY = 75
NAME = f"{data.SHA256['t10k-images-idx3-ubyte'][:16]}-{QUALITY}.webp"
ADDRESS = f"sprites/{NAME}"


@cache
def sheet() -> bytes:
    """Return all test pictures in rows of 100, as WebP."""
    tiles = load_test().images.reshape(-1, COLUMNS, data.SIDE, data.SIDE)
    pixels = tiles.swapaxes(1, 2).reshape(-1, COLUMNS * data.SIDE)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "WEBP", quality=QUALITY, method=0)
    return buffer.getvalue()


def serve(request: Request) -> Response:
    """Answer a request for the sheet; its name changes with its content, so it may be kept for ever."""
    if request.path_params["name"] != NAME:
        return Response("There is no such sheet.", 404, media_type="text/plain")
    return Response(sheet(), media_type="image/webp", headers={"Cache-Control": "public, max-age=31536000, immutable"})
