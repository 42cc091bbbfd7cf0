"""Start a serving process without what only training or other channels need.

Rasa imports TensorFlow (8 to 10 seconds, 400 MB) and two dozen chat platforms' libraries on the way to any
model. A model of linear components and rules uses none of them, so stand-ins take the places of the few modules
that pull them in. Only `python -m bot serve` does this, and only for a model whose components are our own;
training and Rasa's own commands see Rasa as it is.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import tarfile
import types
from pathlib import Path

# Module: the names that others import from it at the top. Nothing of these runs when a model of ours serves.
_TRAINING_ONLY = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator", "RasaDataGenerator"),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
}
_LIGHT = ("bot.components.", "rasa.core.policies.rule_policy.", "rasa.core.policies.ensemble.",
          "rasa.graph_components.", "rasa.nlu.classifiers.regex_message_handler.", "rasa.engine.")


def is_light(model: Path) -> bool:
    """Whether every component that the model serves with is ours or one of Rasa's plain ones.

    Raises ValueError for a file that is no model of Rasa.
    """
    try:
        with tarfile.open(model) as archive:
            member = next(item for item in archive if Path(item.name).name == "metadata.json")
            file = archive.extractfile(member)
            nodes = json.loads(file.read() if file else b"")["predict_schema"]["nodes"]
    except (tarfile.TarError, OSError, EOFError, StopIteration, KeyError, ValueError) as error:
        raise ValueError(f"{model.name} is no model") from error
    return all(str(node["uses"]).startswith(_LIGHT) for node in nodes.values())


def lighten() -> None:
    """Put the stand-ins in place; must run before anything of Rasa's core is imported."""
    for module, names in _TRAINING_ONLY.items():
        stand_in = types.ModuleType(module, "A stand-in: see bot/light.py.")
        for name in names:
            setattr(stand_in, name, type(name, (), {"__module__": module}))
        sys.modules[module] = stand_in
    _bare_package("rasa.core.channels", source="rasa.core.channels.channel")


def _bare_package(name: str, source: str) -> None:
    """A package without its `__init__` that imports every module; names asked of it come from one of them."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        return
    package = types.ModuleType(name, "A stand-in: see bot/light.py.")
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = spec
    package.__getattr__ = lambda wanted: getattr(importlib.import_module(source), wanted)  # type: ignore[method-assign]
    sys.modules[name] = package
