"""Switches for schools, set by the environment: FMNIST_UPLOADS, FMNIST_CAMERA and FMNIST_ROOMS, each on or off."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Switches:
    """What a school may turn off; all is on by default.

    Attributes:
        uploads: own pictures from files or the clipboard.
        camera: own pictures from the camera.
        rooms: Classroom.
    """

    uploads: bool = True
    camera: bool = True
    rooms: bool = True

    @classmethod
    def configured(cls, environment: Mapping[str, str] = os.environ) -> "Switches":
        """Return how the environment has them.

        Raises:
            ValueError: a variable is neither "on" nor "off".
        """
        chosen = {}
        for switch in fields(cls):
            name = f"FMNIST_{switch.name.upper()}"
            text = environment.get(name, "on").strip().lower()
            if text not in ("on", "off"):
                raise ValueError(f"{name} must be on or off, received {text[:40]!r}")
            chosen[switch.name] = text == "on"
        return cls(**chosen)


SWITCHES = Switches.configured()
