"""The organisation's own scenes at the terminal. Scenes that ship are played without an installation, also beside one
that cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from makegood.config.environment import Environment
from makegood.config.installed import environment, installation
from makegood.config.values import BadSetting
from makegood.platform.postgres import PostgresTrouble, data_folder

if TYPE_CHECKING:
    from makegood.practice.rules.values import Scene


@dataclass(frozen=True, slots=True)
class Own:
    """Published scenes by their names, each with its text; `trouble` says why they could not be asked for."""

    scenes: Mapping[str, tuple[Scene, str]] = field(default_factory=dict)
    trouble: str = ""


def own_scenes() -> Own:
    """Those of the installation of this machine, if there is one."""
    try:
        return Own(_asked()) if _is_there(environment()) else Own()
    except (BadSetting, PostgresTrouble) as trouble:
        return Own(trouble=str(trouble))


def _is_there(where: Environment) -> bool:
    return not where.embedded or data_folder(where.home).exists()


def _asked() -> Mapping[str, tuple[Scene, str]]:
    """Raises PostgresTrouble when the database cannot be asked."""
    with installation():
        from django.db import Error

        from makegood.practice.queries import published

        try:
            return {scene.id: (scene, text) for scene, text in published()}
        except Error as fault:
            said = (str(fault).strip().splitlines() or ["nothing"])[0]
            raise PostgresTrouble(f"Look with: makegood doctor. The database says: {said}") from None
