"""What the house says in an emergency: fixed texts, editable by the operator under their names."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.emergency.kinds import Emergency

TEXTS: dict[str, str] = {
    "gas": (
        "1. 不要开关任何电器，不要点火，不要在屋里打电话。\n"
        "2. 顺手能关就关掉燃气阀门，轻轻打开门窗。\n"
        "3. 马上离开，到室外安全的地方。\n"
        "4. 在室外拨打 119，或燃气公司抢修电话{gas_firms}。\n"
        "您先离开，到安全处再回复我。"
    ),
    "ill": "有人不舒服，到室外马上拨打 120。",
    "carbon_monoxide": (
        "1. 立即打开门窗，离开到空气流通处。\n"
        "2. 顺手关掉热水器和炉灶。\n"
        "3. 有人不舒服马上拨打 120；闻到燃气味同时拨打 119。"
    ),
    "fire": (
        "1. 马上拨打 119。\n2. 赶快离开，走楼梯，不要坐电梯。\n3. 有烟就弯腰捂住口鼻，随手关门。\n我们的人工坐席马上联系您。"
    ),
    "illness": (
        "1. 马上拨打 120，说清地址和情况。\n2. 不要随意搬动病人，留人守在旁边。\n我们的人工坐席马上联系您。"
    ),
    "crime": (
        "1. 马上拨打 110。\n2. 先保护自己，躲到安全的地方。\n我们的人工坐席马上联系您。"
    ),
    "self_harm": (
        "1. 请现在拨打 120 或 110，会有人马上来帮您。\n2. 请到有人的地方去，让家人或朋友陪着您。\n"
        "您愿意说，我们就听着。我们的人工坐席马上联系您。"
    ),
    "cannot_speak": "您不方便打电话没关系：请用文字告诉我们地址，坐席会替您拨打 {numbers}。",
    "en_gas": (
        "1. Do not touch any switch, do not light anything, do not phone indoors.\n"
        "2. If you can reach it, close the gas valve. Gently open doors and windows.\n"
        "3. Leave at once. Go to a safe place outside.\n"
        "4. Outside, call 119, or the gas company's emergency line{gas_firms}.\n"
        "Leave first. Reply to me when you are safe."
    ),
    "en_carbon_monoxide": (
        "1. Open doors and windows now and get out into fresh air.\n"
        "2. Turn off the water heater and the stove on your way.\n"
        "3. If anyone feels unwell, call 120 at once. If you smell gas, call 119 as well."
    ),
    "en_fire": (
        "1. Call 119 now.\n2. Get out. Use the stairs, not the lift.\n"
        "3. If there is smoke, stay low, cover your nose and mouth, close doors behind you.\n"
        "One of our staff will contact you at once."
    ),
    "en_illness": (
        "1. Call 120 now. Say where you are and what has happened.\n2. Do not move the person. Stay with them.\n"
        "One of our staff will contact you at once."
    ),
    "en_crime": (
        "1. Call 110 now.\n2. Keep yourself safe first. Get to a safe place.\nOne of our staff will contact you at once."
    ),
    "en_self_harm": (
        "1. Please call 120 or 110 now. Somebody will come to help you.\n"
        "2. Go where other people are. Let family or a friend stay with you.\n"
        "We will listen to you. One of our staff will contact you at once."
    ),
    "en_ill": "If anyone feels ill, call 120 from outside.",
    "en_cannot_speak": (
        "If you cannot phone: write your address here, and our staff will call {numbers} for you."
    ),
}
_NUMBERS = {"leak": "119", "carbon_monoxide": "120、119", "fire": "119", "illness": "120", "crime": "110", "self_harm": "120、110"}


def text_name(emergency: Emergency, english: bool = False) -> str:
    """The name under which an operator edits the advice for this emergency."""
    name = "gas" if emergency.subkind == "leak" or (emergency.kind == "gas" and emergency.subkind == "fire") else emergency.subkind
    return f"en_{name}" if english else name


def advice(
    emergency: Emergency, gas_firms: str = "", overrides: Mapping[str, str] | None = None,
    english: bool = False, cannot_speak: bool = False,
) -> str:
    """The fixed advice; `overrides` are the operator's texts by name, `gas_firms` names and numbers or empty."""
    texts = {**TEXTS, **{name: text for name, text in (overrides or {}).items() if text.strip()}}
    name = text_name(emergency, english)
    body = _fill(texts.get(name, TEXTS["gas"]), gas_firms, english)
    if emergency.ill:
        body = _with_step(body, texts["en_ill" if english else "ill"])
    if cannot_speak:
        numbers = _NUMBERS[emergency.subkind].replace("、", " and " if english else "、")
        body += "\n" + texts["en_cannot_speak" if english else "cannot_speak"].replace("{numbers}", numbers)
    return body


def _with_step(body: str, step: str) -> str:
    """One more numbered step behind the last one."""
    lines = body.split("\n")
    last = max((number for number, line in enumerate(lines) if line[:1].isdigit()), default=-1)
    numbered = sum(line[:1].isdigit() for line in lines) + 1
    return "\n".join([*lines[:last + 1], f"{numbered}. {step}", *lines[last + 1:]])


def _fill(text: str, gas_firms: str, english: bool) -> str:
    """Put the firms' numbers in; without any the phrase ends at the line's name."""
    firms = gas_firms.strip()
    shown = (f" ({firms})" if english else f"（{firms}）") if firms else ""
    return text.replace("{gas_firms}", shown)
