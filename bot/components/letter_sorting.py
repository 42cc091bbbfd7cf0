"""The sorter of letters as a Rasa component: the intent of a text is a label of the outside log it was trained on."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import sources
from bot.components.letters import Letter, LetterSorter, letter
from bot.components.words import USER_DICTIONARIES, cut, words_of
from hotline.text.embedding import UNIVERSAL, encoder
from hotline.text.vector_cache import cached

log = logging.getLogger(__name__)
FILE = "letters.npz"
HELPERS = (*(sources.HERE / name for name in ("heads.py", "letters.py", "words.py")),
           *(sources.ROOT / "hotline/text" / name for name in ("ngrams.py", "embedding.py")))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LetterSorting(GraphComponent, IntentClassifier):
    """One question, the label; no rules and no dialogue behind it."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._encoder = encoder(config["embeddings"])
        self._sorter: LetterSorter | None = None

    @staticmethod
    def required_packages() -> list[str]:
        """Packages beyond Rasa's own."""
        return ["sklearn", "jieba"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`embeddings`: dotted path of the sentence encoder, or `none`; `ranking`: how many labels are told."""
        return {"embeddings": UNIVERSAL, "ranking": 10}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> LetterSorting:
        """An untrained component; jieba is loaded now, not at the first letter."""
        words_of(USER_DICTIONARIES)
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The cache must see the helpers' source too."""
        return sources.fingerprint(*HELPERS, *sources.NORMALISATION)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the labels of all examples."""
        examples = [each for each in training_data.intent_examples if each.get(INTENT) and each.get(TEXT)]
        if not examples:
            log.warning("No example with an intent: nothing learnt.")
            return self._resource
        self._sorter = LetterSorter.fit([_letter(each) for each in examples], [each.get(INTENT) for each in examples],
                                        cached(self._encoder, self._config["embeddings"]))
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, **self._sorter.state())
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing that follows needs predictions on the training data."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add intent and intent_ranking to each message that has words."""
        for message in messages:
            ranking = self._ranking(message)
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set("intent", dict(best), add_to_output=True)
            message.set("intent_ranking", ranking[: self._config["ranking"]], add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        if self._sorter is None or not (message.get(TEXT) or "").strip():
            return []
        chances = self._sorter.probabilities([_letter(message)], self._encoder)[0].tolist()
        order = sorted(zip(self._sorter.machines.classes, chances, strict=True), key=lambda item: -item[1])
        return [{"name": name, "confidence": round(chance, 4)} for name, chance in order]

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> LetterSorting:
        """Read what was learnt: plain arrays, nothing that could run code."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            if (folder / FILE).is_file():
                with np.load(folder / FILE, allow_pickle=False) as file:
                    component._sorter = LetterSorter.from_state({name: file[name] for name in file.files})
        return component


def _letter(message: Message) -> Letter:
    return letter(str(message.get(TEXT)), cut)
