"""XML in without entities or types, XML out that no text can break out of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import xmltodict

from hotline.errors import BadInput

_DECLARED = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_DATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
# What XML 1.0 has no place for; a reply with one of them would be refused whole.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def fields(xml: str) -> dict[str, Any]:
    """The children of `<xml>`. Raises BadInput for anything else, document types and entities above all."""
    if _DECLARED.search(_DATA.sub("", xml)):
        raise BadInput("document types and entities are refused")
    try:
        found = xmltodict.parse(xml, disable_entities=True).get("xml")
    except Exception as error:
        # expat, and the library's own ValueError for entities
        raise BadInput("the body is not XML") from error
    if not isinstance(found, dict):
        raise BadInput("the body has no xml element")
    return found


def wrap(values: Mapping[str, Any]) -> str:
    """`<xml>` with these children: texts as CDATA, numbers bare, mappings nested, sequences as items."""
    return f"<xml>{_children(values)}</xml>"


def _children(values: Mapping[str, Any]) -> str:
    return "".join(f"<{_name(name)}>{_value(value)}</{name}>" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _children(value)
    if isinstance(value, str):
        return f"<![CDATA[{clean(value).replace(']]>', ']]]]><![CDATA[>')}]]>"
    if isinstance(value, Sequence):
        return "".join(f"<item>{_children(item)}</item>" for item in value)
    return str(int(value))


def clean(text: str) -> str:
    """The text without characters that XML cannot carry."""
    return _FORBIDDEN.sub("", text)


def _name(name: str) -> str:
    if not _TAG.fullmatch(name):
        raise ValueError(name)
    return name
