"""A conversation as a file: text or a page that needs nothing else; phone numbers masked, notes left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from hotline.desk.prefill import CITY
from hotline.desk.views import CHANNELS
from hotline.records import Conversation, Message
from hotline.text.masking import mask_phones

AUTHORS = {"citizen": "市民", "bot": "智能助手", "house": "热线", "agent": "坐席"}
KINDS = {"image": "图片", "location": "位置", "voice": "语音", "file": "文件"}
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
body{{font:15px/1.7 system-ui,"Noto Sans CJK SC",sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#222}}
h1{{font-size:1.3em}}dt{{color:#666;font-size:.85em;margin-top:1em}}dd{{margin:0;white-space:pre-wrap}}
dt b{{color:#222}}</style></head><body><h1>{title}</h1><p>{head}</p><dl>
{lines}</dl></body></html>
"""


def as_text(row: Conversation, messages: Sequence[Message], names: Mapping[str, str]) -> str:
    """Plain text, one message after the other."""
    lines = [f"[{_time(one)}] {_author(one, names)}：{_words(one)}" for one in messages]
    return "\n".join([_title(row), _head(row, messages), "", *lines, ""])


def as_html(row: Conversation, messages: Sequence[Message], names: Mapping[str, str]) -> str:
    """One page."""
    lines = "".join(f"<dt><b>{escape(_author(one, names))}</b> {_time(one)}</dt><dd>{escape(_words(one))}</dd>\n"
                    for one in messages)
    return PAGE.format(title=escape(_title(row)), head=escape(_head(row, messages)), lines=lines)


def _title(row: Conversation) -> str:
    return f"青岛12345 会话记录 {row.id}"


def _head(row: Conversation, messages: Sequence[Message]) -> str:
    began = row.created_at.astimezone(CITY)
    ended = f"，结束于 {row.closed_at.astimezone(CITY):%Y-%m-%d %H:%M}" if row.closed_at else ""
    channel = CHANNELS.get(row.channel, row.channel)
    return f"渠道：{channel}，开始于 {began:%Y-%m-%d %H:%M}{ended}，共 {len(messages)} 条"


def _author(message: Message, names: Mapping[str, str]) -> str:
    name = names.get(message.agent_id or "") if message.author == "agent" else None
    return AUTHORS[message.author] + (name or "")


def _time(message: Message) -> str:
    return f"{message.created_at.astimezone(CITY):%Y-%m-%d %H:%M:%S}"


def _words(message: Message) -> str:
    """What was said; what is not text is named, a place with its address."""
    shown = [f"［{KINDS.get(one.kind, '文件')}{'：' + one.address if one.address else ''}］"
             for one in message.attachments]
    if message.image:
        shown.append("［图片］")
    if message.voice:
        shown.append("［语音］")
    return mask_phones("\n".join([*([message.text] if message.text else []), *shown]))
