"""Who may do what: roles as bundles of rights, and the right that each address of the desk needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hotline.errors import BadInput, NotAllowed
from hotline.records import Agent

# A right names one kind of work. Roles are data: a new role is a new line.
ROLES: dict[str, frozenset[str]] = {
    "agent": frozenset({
        "desk.read", "chat.answer", "emergency.confirm", "phone.read", "note.write", "case.file"}),
    "supervisor": frozenset({
        "desk.read", "chat.answer", "emergency.confirm", "phone.read", "note.write", "case.file", "board.read",
        "canned.manage", "chat.lead", "quality.review", "report.read"}),
    "admin": frozenset({
        "desk.read", "chat.answer", "emergency.confirm", "phone.read", "note.write", "case.file", "board.read",
        "canned.manage", "chat.lead", "quality.review", "report.read", "report.freeze", "house.manage", "training.use",
        "training.manage", "knowledge.edit", "users.manage"}),
    "editor": frozenset({"training.use", "knowledge.edit"}),
    "dispatcher": frozenset({"cases.use", "cases.dispatch"}),
    "clerk": frozenset({"cases.use"}),
    "unit_head": frozenset({"cases.use", "cases.approve"}),
    "observer": frozenset({"desk.read", "board.read"}),
    "auditor": frozenset({"audit.read", "report.read"}),
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
    ("GET", "/desk/api/closed"): "desk.read",
    ("GET", "/desk/api/presence"): "desk.read",
    ("PUT", "/desk/api/presence"): "chat.answer",
    ("GET", "/desk/api/hours"): "desk.read",
    ("PUT", "/desk/api/hours"): "house.manage",
    ("GET", "/desk/api/conversations/{id}"): "desk.read",
    ("GET", "/desk/api/conversations/{id}/messages"): "desk.read",
    ("POST", "/desk/api/conversations/{id}/take"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/messages"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/attachments"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/release"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/typing"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/seen"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/notes"): "note.write",
    ("POST", "/desk/api/conversations/{id}/transfer"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/merge"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/fill"): "chat.answer",
    ("POST", "/desk/api/conversations/{id}/cases"): "case.file",
    ("POST", "/desk/api/conversations/{id}/correct"): "chat.answer",
    ("GET", "/desk/api/conversations/{id}/suggestions"): "desk.read",
    ("GET", "/desk/api/conversations/{id}/transcript"): "desk.read",
    ("GET", "/desk/api/search"): "desk.read",
    ("GET", "/desk/api/knowledge"): "desk.read",
    ("GET", "/desk/api/choices"): "desk.read",
    ("GET", "/desk/api/canned"): "chat.answer",
    ("POST", "/desk/api/canned"): "chat.answer",
    ("PUT", "/desk/api/canned/{id}"): "chat.answer",
    ("DELETE", "/desk/api/canned/{id}"): "chat.answer",
    ("GET", "/desk/api/words"): "house.manage",
    ("POST", "/desk/api/words"): "house.manage",
    ("PUT", "/desk/api/words/built_in"): "house.manage",
    ("DELETE", "/desk/api/words/{id}"): "house.manage",
    ("GET", "/desk/api/alerts"): "board.read",
    ("POST", "/desk/api/alerts/{id}/seen"): "board.read",
    ("POST", "/desk/api/emergencies/{id}/confirm"): "emergency.confirm",
    ("POST", "/desk/api/cases/{receipt}/phone"): "phone.read",
    ("GET", "/desk/api/board"): "board.read",
    ("POST", "/desk/api/conversations/{id}/take_over"): "chat.lead",
    ("POST", "/desk/api/conversations/{id}/reassign"): "chat.lead",
    ("POST", "/desk/api/conversations/{id}/whisper"): "chat.lead",
    ("POST", "/desk/api/conversations/{id}/sheet"): "quality.review",
    ("GET", "/desk/api/quality/sample"): "quality.review",
    ("GET", "/desk/api/quality/form"): "desk.read",
    ("GET", "/desk/api/quality/sheets"): "desk.read",
    ("GET", "/desk/api/reports"): "report.read",
    ("GET", "/desk/api/reports.xlsx"): "report.read",
    ("GET", "/desk/api/reports.csv"): "report.read",
    ("GET", "/desk/api/months"): "report.read",
    ("POST", "/desk/api/months/{month}/freeze"): "report.freeze",
    ("GET", "/desk/api/audit"): "audit.read",
    ("GET", "/desk/api/users"): "users.manage",
    ("POST", "/desk/api/users"): "users.manage",
    ("PUT", "/desk/api/users/{id}"): "users.manage",
    ("POST", "/desk/api/users/{id}/reset"): "users.manage",
    ("POST", "/desk/api/totp/begin"): SIGNED_IN,
    ("POST", "/desk/api/totp/confirm"): SIGNED_IN,
    ("DELETE", "/desk/api/totp"): SIGNED_IN,
    ("GET", "/desk/api/oidc"): OPEN,
    ("GET", "/desk/api/oidc/start"): OPEN,
    ("GET", "/desk/api/oidc/callback"): OPEN,
}


# Who runs the house must not be who looks after them.
NEVER_TOGETHER = ({"admin", "auditor"},)


def rights_of(roles: Iterable[str]) -> frozenset[str]:
    """The rights of somebody with these roles; a role that nobody knows has none."""
    return frozenset[str]().union(*(ROLES.get(role, frozenset()) for role in roles))


def check_roles(roles: Sequence[str]) -> None:
    """Raise BadInput for no role, an unknown one, or two that one person may not have."""
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise BadInput(f"没有这个角色：{'、'.join(unknown)}" if unknown else "至少要有一个角色", "roles")
    if any(pair <= set(roles) for pair in NEVER_TOGETHER):
        raise BadInput("管理员和审计员不能是同一个人", "roles")


def demand(agent: Agent, right: str) -> None:
    """Raise NotAllowed (403) unless the agent's role has the right."""
    if right not in (OPEN, SIGNED_IN) and right not in rights_of(agent.roles):
        raise NotAllowed("您的账号没有这项权限")
