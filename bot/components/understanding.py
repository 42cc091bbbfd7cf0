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
from scipy.sparse import csr_matrix, hstack

from bot.components import sources
from bot.components.heads import Head
from bot.components.services import ACTS, OTHER, SUGGESTION, act_of, domain_of
from hotline.text.embedding import UNIVERSAL, Encoder, encoder
from hotline.text.letters import segments
from hotline.text.ngrams import Features
from hotline.text.normalise import normalise
from hotline.text.phones import find_phones
from hotline.text.places import find_place
from hotline.text.times import find_time
from hotline.text.vector_cache import cached

log = logging.getLogger(__name__)
FILE = "understanding.npz"
UNSURE = "nlu_fallback"
BARE = "inform"
FILLERS = re.compile("我叫|我姓|联系人|电话|手机号?|号码|地址|位置|就?在|我家|家住|住址?|小区|门口|附近|旁边|对面"
                     "|这边|那边|先生|女士|[是的我这那有]")
WORDS = re.compile(r"[\u4e00-\u9fff]|[a-z]+")
LETTERS = (*ACTS, "add_to_case", "withdraw", "english")
SEVERAL = 60  # characters: shorter texts are about one matter
LETTER = 90  # characters: nobody greets or agrees at such length
HELPERS = (sources.HERE / "heads.py", sources.HERE / "services.py", sources.ROOT / "hotline/text/ngrams.py",
           sources.ROOT / "hotline/text/embedding.py")
PARTS = ("intent", "act", "service")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(GraphComponent, IntentClassifier):
    """Three linear heads over the same features: matter or which talk, which act of a matter, which service."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._features = Features()
        self._heads = {name: Head() for name in PARTS}
        self._encoder = encoder(config["embeddings"])

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
        `cost`: the inverse of the regularisation; `embeddings`: dotted path of the sentence encoder, or `none`.
        """
        return {"sure_enough": 0.3, "service_floor": 0.1, "ranking": 10, "cost": 1.0, "embeddings": UNIVERSAL}

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
        return sources.fingerprint(*HELPERS, *sources.NORMALISATION)

    def train(self, training_data: TrainingData) -> Resource:
        """Train the heads: the intent's on all examples, the act's on acts, the service's where a service is named."""
        examples = [example for example in training_data.intent_examples if example.get(INTENT) and example.get(TEXT)]
        if not examples:
            log.warning("No example with an intent: nothing learnt.")
            return self._resource
        documents = [(_text(example), _words(example)) for example in examples]
        self._features.fit(documents)
        views = self._views(documents, cached(self._encoder, self._config["embeddings"]))
        counts = np.array([float(_told(example, "weight") or 1) for example in examples])
        intents = [str(example.get(INTENT)) for example in examples]
        acts = [intent if intent in ACTS else None for intent in intents]
        for name, labels in (("intent", intents), ("act", acts), ("service", [_service(each) for each in examples])):
            rows = [number for number, label in enumerate(labels) if label]
            if rows:
                # Acts are told apart as often as they come: balanced, every third complaint would be a question.
                self._heads[name].fit([view[rows] for view in views], [str(labels[number]) for number in rows],
                                      self._config["cost"], balanced=name != "act", counts=counts[rows])
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
        if not self._heads["intent"].classes or not text.strip():
            return _nothing()
        views = self._views([(text, _words(message))])
        ranking = self._intents(views)
        if len(text) > LETTER:
            ranking = _of_letters(ranking)
        elif ranking[0]["name"] == BARE:
            ranking = self._beyond_details(message, ranking)
        intent = _decide(ranking, self._config["sure_enough"])
        result = {"intent": intent, "intent_ranking": ranking[: self._config["ranking"]], "act": act_of(intent["name"])}
        return result | self._matter(result["act"], views) | {"segments": self._segments(message)}

    def _segments(self, message: Message) -> list[dict[str, Any]]:
        """The parts of a letter with a service and an act each; whether they are one matter the dialogue decides."""
        written = message.get(TEXT) or ""
        if len(written) <= SEVERAL:
            return []
        parts = segments(written)
        if not parts:
            return []
        texts = [normalise(part.body).text.lower() for part in parts]
        words = _words(message)
        views = self._views([(text, [word for word in words if word in text]) for text in texts])
        services = self._heads["service"].probabilities(views)
        return [{"text": part.text, "start": part.start, "end": part.end,
                 **_best(self._heads["service"], services[number]),
                 "act": act_of(self._intents([view[number] for view in views])[0]["name"])}
                for number, part in enumerate(parts)]

    def _views(self, documents: list[tuple[str, list[str]]], meaning: Encoder | None = None) -> list[csr_matrix]:
        """N-grams alone and, with an encoder, beside the sentence embeddings."""
        grams, meaning = self._features.rows(documents), meaning or self._encoder
        if meaning is None:
            return [grams]
        return [grams, hstack([grams, csr_matrix(meaning.encode([text for text, _ in documents]))]).tocsr()]

    def _intents(self, views: list[csr_matrix]) -> list[dict[str, Any]]:
        """All intents, best first; how likely a matter is says the first head, which act it is the second."""
        chances = self._chances("intent", views)
        if self._heads["act"].classes:
            matter = sum(chance for name, chance in chances.items() if name in ACTS)
            chances |= {name: matter * chance for name, chance in self._chances("act", views).items()}
        return _ranked(chances)

    def _chances(self, head: str, views: list[csr_matrix]) -> dict[str, float]:
        if not self._heads[head].classes:
            return {}
        return dict(zip(self._heads[head].classes, self._heads[head].probabilities(views)[0].tolist(), strict=True))

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
        words = [word for word in _words(message) if word in rest]
        return [item for item in self._intents(self._views([(rest, words)])) if item["name"] != BARE]

    def _matter(self, act: str | None, views: list[csr_matrix]) -> dict[str, Any]:
        """The service's keys; a text that is no matter has none, but its ranking is told all the same."""
        ranking = _ranked(self._chances("service", views))
        best = ranking[0] if ranking and act is not None else None
        code = best["name"] if best else None
        if best and best["confidence"] < self._config["service_floor"]:
            code = OTHER
        if code == OTHER and act == SUGGESTION:
            # A proposal that fits no service: the act's head knows proposals, the service's only their matter.
            code = SUGGESTION
        return {
            "service_code": code,
            "service_confidence": best["confidence"] if best else 0.0,
            "service_ranking": ranking[: self._config["ranking"]],
            "domain": domain_of(code),
        }

    def _persist(self) -> None:
        state: dict[str, np.ndarray] = {}
        for name, part in (("features", self._features), *self._heads.items()):
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
        component._heads = {name: Head.from_state(_part(state, name)) for name in PARTS}
        return component


def _text(message: Message) -> str:
    return normalise(message.get(TEXT) or "").text.lower()


def _words(message: Message) -> list[str]:
    return [token.text for token in message.get("text_tokens") or []]


def _service(example: Message) -> str | None:
    found = _told(example, "service")
    # A proposal that fits no service is `other` told as a suggestion.
    return OTHER if found == SUGGESTION else str(found) if found else None


def _told(example: Message, key: str) -> Any:
    """What an example's metadata, or its block's, say."""
    metadata = example.get(METADATA) or {}
    for level in (METADATA_EXAMPLE, METADATA_INTENT):
        found = metadata.get(level)
        if isinstance(found, dict) and found.get(key):
            return found[key]
    return None


def _best(head: Head, chances: np.ndarray) -> dict[str, Any]:
    if not head.classes:
        return {"service_code": None, "confidence": 0.0}
    place = int(chances.argmax())
    return {"service_code": head.classes[place], "confidence": round(float(chances[place]), 4)}


def _ranked(chances: dict[str, float]) -> list[dict[str, Any]]:
    order = sorted(chances.items(), key=lambda item: -item[1])
    return [{"name": name, "confidence": round(chance, 4)} for name, chance in order]


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
