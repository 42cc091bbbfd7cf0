"""Places, phones, times, receipts and districts, once each, with spans in the citizen's own text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import sources
from hotline.text.normalise import normalise
from hotline.text.phones import find_phones, own_phone
from hotline.text.places import Place, find_place
from hotline.text.times import find_time
from hotline.text.words import receipt_in


@dataclass(frozen=True)
class Found:
    """One entity: its value and its span in the original text."""

    entity: str
    value: str
    start: int
    end: int

    def as_rasa(self) -> dict[str, Any]:
        """The form of Rasa's entity lists."""
        return {"entity": self.entity, "value": self.value, "start": self.start, "end": self.end,
                "extractor": "HotlineEntities"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class HotlineEntities(GraphComponent, EntityExtractorMixin):
    """Entities by patterns and the gazetteer of `hotline.text`: their spans do not depend on jieba's cuts."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> HotlineEntities:
        """Build the extractor."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities, `place` and `phone` to each message and to the output."""
        for message in messages:
            text = message.get(TEXT) or ""
            place = find_place(text)
            phone = own_phone(text)
            message.set(ENTITIES, [item.as_rasa() for item in entities_of(text, place)], add_to_output=True)
            message.set("place", place.text if place else None, add_to_output=True)
            message.set("phone", phone.digits if phone else None, add_to_output=True)
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The cache must see the patterns too."""
        return sources.fingerprint(sources.ROOT / "hotline/text")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training needs no entities of ours."""
        return training_data


def entities_of(text: str, place: Place | None) -> list[Found]:
    """All entities of a text, each once, in the order of the text."""
    found = [Found("phone", phone.digits, phone.start, phone.end) for phone in find_phones(text) if phone.valid]
    if place is not None:
        found.append(Found("place", place.text, place.start, place.end))
        if place.district is not None:
            found.append(Found("district", place.district, place.start, place.end))
    when = find_time(text)
    if when is not None:
        found.append(Found("time", when.text, when.start, when.end))
    receipt = receipt_in(text)
    if receipt is not None:
        found.append(_receipt(text, receipt))
    return sorted(found, key=lambda item: (item.start, item.entity))


def _receipt(text: str, receipt: str) -> Found:
    """Where a receipt stands: its digits may have blanks and hyphens between them."""
    normal = normalise(text)
    digits = r"[\s\-_]?".join(receipt[2:])
    match = re.search(rf"q\s?d[\s:#.\-_号]{{0,3}}{digits}", normal.text, re.IGNORECASE)
    start, end = normal.span(*match.span()) if match else (0, len(text))
    return Found("receipt", receipt, start, end)
