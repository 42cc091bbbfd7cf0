"""What a letter asks for: the sentences, and of them the part from the asking word on."""

from __future__ import annotations

import re

from hotline.text.normalise import normalise, squeezed

DEMAND = 200  # characters of all demands together
_SENTENCE = re.compile(r"[^。！？!?；;\n\r]+[。！？!?；;]*")
_DEMAND = re.compile(
    r"(?:^|(?<=[。;!?,:、\n ]))(?:因此|所以|为此|故此?|现|在此|特此?|另外?|同时|并|也|还|再次|强烈|真诚地?|诚恳地?|诚|万分|迫切|郑重|我们?|本人|俺们?|全体|广大|业主们?|居民们?|村民们?|大家|都|只|就|想|首先|最后|烦|麻烦|"
    r"[一二三四五六七八九十\d]{1,2}[、.是]|我们?的|业主的){0,6}(?:(?:敬|恳|烦)?请(?!问|客|假|了|来的|教|示|柬|帖|过)|恳求|希望(?!小学|工程)|期望|盼望?|热盼|望(?!着|去|见|过|远|到|眼|不|而)|要求|诉求|请求|建议|呼吁|期待|"
    r"(?:你们|政府|领导|有关部门|相关部门|部门)?(?:能不能|能否|可否|可不可以|务必|尽快|尽早|赶紧|赶快|快点))"
    r"(?!.{0,14}(?:不理|拒绝|拒不|无果|没有?(?:结果|回复|答复|人理)))")
_LISTED = ("诉求", "要求", "请求", "我的诉求", "我的要求", "我们的诉求", "我们的要求")
ITEM = re.compile(r"[(\[]?(?:\d{1,2}|[一二三四五六七八九十])(?:[、.)\]]|是)|[①②③④⑤⑥⑦⑧⑨]")
_CONTACT = re.compile(r"[,，。;；\s][^,，。;；]{0,12}\d{7,}.*$", re.DOTALL)


def sentences(text: str) -> list[str]:
    """The sentences in order, blanks at their ends left out."""
    found = (match.group().strip() for match in _SENTENCE.finditer(text))
    return [sentence for sentence in found if squeezed(sentence)]


def demands(text: str) -> list[str]:
    """What is asked for: from the asking word to the sentence's end, nothing twice, up to `DEMAND` characters."""
    found: list[str] = []
    for sentence in sentences(text):
        folded = normalise(sentence)
        match = _DEMAND.search(folded.text)
        listed = bool(found) and found[-1].startswith(_LISTED) and ITEM.match(folded.text) is not None
        if (match is None or len(folded.text) - match.start() < 4) and not listed:
            continue
        start = 0 if match is None or listed else match.start()
        wish = _CONTACT.sub("", sentence[folded.offsets[start]:]).strip()
        if wish not in found and sum(map(len, found)) + len(wish) <= DEMAND:
            found.append(wish)
    return found


def without_demand(text: str) -> str:
    """A grievance up to the first sentence that only asks; the whole when that would leave nothing."""
    kept: list[str] = []
    for sentence in sentences(text):
        if only_asks(sentence) and kept:
            break
        kept.append(sentence)
    return "".join(kept).rstrip("。；;，,")


def only_asks(sentence: str) -> bool:
    """Whether a sentence is nothing but a demand."""
    match = _DEMAND.search(normalise(sentence).text)
    return match is not None and match.start() <= 2
