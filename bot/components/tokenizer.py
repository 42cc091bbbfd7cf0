"""Words by jieba with Qingdao's own, on the normalised text, without whitespace, ready at load."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.components import sources
from bot.components.words import USER_DICTIONARIES, words_of
from hotline.text.normalise import normalise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class QingdaoTokenizer(Tokenizer):
    """Tokens of the normalised text whose offsets hold in the original text."""

    @staticmethod
    def supported_languages() -> list[str]:
        """Chinese only."""
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages beyond Rasa's own."""
        return ["jieba"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`dictionaries`: jieba user dictionaries, relative to the repository; absent ones are passed over.

        The names of `hotline/text/gazetteer.txt` are words in any case.
        """
        return {
            "dictionaries": list(USER_DICTIONARIES),
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> QingdaoTokenizer:
        """Build the tokenizer and load its dictionaries now: jieba would take a second at the first message."""
        tokenizer = cls(config)
        words_of(tuple(config["dictionaries"]))
        normalise("暖")
        return tokenizer

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The cache must see the dictionaries and the normalisation too."""
        paths = [sources.ROOT / name for name in config.get("dictionaries", USER_DICTIONARIES)]
        return sources.fingerprint(*sources.NORMALISATION, sources.HERE / "words.py",
                                   sources.ROOT / "hotline/text/gazetteer.txt", *paths)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Cut one attribute of a message; a token's `at` is its place in the normalised text."""
        normal = normalise(message.get(attribute))
        cut = words_of(tuple(self._config["dictionaries"])).tokenize(normal.text.lower())
        return [Token(word, *normal.span(start, end), data={"at": start}) for word, start, end in cut if word.strip()]
