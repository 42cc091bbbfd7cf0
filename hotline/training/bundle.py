"""A model as it is published: the bot's file, the emergency model, the thresholds, the data it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hotline.conversation.serving import read_emergency
from hotline.emergency.model import Model
from hotline.emergency.thresholds import Thresholds
from hotline.emergency.training import load_or_train
from hotline.errors import BadInput
from hotline.processes import newest_model
from hotline.settings import ROOT


@dataclass(frozen=True)
class Bundle:
    """`id` and `folder` are None for the model that the checkout was trained to."""

    id: str | None
    folder: Path | None
    bot: Path
    data: Path

    def ears(self, embeddings: str) -> tuple[Model, Thresholds]:
        """What the detector hears with. Raises BadInput, OSError, KeyError, ValueError for unusable files."""
        if self.folder is None:
            return load_or_train(embeddings), Thresholds()
        return read_emergency(self.folder, embeddings)


def bundle_at(folder: Path) -> Bundle:
    """A candidate's folder. Raises BadInput when it is none."""
    for name in ("bot.tar.gz", "emergency.npz", "thresholds.json"):
        if not (folder / name).is_file():
            raise BadInput(f"{folder} 里没有 {name}")
    return Bundle(folder.name, folder, folder / "bot.tar.gz", folder / "data")


def checkout() -> Bundle:
    """The checkout's own newest model. Raises BadInput when it was never trained."""
    model = newest_model()
    if model is None:
        raise BadInput("还没有训练好的模型：先运行 python -m hotline train")
    return Bundle(None, None, model, ROOT / "bot" / "data")
