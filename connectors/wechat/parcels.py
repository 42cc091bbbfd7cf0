"""Waiting messages packed into one message of the platform: as the reply to a request, or for the service API."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.wechat.pieces import MOST_BYTES, Address, Piece, pieces
from connectors.wechat.xml import wrap
from hotline.records import JSON, Parcel, Unsent

GAP = "\n\n"
HOW = "（回复数字就行）"
HOW_MENU = "点上面的蓝字，或回复数字。"


@dataclass
class _Bundle:
    """What has been gathered; `left` what may still be put in, in bytes."""

    texts: list[str] = field(default_factory=list)
    buttons: tuple[tuple[int, JSON], ...] = ()
    other: Piece | None = None
    done: list[str] = field(default_factory=list)
    begun: tuple[str, int] | None = None

    def body(self) -> str:
        return GAP.join(self.texts)


def for_reply(
    items: Sequence[Unsent], target: str, source: str, address: Address, lead: str = "", tail: str = ""
) -> Parcel | None:
    """The passive reply: texts with numbered lines for buttons, or an article; pictures and voices wait for a push.

    `lead` or `tail` are words of the channel itself before or after them.
    """
    bundle = _gather(items, address, lead or tail, passive=True)
    if tail and not lead:
        bundle.texts.append(bundle.texts.pop(0))
    if not bundle.texts and bundle.other is None:
        return None
    head: JSON = {"ToUserName": target, "FromUserName": source, "CreateTime": int(time.time())}
    if bundle.other is not None:
        article = bundle.other.article or {}
        entry = {"Title": article["title"], "Description": article["description"], "PicUrl": article["picurl"],
                 "Url": article["url"]}
        xml = wrap({**head, "MsgType": "news", "ArticleCount": 1, "Articles": [entry]})
    else:
        xml = wrap({**head, "MsgType": "text", "Content": with_numbers(bundle.body(), bundle.buttons)})
    return Parcel({"xml": xml}, tuple(bundle.done), bundle.begun)


def for_push(items: Sequence[Unsent], address: Address) -> Parcel | None:
    """The service API's message without its `touser`; an image or a voice has `url` where a media id will stand."""
    bundle = _gather(items, address, "", passive=False)
    if bundle.other is not None:
        body = _other(bundle.other)
    elif bundle.texts and bundle.buttons:
        body = menu(bundle.body(), bundle.buttons)
    elif bundle.texts:
        body = {"msgtype": "text", "text": {"content": bundle.body()}}
    else:
        body = {}
    return Parcel(body, tuple(bundle.done), bundle.begun) if bundle.done or bundle.begun else None


def menu(text: str, buttons: Sequence[tuple[int, JSON]]) -> JSON:
    """A menu message; its ids name the message that the buttons belong to."""
    return {"msgtype": "msgmenu", "msgmenu": {
        "head_content": text, "tail_content": HOW_MENU,
        "list": [{"id": f"{seq}{number:02d}", "content": f"{number}. {_title(button)}"}
                 for number, (seq, button) in enumerate(buttons, 1)]}}


def as_text(body: JSON) -> JSON:
    """A menu message as plain text with typed numbers, for accounts that may not send menus."""
    held = body["msgmenu"]
    lines = "\n".join(item["content"] for item in held["list"])
    return {"msgtype": "text", "text": {"content": f"{held['head_content']}\n{lines}\n{HOW}"}}


def with_numbers(text: str, buttons: Sequence[tuple[int, JSON]]) -> str:
    """Buttons as numbered lines under a text."""
    if not buttons:
        return text
    lines = [f"{number}. {_title(button)}" for number, (_, button) in enumerate(buttons, 1)]
    return "\n".join([text, *lines, HOW])


def _gather(items: Sequence[Unsent], address: Address, lead: str, passive: bool) -> _Bundle:
    """As many pieces as fit, in order."""
    bundle = _Bundle(texts=[lead] if lead else [])
    for item in items:
        whole = pieces(item.message, address)
        for number, piece in enumerate(whole[item.pieces:], item.pieces):
            if not _put(bundle, piece, item.message.seq, passive):
                if number > item.pieces:
                    bundle.begun = (item.message.id, number)
                return bundle
        # A message that has nothing to carry is done with.
        bundle.done.append(item.message.id)
    return bundle


def _put(bundle: _Bundle, piece: Piece, seq: int, passive: bool) -> bool:
    """Whether the piece went in."""
    if bundle.other is not None:
        return False
    if not piece.words:
        if bundle.texts or (passive and piece.article is None):
            return False
        bundle.other = piece
        return True
    buttons = tuple((seq, button) for button in piece.buttons) or bundle.buttons
    whole = with_numbers(GAP.join([*bundle.texts, piece.text]), buttons)
    if bundle.texts and len(whole.encode()) + len(HOW_MENU.encode()) > MOST_BYTES:
        return False
    bundle.texts.append(piece.text)
    bundle.buttons = buttons
    return True


def _other(piece: Piece) -> JSON:
    if piece.article is not None:
        return {"msgtype": "news", "news": {"articles": [piece.article]}}
    kind, url = ("image", piece.image) if piece.image else ("voice", piece.voice)
    return {"msgtype": kind, kind: {"url": url}}


def _title(button: JSON) -> str:
    return str(button.get("title") or button.get("payload") or "")
