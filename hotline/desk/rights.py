"""Who may do what: roles as bundles of rights, and the right that each address of the desk needs."""

from __future__ import annotations

from hotline.errors import NotAllowed
from hotline.records import Agent

# A right names one kind of work. Roles are data: a new role is a new line.
ROLES: dict[str, frozenset[str]] = {
    "agent": frozenset({"desk.read", "chat.answer", "emergency.confirm", "phone.read"}),
    "supervisor": frozenset({"desk.read", "chat.answer", "emergency.confirm", "phone.read", "board.read"}),
    "admin": frozenset({
        "desk.read", "chat.answer", "emergency.confirm", "phone.read", "board.read", "training.use", "users.manage"}),
    "editor": frozenset({"training.use", "knowledge.edit"}),
    "dispatcher": frozenset({"cases.use", "cases.dispatch"}),
    "clerk": frozenset({"cases.use"}),
    "unit_head": frozenset({"cases.use", "cases.approve"}),
    "observer": frozenset({"desk.read", "board.read"}),
    "auditor": frozenset({"audit.read"}),
}

ROLE_NAMES = {
    "agent": "坐席", "supervisor": "班长", "admin": "管理员", "editor": "知识编辑", "dispatcher": "派单员",
    "clerk": "承办经办", "unit_head": "承办负责人", "observer": "观察员", "auditor": "审计员",
}

OPEN = "open"
SIGNED_IN = "signed_in"

# Every address below /desk/api/ stands here; the desk refuses to start with a route that has no rule.
RULES: dict[tuple[str, str], str] = {
    ("POST", "/desk/api/login"): OPEN,
    ("POST", "/desk/api/logout"): SIGNED_IN,
    ("GET", "/desk/api/session"): SIGNED_IN,
    ("POST", "/desk/api/password"): SIGNED_IN,
    ("GET", "/desk/api/queue"): "desk.read",
    ("GET", "/desk/api/conversations/{id}"): "desk.read",
    ("GET", "/desk/api/conversations/{id}/messages"): "desk.read",
    ("POST", "/desk/api/conversations/{id}/take"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/messages"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/release"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/typing"): "chat.answer",
    ("POST", "/desk/api/emergencies/{id}/confirm"): "emergency.confirm",
    ("POST", "/desk/api/cases/{receipt}/phone"): "phone.read",
}


def rights_of(role: str) -> frozenset[str]:
    """The rights of a role; a role that nobody knows has none."""
    return ROLES.get(role, frozenset())


def demand(agent: Agent, right: str) -> None:
    """Raise NotAllowed (403) unless the agent's role has the right."""
    if right not in (OPEN, SIGNED_IN) and right not in rights_of(agent.role):
        raise NotAllowed("您的账号没有这项权限")
