"""The graph components by themselves: offsets, words, heads, persistence and the cache's keys."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.components import sources
from bot.components.entities import HotlineEntities
from bot.components.heads import Head
from bot.components.services import domain_of
from bot.components.tokenizer import QingdaoTokenizer
from bot.components.understanding import UNSURE, Understanding
from bot.components.words import words_of
from hotline.text.ngrams import Features
from tests.bot.servers import PROJECT

CONTEXT = ExecutionContext(GraphSchema({}))
TEXTS = [
    "家裏有煤氣味，在市南區香港中路１２号", "ＡＢＣ　全角　空格\t和\n换行", "  前后有空白  ",
    "电话 138 0013 8000，谢谢！😀", "", "\u200b零宽\u200b", "楼道堆杂物 " * 30,
]


def tokenizer(**config: object) -> QingdaoTokenizer:
    """A tokenizer as Rasa makes it."""
    options = {**QingdaoTokenizer.get_default_config(), **config}
    return QingdaoTokenizer.create(options, None, Resource("tokenizer"), CONTEXT)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data() -> TrainingData:
    """The test project's examples, tokenised."""
    return tokenizer().process_training_data(load_data(str(PROJECT / "data/nlu.yml")))


def understand(component: Understanding, *texts: str) -> list[Message]:
    """Messages after the tokenizer and the heads."""
    return component.process(tokenizer().process([Message({"text": text}) for text in texts]))


def trained(data: TrainingData, storage: LocalModelStorage, **config: object) -> Understanding:
    """A component trained on the examples."""
    options = {**Understanding.get_default_config(), "sure_enough": 0.2, **config}
    component = Understanding.create(options, storage, Resource("understanding"), CONTEXT)
    component.train(data)
    return component


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_stand_where_they_say_and_none_is_blank(text: str) -> None:
    tokens = tokenizer().process([Message({"text": text})])[0].get("text_tokens")
    last = 0
    for token in tokens:
        assert token.text.strip()
        assert last <= token.start < token.end <= len(text)
        assert text[token.start:token.end].strip()
        last = token.end
    covered = "".join(text[token.start:token.end] for token in tokens)
    assert len(covered) >= sum(character.isalnum() for character in text)


def test_traditional_and_full_width_are_the_same_words_at_their_own_places() -> None:
    plain, other = (
        tokenizer().process([Message({"text": text})])[0].get("text_tokens")
        for text in ("家里有煤气味,电话138", "家裏有煤氣味，電話１３８"))
    assert [token.text for token in plain] == [token.text for token in other]
    assert [(token.start, token.end) for token in plain] == [(token.start, token.end) for token in other]


def test_names_of_the_city_are_not_cut() -> None:
    cut = list(words_of(()).cut("我在香港中路和王哥庄街道"))
    assert "香港中路" in cut
    assert "王哥庄街道" in cut


def test_a_user_dictionary_makes_words_and_an_absent_one_does_no_harm(tmp_path: Path) -> None:
    dictionary = tmp_path / "words.txt"
    dictionary.write_text("# comment\n装灯箱哒 1000 n\n\n燃氣管哒\n", encoding="utf-8")
    made = tokenizer(dictionaries=[str(dictionary), "no/such/file.txt"])
    message, = made.process([Message({"text": "门口装灯箱哒燃气管哒"})])
    assert {"装灯箱哒", "燃气管哒"} <= {token.text for token in message.get("text_tokens")}


def test_jieba_is_ready_when_the_component_is() -> None:
    made = tokenizer()
    assert words_of(tuple(made._config["dictionaries"])).initialized


def test_features_are_those_of_scikit_learn() -> None:
    random.seed(5)
    words = ["煤气", "路灯", "物业", "不", "亮", "a", "1"]
    documents = [
        ("".join(chosen), chosen) for chosen in (random.choices(words, k=random.randint(1, 9)) for _ in range(40))]
    ours = Features().fit(documents).toarray()
    chars = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, lowercase=False)
    pairs = TfidfVectorizer(analyzer=lambda doc: [*doc, *map(" ".join, pairwise(doc))], sublinear_tf=True)
    theirs = np.hstack([
        chars.fit_transform([text for text, _ in documents]).toarray(),
        pairs.fit_transform([doc for _, doc in documents]).toarray()])
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-5)


def test_a_text_of_unknown_signs_has_an_empty_row() -> None:
    features = Features()
    features.fit([("路灯", ["路灯"])])
    assert features.rows([("☃", ["☃"])]).nnz == 0
    assert features.rows([("", [])]).shape == (1, 4)  # 路, 灯, 路灯 and the word


def test_probabilities_sum_to_one_and_follow_the_evidence(data: TrainingData, tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    for message in understand(trained(data, storage, ranking=25), "家里煤气味很大", "路灯坏了", "你好", "龘"):
        ranking = message.get("intent_ranking")
        assert abs(sum(item["confidence"] for item in ranking) - 1) < 0.01
        assert ranking == sorted(ranking, key=lambda item: -item["confidence"])
        assert all(isinstance(item["confidence"], float) for item in ranking)


def test_domain_act_and_service_of_matter_and_of_talk(data: TrainingData, tmp_path: Path) -> None:
    leak, light, hello = understand(
        trained(data, LocalModelStorage.create(tmp_path)), "楼道里有燃气味道", "咱們門口路燈不亮", "您好")
    assert (leak.get("act"), leak.get("service_code"), leak.get("domain")) == ("report", "gas_leak", "gas_safety")
    assert (light.get("service_code"), light.get("domain")) == ("facility_streetlight", "public_facilities")
    assert (hello.get("act"), hello.get("service_code"), hello.get("domain")) == (None, None, None)
    assert hello.get("service_ranking")
    assert {"act", "domain", "service_code", "service_ranking", "intent_ranking"} <= leak.output_properties


def test_what_is_unsure_is_said_to_be(data: TrainingData, tmp_path: Path) -> None:
    doubtful, = understand(trained(data, LocalModelStorage.create(tmp_path), sure_enough=0.999999), "嗯路灯您好对吗")
    assert doubtful.get("intent")["name"] == UNSURE
    assert doubtful.get("act") is None
    floored, = understand(trained(data, LocalModelStorage.create(tmp_path), service_floor=1.1), "路灯坏了")
    assert floored.get("service_code") == "other"


def test_what_was_learnt_survives_storage(data: TrainingData, tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    before = trained(data, storage)
    after = Understanding.load(before._config, storage, Resource("understanding"), CONTEXT)
    for text in ("家里煤气味很大", "路灯坏了", "你好", "老板拖欠工资 " * 40):
        first, second = understand(before, text)[0], understand(after, text)[0]
        for key in ("intent", "intent_ranking", "service_ranking", "service_code"):
            assert first.get(key) == second.get(key)


def test_a_model_without_examples_understands_nothing_and_says_so(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    empty = trained(TrainingData(), storage)
    assert understand(empty, "路灯坏了")[0].get("intent") == {"name": UNSURE, "confidence": 0.0}


def test_a_row_that_counts_more_outweighs_those_that_contradict_it() -> None:
    matrix = csr_matrix(np.eye(2, dtype=np.float32)[[0, 0, 0, 0, 1, 1, 1, 1]])
    labels = ["plain", "plain", "plain", "corrected", *["other"] * 4]

    def best(count: float) -> str:
        counts = np.array([1.0, 1.0, 1.0, count, 1.0, 1.0, 1.0, 1.0])
        head = Head().fit([matrix], labels, balanced=False, temperature=1.0, counts=counts)
        return head.classes[int(head.probabilities([matrix[:1]])[0].argmax())]

    assert (best(1.0), best(20.0)) == ("plain", "corrected")


def test_training_is_the_same_each_time(data: TrainingData, tmp_path: Path) -> None:
    one, two = (trained(data, LocalModelStorage.create(tmp_path))._heads["intent"].machines for _ in range(2))
    assert len(one) == len(two) == 2
    for first, second in zip(one, two, strict=True):
        np.testing.assert_array_equal(first.weights, second.weights)
        assert first.temperature == second.temperature


def test_without_embeddings_a_head_has_the_machine_of_words_alone(data: TrainingData, tmp_path: Path) -> None:
    component = trained(data, LocalModelStorage.create(tmp_path), embeddings="none")
    assert [len(head.machines) for head in component._heads.values()] == [1, 1, 1]
    light, = understand(component, "门口路灯不亮")
    assert light.get("service_code") == "facility_streetlight"


def test_a_head_with_one_or_two_classes_works() -> None:
    texts = [["路灯"], ["燃气"], ["路灯", "坏"], ["燃气", "味"]]
    views = [Features().fit([("".join(words), words) for words in texts])]
    one = Head().fit(views, ["a"] * 4)
    assert one.probabilities(views).tolist() == [[1.0]] * 4
    two = Head().fit(views, ["a", "b", "a", "b"])
    assert two.probabilities(views).argmax(axis=1).tolist() == [0, 1, 0, 1]


def test_a_letter_comes_with_its_parts_and_a_chat_message_without(data: TrainingData, tmp_path: Path) -> None:
    component = trained(data, LocalModelStorage.create(tmp_path))
    letter = ("我家门口的路灯坏了一个多月，晚上什么也看不见，老人都不敢出门，请尽快派人来修。"
              "另外还有一件事，家里的燃气灶总是打不着火，燃气公司也没有人来看。")
    chat, long = understand(component, "路灯坏了", letter)
    assert chat.get("segments") == []
    parts = long.get("segments")
    assert len(parts) >= 2 and all(letter[part["start"]:part["end"]] == part["text"] for part in parts)
    assert parts[0]["service_code"] == "facility_streetlight" and 0 < parts[0]["confidence"] <= 1


def test_entities_have_spans_in_the_citizens_own_text() -> None:
    text = "單號ＱＤ２０２６１１２３００００１２，電話１３８　００１３　８０００，再說一遍１３８００１３８０００"
    message, = HotlineEntities().process([Message({"text": text})])
    found = {}
    for entity in message.get("entities"):
        found.setdefault(entity["entity"], []).append((entity["value"], text[entity["start"]:entity["end"]]))
    assert found["receipt"] == [("QD20261123000012", "ＱＤ２０２６１１２３００００１２")]
    assert found["phone"][0] == ("13800138000", "１３８　００１３　８０００")
    assert message.get("phone") == "13800138000"
    assert "entities" in message.output_properties


def test_the_caches_key_sees_helpers_and_dictionaries(tmp_path: Path) -> None:
    dictionary = tmp_path / "words.txt"
    config = {"dictionaries": [str(dictionary)]}
    absent = QingdaoTokenizer.fingerprint_addon(config)
    dictionary.write_text("装灯箱\n", encoding="utf-8")
    first = QingdaoTokenizer.fingerprint_addon(config)
    dictionary.write_text("拆灯箱\n", encoding="utf-8")
    assert len({absent, first, QingdaoTokenizer.fingerprint_addon(config)}) == 3
    helper = tmp_path / "helper.py"
    helper.write_text("A = 1\n")
    before = sources.fingerprint(helper)
    helper.write_text("A = 2\n")
    assert sources.fingerprint(helper) != before
    for component in (Understanding, HotlineEntities):
        assert component.fingerprint_addon({}) == component.fingerprint_addon({})


@pytest.mark.parametrize("service, domain", [
    ("gas_leak", "gas_safety"), ("property_fee", "property_management"), ("signage_hazard", "signage"),
    ("courtyard_stickers", "courtyard_order"), ("facility_toilet", "public_facilities"),
    ("sanitation", "public_facilities"), ("suggestion", "other"), ("other", "other"), (None, None),
])
def test_the_domain_of_each_service(service: str | None, domain: str | None) -> None:
    assert domain_of(service) == domain
