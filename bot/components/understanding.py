"""The heads as one Rasa component: intent, act, domain and service of a message, calibrated, able to abstain."""

from __future__ import annotations

import logging
import re
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import sources
from bot.components.features import Features
from bot.components.heads import Head, Piece, pieces, pool
from bot.components.services import ACTS, act_of, domain_of
from hotline.text.normalise import normalise
from hotline.text.phones import find_phones
from hotline.text.places import find_place
from hotline.text.times import find_time

log = logging.getLogger(__name__)
FILE = "understanding.npz"
UNSURE = "nlu_fallback"
BARE = "inform"
FILLERS = re.compile("我叫|我姓|联系人|电话|手机号?|号码|地址|位置|就?在|我家|家住|住址?|小区|门口|附近|旁边|对面"
                     "|这边|那边|先生|女士|[是的我这那有]")
WORDS = re.compile(r"[\u4e00-\u9fff]|[a-z]+")
LETTERS = (*ACTS, "add_to_case", "withdraw", "english")
HELPERS = ("features.py", "heads.py", "services.py")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(GraphComponent, IntentClassifier):
    """Two linear heads over the same features: one for the intent, one for the service of a matter."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._features = Features()
        self._intent = Head()
        self._service = Head()

    @classmethod
    def required_components(cls) -> list[type]:
        """Word features need the tokenizer's words."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages beyond Rasa's own."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds are probabilities.

        `sure_enough`: below it, counting all six acts together as one, the intent is `nlu_fallback`;
        `service_floor`: below it a matter's service is `other`; `ranking`: how many names a ranking keeps;
        `cost`: the inverse of the regularisation.
        """
        return {"sure_enough": 0.3, "service_floor": 0.1, "ranking": 10, "cost": 1.0}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> Understanding:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The cache must see the helpers' source too."""
        return sources.fingerprint(*(sources.HERE / name for name in HELPERS), *sources.NORMALISATION)

    def train(self, training_data: TrainingData) -> Resource:
        """Train both heads: the intent's on all examples, the service's on those whose block names a service."""
        examples = [example for example in training_data.intent_examples if example.get(INTENT) and example.get(TEXT)]
        if not examples:
            log.warning("No example with an intent: nothing learnt.")
            return self._resource
        matrix = self._features.fit([(_text(example), _words(example)) for example in examples])
        self._intent.fit(matrix, [example.get(INTENT) for example in examples], self._config["cost"])
        services = [_service(example) for example in examples]
        rows = [number for number, service in enumerate(services) if service]
        if rows:
            self._service.fit(matrix[rows], [str(services[number]) for number in rows], self._config["cost"])
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing that follows in the pipeline needs predictions on the training data."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add intent, intent_ranking, act, domain and the service's keys to each message and to the output."""
        for message in messages:
            for key, value in self._understand(message).items():
                message.set(key, value, add_to_output=True)
        return messages

    def _understand(self, message: Message) -> dict[str, Any]:
        text = _text(message)
        if not self._intent.classes or not text.strip():
            return _nothing()
        parts = pieces(text, [(token.text, token.get("at")) for token in message.get("text_tokens") or []])
        matrix = self._features.rows((part.text, part.words) for part in parts)
        ranking = self._ranked(self._intent, matrix, parts)
        if len(parts) > 1:
            ranking = _of_letters(ranking)
        elif ranking[0]["name"] == BARE:
            ranking = self._beyond_details(message, ranking)
        intent = _decide(ranking, self._config["sure_enough"])
        result = {"intent": intent, "intent_ranking": ranking[: self._config["ranking"]], "act": act_of(intent["name"])}
        return result | self._matter(result["act"], matrix, parts)

    def _beyond_details(self, message: Message, ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A long address outweighs the few words of a matter beside it: those words are then heard alone."""
        text = message.get(TEXT) or ""
        spans = [(phone.start, phone.end) for phone in find_phones(text)]
        spans += [(found.start, found.end) for found in (find_place(text), find_time(text)) if found]
        kept = "".join(" " if any(start <= at < end for start, end in spans) else character
                       for at, character in enumerate(text))
        rest = FILLERS.sub(" ", normalise(kept).text.lower()).strip()
        if len(WORDS.findall(rest)) < 3:
            return ranking
        words = [token.text for token in message.get("text_tokens") or [] if token.text in rest]
        matrix = self._features.rows([(rest, words)])
        chances = self._ranked(self._intent, matrix, [Piece(rest, words, 1.0)])
        return [item for item in chances if item["name"] != BARE]

    def _matter(self, act: str | None, matrix: Any, parts: list[Piece]) -> dict[str, Any]:
        """The service's keys; a text that is no matter has none, but its ranking is told all the same."""
        ranking = self._ranked(self._service, matrix, parts)
        best = ranking[0] if ranking and act is not None else None
        code = best["name"] if best else None
        if best and best["confidence"] < self._config["service_floor"]:
            code = "other"
        return {
            "service_code": code,
            "service_confidence": best["confidence"] if best else 0.0,
            "service_ranking": ranking[: self._config["ranking"]],
            "domain": domain_of(code),
        }

    @staticmethod
    def _ranked(head: Head, matrix: Any, parts: list[Piece]) -> list[dict[str, Any]]:
        if not head.classes:
            return []
        chances = pool(head.log_probabilities(matrix), np.array([part.weight for part in parts]))
        order = np.argsort(-chances, kind="stable")
        return [{"name": head.classes[place], "confidence": round(float(chances[place]), 4)} for place in order]

    def _persist(self) -> None:
        state: dict[str, np.ndarray] = {}
        for name, part in (("features", self._features), ("intent", self._intent), ("service", self._service)):
            state |= {f"{name}_{key}": value for key, value in part.state().items()}
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, **state)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> Understanding:
        """Read the trained heads: plain arrays, nothing that could run code."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            if not (folder / FILE).is_file():
                return component
            with np.load(folder / FILE, allow_pickle=False) as file:
                state = {name: file[name] for name in file.files}
        component._features = Features.from_state(_part(state, "features"))
        component._intent, component._service = (Head.from_state(_part(state, name)) for name in ("intent", "service"))
        return component


def _text(message: Message) -> str:
    return normalise(message.get(TEXT) or "").text.lower()


def _words(message: Message) -> list[str]:
    return [token.text for token in message.get("text_tokens") or []]


def _service(example: Message) -> str | None:
    metadata = example.get(METADATA) or {}
    for level in (METADATA_EXAMPLE, METADATA_INTENT):
        found = metadata.get(level)
        if isinstance(found, dict) and found.get("service"):
            return str(found["service"])
    return None


def _decide(ranking: list[dict[str, Any]], sure_enough: float) -> dict[str, Any]:
    """The best intent; the six acts stand together against talk, so that doubt between acts is no doubt of a matter."""
    matter = sum(item["confidence"] for item in ranking if item["name"] in ACTS)
    talk = max((item["confidence"] for item in ranking if item["name"] not in ACTS), default=0.0)
    best = next(item for item in ranking if (item["name"] in ACTS) == (matter > talk))
    if max(matter, talk) < sure_enough:
        return {"name": UNSURE, "confidence": best["confidence"]}
    return dict(best)


def _of_letters(ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nobody greets or agrees in a letter: what a long text cannot be is left out, the rest made whole again."""
    kept = [item for item in ranking if item["name"] in LETTERS]
    mass = sum(item["confidence"] for item in kept)
    if mass <= 0:
        return ranking
    return [{"name": item["name"], "confidence": round(item["confidence"] / mass, 4)} for item in kept]


def _nothing() -> dict[str, Any]:
    """A message without words: an image, a location or blanks."""
    return {"intent": {"name": UNSURE, "confidence": 0.0}, "intent_ranking": [], "act": None, "domain": None,
            "service_code": None, "service_confidence": 0.0, "service_ranking": []}


def _part(state: dict[str, Any], name: str) -> dict[str, Any]:
    return {key.removeprefix(f"{name}_"): value for key, value in state.items() if key.startswith(f"{name}_")}
