"""The ticket page's HTML: phone first, no script, colours and sizes of the house."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from html import escape

from hotline.cases.calendar import CITY
from hotline.cases.stages import LINE, STAGE_NAMES, stage_of
from hotline.records import Case
from hotline.store.case_events import CaseEvent

NOT_FOUND = "没有查到：请核对工单编号，以及手机号后四位或查询码。"
LIMITED = "试的次数太多，请一小时后再查，或拨打12345。"
SHOWN = {"filed": "已登记", "add": "您补充了情况", "urge": "您催办了一次", "rate": "您作了评价",
         "address": "补充了地址"}

STYLE = """
:root{--blue:#0b5cad;--ink:#1c2733;--soft:#51606f;--line:#d5dde5;--ground:#f4f6f8;--pale:#e8f1fb;--amber:#8a5300;
--amber-pale:#fff4dc}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:18px/1.6 system-ui,-apple-system,
"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header{background:#fff;border-bottom:1px solid var(--line);padding:16px 20px}header p{margin:0;color:var(--soft);
font-size:15px}h1{margin:0;font-size:20px}main{max-width:560px;margin:0 auto;padding:20px 16px 48px}
section{background:#fff;border:1px solid var(--line);border-radius:12px;padding:20px;margin-bottom:16px}
.receipt{font-size:24px;font-weight:600;letter-spacing:.5px;margin:0 0 4px;overflow-wrap:anywhere;user-select:all}
.state{display:inline-block;background:var(--pale);color:var(--blue);border-radius:8px;padding:2px 12px;font-weight:600}
label{display:block;margin:12px 0 6px}input{width:100%;height:56px;font:inherit;font-size:22px;padding:0 14px;
border:1px solid #7b8794;border-radius:10px;background:#fff;color:inherit}button{width:100%;height:56px;margin-top:16px;
font:inherit;font-weight:600;color:#fff;background:var(--blue);border:0;border-radius:10px}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid #6ba6e0;outline-offset:2px}
.note{background:var(--amber-pale);color:var(--amber);border-radius:10px;padding:10px 14px;margin:0 0 12px}
dl{margin:16px 0 0}dt{color:var(--soft);font-size:15px}dd{margin:0 0 12px;overflow-wrap:anywhere}
ol{list-style:none;margin:0;padding:0}.steps li{padding:4px 0 4px 30px;position:relative;color:var(--soft)}
.steps li::before{content:"";position:absolute;left:6px;top:14px;width:12px;height:12px;border-radius:50%;
border:2px solid var(--line);background:#fff}.steps .done{color:var(--ink)}.steps .done::before{background:var(--blue);
border-color:var(--blue)}.steps .now{font-weight:600;color:var(--blue)}h2{font-size:18px;margin:0 0 8px}
.history li{border-top:1px solid var(--line);padding:10px 0}.history li:first-child{border:0}time{color:var(--soft);
font-size:15px;display:block}.help{color:var(--soft);font-size:15px}a{color:var(--blue)}
@media(prefers-color-scheme:dark){body{color-scheme:light}}
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def form(receipt: str, message: str = "") -> str:
    """Asks for last four digits or code."""
    note = f'<p class="note" role="alert">{escape(message)}</p>' if message else ""
    return _page(f"""<section><p class="receipt">{escape(receipt)}</p>{note}
<form method="post"><label for="secret">登记时所留手机号的后四位，或匿名工单的查询码</label>
<input id="secret" name="secret" required maxlength="12" autocomplete="off" autocapitalize="characters"
spellcheck="false">
<button type="submit">查询进度</button></form></section>
<p class="help">编号和查询码在您登记时收到的消息里。也可以<a href="/">回到对话</a>里查询，或拨打
<a href="tel:12345">12345</a>。</p>""")


def ticket(case: Case, service: str, due: datetime | None, events: Sequence[CaseEvent]) -> str:
    """How far a ticket is; no phone, no name, no words of the citizen beyond the title."""
    rows = [("事项", service), ("内容", case.title), ("承办单位", case.department or ""),
            ("登记时间", _time(case.created_at)), ("办理时限", _time(due) if due else ""),
            ("答复" if case.status in ("answered", "closed") else "说明", case.status_notes or "")]
    details = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    history = "".join(f"<li><time>{_time(event.at)}</time>{escape(_said(event))}</li>"
                      for event in reversed(events) if _said(event))
    return _page(f"""<section><p class="receipt">{escape(case.receipt)}</p>
<span class="state">{STAGE_NAMES[case.status]}</span><dl>{details}</dl></section>
<section><h2>办理进度</h2>{_steps(case)}</section><section><h2>经过</h2><ol class="history">{history}</ol></section>
<p class="help">补充、催办或撤回，请<a href="/">回到对话</a>，或拨打 <a href="tel:12345">12345</a>。</p>""")


def _steps(case: Case) -> str:
    if case.status not in LINE:
        return f'<p class="note">{STAGE_NAMES[case.status]}</p>'
    reached = LINE.index(case.status)
    marks = ["done" if number < reached else "done now" if number == reached else "" for number in range(len(LINE))]
    return '<ol class="steps">' + "".join(
        f'<li class="{mark}"{" aria-current=step" if "now" in mark else ""}>{STAGE_NAMES[stage]}</li>'
        for stage, mark in zip(LINE, marks, strict=True)) + "</ol>"


def _said(event: CaseEvent) -> str:
    stage = stage_of(event.status)
    if event.kind in ("change", "status", "withdraw") and stage:
        note = event.text if event.kind != "withdraw" else None
        return f"{STAGE_NAMES[stage]}：{note}" if note else STAGE_NAMES[stage]
    return SHOWN.get(event.kind, "")


def _time(moment: datetime) -> str:
    local = moment.astimezone(CITY)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _page(content: str) -> str:
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>工单进度 · 青岛12345</title>
<style>{STYLE}</style></head><body><header><h1>青岛12345政务服务热线</h1><p>工单进度查询</p></header>
<main>{content}</main></body></html>"""
