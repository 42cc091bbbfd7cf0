"""A citizen who talks to the dialogue without Rasa: keeps the slots, plays the house's reads from small lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.actions.base import Message, Outcome, Turn
from bot.dialogue.routing import plan, respond
from bot.dialogue.scene import Needs, Reads, Scene
from hotline.text.phones import own_phone
from hotline.text.places import find_place

JSON = dict[str, Any]
Ranking = Sequence[tuple[str, float]]
ACTS = ("report", "consult", "suggestion", "urge", "status", "praise")
SERVICES = {
    "facility_streetlight": {"code": "facility_streetlight", "name": "路灯", "domain": "public_facilities"},
    "property_repair": {"code": "property_repair", "name": "房屋公共部位维修", "domain": "property_management"},
    "property_parking": {"code": "property_parking", "name": "小区停车", "domain": "property_management"},
    "gas_connection": {"code": "gas_connection", "name": "燃气开通改造", "domain": "gas_safety"},
    "gas_outage": {"code": "gas_outage", "name": "停气", "domain": "gas_safety"},
    "sanitation": {"code": "sanitation", "name": "环境卫生", "domain": "public_facilities"},
    "suggestion": {"code": "suggestion", "name": "意见建议", "domain": "other"},
    "other": {"code": "other", "name": "其他事项", "domain": "other"},
}
HEATING: JSON = {
    "article": "heat-temp", "question": "供暖室温最低多少度？", "score": 0.9, "facts": ["H-1"],
    "answer": "供暖期内卧室、起居室不低于18℃。", "source": "《青岛市供热条例》", "as_of": None, "verify": False,
    "domain": "other",
}
FEE: JSON = {
    "article": "gas-fee", "question": "燃气一方多少钱？", "score": 0.9, "facts": ["A-9"], "answer": "按阶梯计价。",
    "source": "青岛市发改委通告", "as_of": "2023年5月", "verify": True, "domain": "gas_safety",
}
KNOWN = {"供暖": HEATING, "暖气": HEATING, "多少度": HEATING, "燃气价": FEE, "燃气一方": FEE}
NEAR = {"养狗": ("养狗要办证吗？", "遛狗有什么规矩？", "狗叫扰民怎么办？")}


def ticket(receipt: str = "QD20231124000001", status: str = "processing", **more: Any) -> JSON:
    """A ticket as the house tells of it."""
    return {
        "receipt": receipt, "status": status, "status_text": "办理中", "service_code": "facility_streetlight",
        "service_name": "路灯", "title": "延吉路路灯不亮", "address": "延吉路117号", "phone": "138****8000",
        "created_at": "2023-11-24T01:00:00Z", "due_at": None, **more}


class Citizen:
    """Talks turn by turn; `own` are the citizen's tickets, `foreign` those of others with their last four digits."""

    def __init__(self, own: Sequence[JSON] = (), foreign: dict[str, JSON] | None = None, down: bool = False) -> None:
        self.slots: JSON = {"errand": "none"}
        self.own = list(own)
        self.foreign = foreign or {}
        self.down = down
        self.messages: tuple[Message, ...] = ()
        self.commands: tuple[JSON, ...] = ()
        self.filed: list[JSON] = []

    def say(
        self, text: str, intent: str | None = None, service: str | None = None, confidence: float = 0.8,
        attachments: Sequence[JSON] = (), ranking: Ranking = (),
    ) -> Outcome:
        """One turn; without an intent the model is as unhelpful as can be."""
        scene = Scene(Turn(text, self._parse(text, intent, service, confidence, ranking), dict(self.slots), {
            "citizen_id": "c1"}, tuple(attachments)))
        outcome = respond(Scene(scene.turn, self._read(plan(scene))))
        json.dumps(dict(outcome.slots))
        self.slots = json.loads(json.dumps({**self.slots, **outcome.slots}))
        self.messages, self.commands = outcome.messages, outcome.commands
        self.filed += [command for command in outcome.commands if command["kind"] == "file_case"]
        return outcome

    @property
    def said(self) -> str:
        """All that the bot said in the last turn."""
        return "\n".join(message.text or "" for message in self.messages)

    @property
    def asked(self) -> str | None:
        """The field of the last question."""
        custom = self.messages[-1].custom or {}
        return custom.get("field") if custom.get("type") == "ask" else None

    @property
    def titles(self) -> list[str]:
        """The buttons of the last bubble."""
        return [button["title"] for button in self.messages[-1].buttons]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the last turn's commands."""
        return [command["kind"] for command in self.commands]

    @property
    def draft(self) -> JSON:
        """The open report as the slot keeps it."""
        return self.slots.get("draft") or {}

    def _parse(
        self, text: str, intent: str | None, service: str | None, confidence: float, ranking: Ranking
    ) -> JSON:
        act = intent if intent in ACTS else None
        place, phone = find_place(text), own_phone(text)
        ranked = ranking or ([(service, confidence)] if service else [("other", 0.2)])
        return {
            "text": text, "intent": intent or "nlu_fallback", "confidence": confidence if intent else 0.1,
            "ranking": [], "entities": [], "act": act, "service_code": ranked[0][0] if act else None,
            "service_confidence": ranked[0][1], "domain": None,
            "service_ranking": [{"name": name, "confidence": value} for name, value in ranked],
            "place": place.text if place else None, "phone": phone.digits if phone else None,
        }

    def _read(self, needs: Needs) -> Reads:
        if self.down:
            return Reads(failed=bool(needs.queries))
        cases = self._lookup(needs) if needs.cases else None
        return Reads(SERVICES, tuple(search(query) for query in needs.queries), cases)

    def _lookup(self, needs: Needs) -> tuple[JSON, ...]:
        if needs.receipt is None:
            return tuple(self.own)
        mine = tuple(case for case in self.own if case["receipt"] == needs.receipt)
        other = self.foreign.get(needs.receipt)
        if not mine and other is not None and other["secret"] in (needs.last4, needs.code):
            return (other,)
        return mine


def search(query: str) -> JSON:
    if "外星人" in query:
        return {"decision": "none", "results": []}
    for word, article in KNOWN.items():
        if word in query:
            return {"decision": "answer", "results": [article]}
    for word, questions in NEAR.items():
        if query in questions:
            dog = {**HEATING, "article": "dog", "question": query, "answer": "要办证。"}
            return {"decision": "ask", "results": [dog]}
        if word in query:
            near = [{**HEATING, "article": f"dog-{at}", "question": question} for at, question in enumerate(questions)]
            return {"decision": "ask", "results": near}
    return {"decision": "none", "results": []}
