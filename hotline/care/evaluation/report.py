"""The figures as lines for the terminal, as JSON, and as one HTML page that needs no network."""

from __future__ import annotations

import dataclasses
import html
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hotline.care.evaluation import charts
from hotline.care.evaluation.figures import Share
from hotline.care.evaluation.measure import ClassFigures, MessageFigures, QuestionFigures
from hotline.records import JSON

NAMES = {"domain": "领域", "act": "诉求类型", "service": "服务", "gas_recall": "燃气紧急召回",
         "gas_any_alarm": "燃气紧急, 任一告警", "life_recall": "人身紧急召回", "life_any_alarm": "人身紧急, 任一告警",
         "false_alarms": "误报", "place": "地点 (一字不差或包含)", "place_invented": "没有地点却抽出地点",
         "phone": "电话一位不差",
         "phone_invented": "没有电话却抽出电话"}
STYLE = """
body{font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","WenQuanYi Zen Hei",sans-serif;color:#1b2430;
background:#f6f7f9;margin:0}main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}
section{background:#fff;border:1px solid #e1e5ea;border-radius:8px;padding:16px 20px;margin:16px 0;overflow-x:auto}
h1{font-size:24px}h2{font-size:18px;margin:4px 0 12px}h3{font-size:15px;margin:16px 0 8px}
table{border-collapse:collapse;font-size:14px}td,th{padding:4px 12px 4px 0;text-align:left;vertical-align:top;
border-bottom:1px solid #eef0f3}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
small,.muted{color:#5b6673}svg text{font:12px system-ui,sans-serif;fill:#1b2430}
"""


def lines(messages: MessageFigures | None, questions: QuestionFigures | None) -> list[str]:
    """What an operator reads in the terminal."""
    out: list[str] = []
    if messages:
        out.append(f"消息 {messages.rows} 条")
        for label, figures in messages.labels.items():
            out.append(f"  {NAMES[label]:<6} 准确率 {figures.accuracy}, 宏平均F1 {figures.macro_f1:.3f}")
            out += [f"      {true} → {said}: {count}" for true, said, count, _ in figures.confusions[:6]]
        out += [f"  {NAMES[name]} {share}" for name, share in (*messages.emergency.items(), *messages.spans.items())
                if share.total]
        if "act" in messages.labels:
            out.append(f"  诉求类型的校准误差 {messages.calibration_error:.3f}")
        out.append(f"  /nlu/parse 毫秒: 中位 {messages.milliseconds['median']}, 95% {messages.milliseconds['p95']}")
    if questions:
        out += ["问题", f"  库里有的: 第一条就对 {questions.first}", f"            前三条里有 {questions.in_three}",
                f"            直接答对 {questions.answered}", f"            列在选项里 {questions.asked}",
                f"            直接答错 {questions.wrong}",
                f"  库里没有的: 却直接答了 {questions.outside_answered}",
                f"              给了选项 {questions.outside_asked}",
                f"  /knowledge/search 毫秒: 中位 {questions.milliseconds['median']}, "
                f"95% {questions.milliseconds['p95']}"]
    return out


def as_json(messages: MessageFigures | None, questions: QuestionFigures | None, about: JSON) -> JSON:
    """Everything, for comparing and for other programs."""
    found = {name: _plain(figures) for name, figures in (("messages", messages), ("questions", questions)) if figures}
    return {"about": about, **found}


def as_html(messages: MessageFigures | None, questions: QuestionFigures | None, about: JSON) -> str:
    """One page with charts, the tables behind them, and the examples that went wrong."""
    sections = []
    if messages:
        sections += [_overview(messages), *(_label(label, figures) for label, figures in messages.labels.items())]
        sections += [_wrong("紧急判断错的", ("应为", "判为", "行: 原文"), messages.emergency_wrong),
                     _wrong("地点、电话抽错的", ("项", "应为", "抽出", "行: 原文"), messages.spans_wrong)]
        if "act" in messages.labels:
            sections.append(_calibration(messages))
    if questions:
        sections += [_questions(questions),
                     _wrong("问题没找对的", ("决定", "问题", "前三条", "应为"), questions.misses)]
    facts = " · ".join(f"{html.escape(str(name))} {html.escape(str(value))}" for name, value in about.items())
    return (f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>理解力评测</title><style>{STYLE}</style>'
            f'<main><h1>理解力评测</h1><p class="muted">{facts}</p>{"".join(filter(None, sections))}</main></html>')


def write(folder: Any, messages: MessageFigures | None, questions: QuestionFigures | None, about: JSON) -> None:
    """`report.json` and `report.html` in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(as_json(messages, questions, about), ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(as_html(messages, questions, about), encoding="utf-8")


def about_now(**facts: object) -> JSON:
    """What a reader must know of a measurement: when, and on what."""
    return {"时间": datetime.now().strftime("%Y-%m-%d %H:%M"), **facts}


def _plain(value: Any) -> Any:
    if isinstance(value, Share):
        return value.as_json()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def _overview(messages: MessageFigures) -> str:
    shares = {NAMES[label]: figures.accuracy for label, figures in messages.labels.items()}
    shares |= {NAMES[name]: share for name, share in (*messages.emergency.items(), *messages.spans.items())
               if share.total}
    weakest = min(messages.labels.items(), key=lambda item: item[1].accuracy.value, default=None)
    finding = f"{messages.rows} 条消息" + (
        f": {NAMES[weakest[0]]}最弱, {weakest[1].accuracy.value:.1%}" if weakest else "")
    times = messages.milliseconds
    return _section(finding, charts.shares(shares) + _shares(shares)
                    + f"<p>/nlu/parse 毫秒: 中位 {times['median']}, 95% {times['p95']}, 最慢 {times['max']}</p>")


def _label(label: str, figures: ClassFigures) -> str:
    worst = figures.confusions[0] if figures.confusions else None
    finding = f"{NAMES[label]} {figures.accuracy.value:.1%}" + (
        f": 最常把 {worst[0]} 认成 {worst[1]} ({worst[2]} 次)" if worst else ": 没有认错的")
    rows = [(row.label, row.total, f"{row.precision:.3f}", f"{row.recall:.3f}", f"{row.f1:.3f}")
            for row in figures.classes]
    wrong = [(true, said, count, "\n".join(words)) for true, said, count, words in figures.confusions]
    return _section(
        finding, f"<p>宏平均 F1 {figures.macro_f1:.3f}</p>"
        + charts.bars({row.label: row.f1 for row in figures.classes if row.total}, "F1")
        + _table(("类别", "条数", "精确率", "召回率", "F1"), rows)
        + (f"<h3>按写法</h3>{_shares(figures.groups)}" if figures.groups else "")
        + "<h3>认错的</h3>" + _table(("应为", "认成", "次数", "行: 原文"), wrong))


def _calibration(messages: MessageFigures) -> str:
    bins = messages.calibration
    rows = [(f"{found.confidence:.2f}", f"{found.right:.2f}", found.total) for found in bins]
    return _section(f"把握与实际: 平均相差 {messages.calibration_error:.1%}",
                    charts.reliability(bins) + _table(("平均把握", "实际对的", "条数"), rows))


def _questions(questions: QuestionFigures) -> str:
    shares = {"第一条就对": questions.first, "前三条里有": questions.in_three, "直接答对": questions.answered,
              "列在选项里": questions.asked, "直接答错": questions.wrong,
              "库里没有却直接答了": questions.outside_answered, "库里没有给了选项": questions.outside_asked}
    finding = f"知识检索: 第一条就对 {questions.first.value:.1%}, 不该答的答了 {questions.outside_answered.value:.1%}"
    return _section(finding, charts.shares(shares) + _shares(shares))


def _wrong(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return _section(f"{title}: {len(rows)}", _table(head, rows)) if rows else ""


def _shares(shares: dict[str, Share]) -> str:
    return _table(("项", "比例", "95% 区间", "条数"), [
        (name, f"{share.value:.1%}", f"{share.interval[0]:.1%} – {share.interval[1]:.1%}",
         f"{share.hits}/{share.total}")
        for name, share in shares.items()])


def _section(title: str, body: str) -> str:
    return f"<section><h2>{html.escape(title)}</h2>{body}</section>"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(
        f'<td class="{"n" if isinstance(cell, int) else ""}">{html.escape(str(cell)).replace(chr(10), "<br>")}</td>'
        for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"
