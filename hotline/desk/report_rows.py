"""From counts to the lines of a report: names, averages and shares, each with its column title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.records import JSON
from hotline.store.figures import Counts

# In the order of the table: name, title for people.
COLUMNS = {
    "name": "名称", "queued": "排队", "taken": "接起", "messages": "坐席消息", "answers": "答复",
    "first_answer_seconds": "平均首次答复（秒）", "answer_seconds": "平均答复（秒）",
    "answered_in_3min": "三分钟内答复率",
    "transferred": "转出", "returned": "断线退回", "taken_over": "班长接管", "reassigned": "改派",
    "released": "交还助手", "closed": "结束", "abandoned": "市民放弃", "callback": "改留工单",
    "wrapped": "小结", "solved": "已解决", "satisfaction": "满意度（1-5）", "scored": "评价数",
}
PLAIN = ("queued", "messages", "transferred", "returned", "taken_over", "reassigned", "released", "closed", "abandoned",
         "callback", "wrapped", "scored")


@dataclass(frozen=True)
class Report:
    """A report ready for a page or a file."""

    by: str
    first: str
    last: str
    frozen: tuple[str, ...]
    rows: tuple[JSON, ...]
    total: JSON

    def json(self) -> JSON:
        """As the API gives it."""
        return {"by": self.by, "from": self.first, "to": self.last, "frozen": list(self.frozen),
                "columns": [{"name": name, "title": title} for name, title in COLUMNS.items()],
                "rows": list(self.rows), "total": self.total}


def row(key: str, name: str, counted: Counts) -> JSON:
    """One line; an average of nothing is null, never 0."""
    line: JSON = {"key": key, "name": name, **{column: int(counted.get(column, 0)) for column in PLAIN}}
    answers, firsts, scored = (counted.get(part, 0) for part in ("answered", "first_answer", "scored"))
    return line | {
        "taken": int(counted.get("taken", 0) + counted.get("assigned", 0)),
        "answers": int(answers),
        "first_answer_seconds": _mean(counted.get("first_seconds", 0), firsts, 1),
        "answer_seconds": _mean(counted.get("answer_seconds", 0), answers, 1),
        "answered_in_3min": _mean(counted.get("in_time", 0), answers, 4),
        "solved": int(counted.get("result_solved", 0)),
        "satisfaction": _mean(counted.get("score_sum", 0), scored, 2),
    }


def rows(counted: Mapping[str, Counts], names: Mapping[str, str]) -> tuple[JSON, ...]:
    """All lines in the order of their names; what belongs to nobody comes last."""
    lines = [row(key, names.get(key, key), values) for key, values in counted.items()]
    return tuple(sorted(lines, key=lambda line: (line["key"] == "", line["name"], line["key"])))


def _mean(total: float, number: float, digits: int) -> float | None:
    return round(total / number, digits) if number else None
