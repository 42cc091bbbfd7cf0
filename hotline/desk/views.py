"""What the desk's API says, as plain JSON: records in, dictionaries out. Phone numbers leave here masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from hotline.desk.rights import ROLE_NAMES, rights_of
from hotline.records import JSON, Agent, Case, Conversation, Emergency, Message
from hotline.store.agents import Session
from hotline.store.desk import Understood, Waiting
from hotline.text.masking import mask_phone

CHANNELS = {"web": "网页", "rest": "接口", "wechat": "微信", "voice": "电话", "sms": "短信"}
REASONS = {
    "asked": "市民要求人工", "emergency": "紧急情况", "bot_failed": "智能助手故障", "unclear": "助手没听懂",
    "angry": "市民情绪激动", "cannot_speak": "市民不便说话", "voice": "语音要人听",
}
STATUSES = {
    "pending": "待受理", "accepted": "已受理", "dispatched": "已转办", "signed": "已签收", "processing": "办理中",
    "answered": "已反馈", "closed": "已办结", "returned": "已退单", "withdrawn": "已撤回",
}
# So many other services are offered for a correction with one click.
OTHERS = 2
ACTS = {"report": "诉求", "consult": "咨询", "suggestion": "建议", "urge": "催办", "status": "查进度", "praise": "表扬"}
ERRANDS = {"report": "正在登记诉求", "case": "正在查工单", "choice": "正在选问题", "rating": "正在评价"}
# What the bot keeps of an open report (bot/dialogue/state.py), in the order an agent reads it; the rest is bookkeeping.
DRAFT = {
    "text": "问题", "service": "事项", "place": "地点", "hint": "大概位置", "time": "时间", "phone": "电话",
    "confidential": "保密", "anonymous": "匿名", "later": "另一件事",
}


def user(agent: Agent, must_change: bool, must_enrol: bool = False) -> JSON:
    """Who is signed in, with the rights that the page needs to know."""
    return {"id": agent.id, "username": agent.username, "name": agent.name, "roles": list(agent.roles),
            "role_name": "、".join(ROLE_NAMES.get(role, role) for role in agent.roles),
            "rights": sorted(rights_of(agent.roles)), "skills": list(agent.skills), "most_chats": agent.most_chats,
            "must_change": must_change, "must_enrol": must_enrol}


def session(signed: Session) -> JSON:
    """The answer to a login and to "who am I"."""
    return {"user": user(signed.agent, signed.must_change, signed.must_enrol), "csrf": signed.csrf,
            "expires_at": signed.expires_at.isoformat()}


def conversation(row: Conversation, me: Agent, names: Mapping[str, str], position: int) -> JSON:
    """A conversation without its content."""
    return {
        "id": row.id, "channel": row.channel, "channel_name": CHANNELS.get(row.channel, row.channel),
        "citizen": short_name(row.citizen_id), "citizen_id": row.citizen_id,
        "owner": row.owner if row.closed_at is None else "closed", "agent_id": row.agent_id,
        "agent_name": names.get(row.agent_id or ""), "mine": row.owner == "agent" and row.agent_id == me.id,
        "version": row.version, "priority": row.priority, "skill": row.skill, "position": position,
        "handover_reason": row.handover_reason, "handover_text": reason(row.handover_reason),
        "queued_at": _time(row.queued_at), "created_at": _time(row.created_at), "closed_at": _time(row.closed_at),
    }


def waiting(row: Waiting, me: Agent, names: Mapping[str, str], position: int, now: datetime) -> JSON:
    """A line of the list."""
    talk = row.conversation
    since = talk.queued_at if talk.owner == "queue" else row.last.at if row.unread else None
    return {
        **conversation(talk, me, names, position),
        "last": {"text": " ".join(row.last.text.split())[:80], "author": row.last.author, "at": _time(row.last.at)},
        "unread": row.unread, "waiting_seconds": max(0, int((now - since).total_seconds())) if since else 0,
        "emergency": emergency(row.emergencies[0], names) if row.emergencies else None,
    }


def emergency(row: Emergency, names: Mapping[str, str]) -> JSON:
    """An emergency: open until somebody confirms or it falls silent."""
    return {
        "id": row.id, "conversation_id": row.conversation_id, "kind": row.kind,
        "kind_name": "燃气紧急" if row.kind == "gas" else "人身紧急", "receipt": row.receipt,
        "opened_at": _time(row.opened_at), "open": row.ended_at is None, "confirmed_at": _time(row.confirmed_at),
        "confirmed_by": names.get(row.confirmed_by or ""),
    }


def message(row: Message, names: Mapping[str, str]) -> JSON:
    """One bubble."""
    return {
        "id": row.id, "conversation_id": row.conversation_id, "author": row.author, "direction": row.direction,
        "agent_name": names.get(row.agent_id or ""), "text": row.text, "at": _time(row.created_at),
        "buttons": [str(button.get("title", "")) for button in row.buttons], "image": row.image, "voice": row.voice,
        "custom": _masked(row.custom), "attachments": [asdict(attachment) for attachment in row.attachments],
        "status": row.status,
    }


def short_name(citizen_id: str) -> str:
    """What agents call a citizen: a short number, never a name or a phone."""
    return f"市民 {citizen_id[-4:].upper()}"


def understood(row: Understood, services: Mapping[str, str]) -> JSON:
    """What the bot made of one of the citizen's lines."""
    parse = row.parse
    code = parse.get("service_code")
    return {
        "turn_id": row.turn_id, "text": row.text[:200], "at": _time(row.created_at), "model": row.model,
        "intent": parse.get("intent"), "confidence": parse.get("confidence"), "act": parse.get("act"),
        "act_name": ACTS.get(str(parse.get("act")), None), "domain": parse.get("domain"), "service_code": code,
        "service_name": services.get(str(code), code), "service_confidence": parse.get("service_confidence"),
        "place": parse.get("place"), "others": _others(parse, services),
    }


def _others(parse: JSON, services: Mapping[str, str]) -> list[JSON]:
    """The services that the bot thought of next: one click away from the one it chose."""
    ranked = [str(one.get("name")) for one in parse.get("service_ranking") or ()]
    likely = [code for code in ranked if code in services and code not in (parse.get("service_code"), "other")]
    return [{"code": code, "name": services[code]} for code in likely[:OTHERS]] if parse.get("service_code") else []


def draft(state: JSON, services: Mapping[str, str]) -> JSON:
    """What the bot had collected when a person took over."""
    slots = state.get("slots") or {}
    held = slots.get("draft")
    read = {name: _readable(name, held.get(name), services) for name in DRAFT} if isinstance(held, dict) else {}
    fields = [{"field": name, "label": DRAFT[name], "value": value} for name, value in read.items() if value]
    errand = str(slots.get("errand") or "none")
    return {"errand": errand, "errand_text": ERRANDS.get(errand), "fields": fields}


def case(row: Case, services: Mapping[str, str]) -> JSON:
    """A ticket; the full phone number is a request of its own, which is logged."""
    return {
        "receipt": row.receipt, "service_code": row.service_code,
        "service_name": services.get(row.service_code, row.service_code), "act": row.act, "title": row.title,
        "description": row.description, "address": row.address, "phone": mask_phone(row.phone) if row.phone else None,
        "status": row.status, "status_text": STATUSES.get(row.status, row.status), "status_notes": row.status_notes,
        "department": row.department, "emergency": row.emergency, "confidential": row.confidential,
        "anonymous": row.anonymous, "created_at": _time(row.created_at), "due_at": _time(row.due_at),
    }


def reason(code: str | None) -> str | None:
    """Why a person was asked for, in words."""
    return REASONS.get(code, "转人工") if code else None


def people(rows: Sequence[Conversation], *others: str | None) -> set[str]:
    """Ids of all agents that these rows name."""
    return {one for one in (*(row.agent_id for row in rows), *others) if one}


def _readable(name: str, value: Any, services: Mapping[str, str]) -> str:
    if value is None or value == "" or value is False:
        return ""
    if value is True:
        return "是"
    if name == "service":
        return services.get(str(value), str(value))
    if name == "phone":
        return mask_phone(str(value))
    return str(value)[:2000] if isinstance(value, str | int | float) else ""


def _masked(custom: JSON | None) -> JSON | None:
    """A card without the full number and without the code that opens an anonymous ticket."""
    if not custom:
        return custom
    hidden = {key: _masked(value) if isinstance(value, dict) else value
              for key, value in custom.items() if key != "code"}
    phone = hidden.get("phone")
    if isinstance(phone, str):
        hidden["phone"] = mask_phone(phone)
    return hidden


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
