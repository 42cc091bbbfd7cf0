"""Outside logs over HTTP: a file is taken whole or not at all, masked, and comes out as it went in."""

from __future__ import annotations

import csv
import io
import json
import stat
from typing import Any

import yaml

from hotline.training.uploads import KEPT_FILES
from tests.desk.conftest import Browser
from tests.training.conftest import School

LOG = "标题,正文,类\n" + "".join(
    f"路灯坏了{at},电话13800138000 请修[急],城建/市政\n学校补课{at},收费太高,教育\n" for at in range(6))


async def send(browser: Browser, raw: bytes) -> tuple[int, Any]:
    async with browser.http.post(f"{browser.base}/training/api/uploads", data=raw,
                                 headers={"X-CSRF-Token": browser.csrf}) as response:
        return response.status, await response.json()


async def take(browser: Browser, path: str) -> tuple[int, bytes]:
    async with browser.http.get(f"{browser.base}/training/api/{path}") as response:
        return response.status, await response.read()


async def imported(browser: Browser, log: str = LOG, name: str = "来信") -> Any:
    _, upload = await send(browser, log.encode())
    status, answer = await browser.post("/training/api/datasets", {
        "upload": upload["upload"], "name": name, "text": ["标题", "正文"], "label": "类"})
    assert status == 201, answer
    return answer


async def test_an_upload_shows_its_columns_and_masked_first_rows(school: School) -> None:
    admin = await school.signed_in()
    status, answer = await send(admin, LOG.encode("gb18030"))
    assert status == 200 and answer["columns"] == ["标题", "正文", "类"] and answer["encoding"] == "GB18030"
    assert answer["count"] == 12 and len(answer["rows"]) == 5 and "13800138000" not in json.dumps(answer)
    file = school.house.settings.var / "training" / "uploads" / answer["upload"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for _ in range(KEPT_FILES + 2):
        await send(admin, b"a,b\n1,2\n")
    assert len(list(file.parent.iterdir())) == KEPT_FILES and not file.exists()
    status, answer = await send(admin, b"")
    assert status == 400 and len(list(file.parent.iterdir())) == KEPT_FILES - 1


async def test_a_log_is_imported_with_its_own_labels(school: School) -> None:
    admin = await school.signed_in()
    made = await imported(admin)
    assert made["size"] == 12 and made["labels"] == [{"label": "城建/市政", "count": 6}, {"label": "教育", "count": 6}]
    _, one = await admin.get(f"/training/api/datasets/{made['id']}")
    assert one["measurements"] == [] and one["model"] is False and one["hash"] == made["hash"]
    _, listed = await admin.get("/training/api/datasets")
    assert [row["name"] for row in listed["rows"]] == ["来信"]
    assert not list((school.house.settings.var / "training" / "uploads").iterdir())


async def test_with_one_bad_row_nothing_is_imported_and_the_file_stays(school: School) -> None:
    admin = await school.signed_in()
    _, upload = await send(admin, (LOG + "只有两格,坏\n,,教育\n好,好,\n").encode())
    body = {"upload": upload["upload"], "name": "坏", "text": ["标题", "正文"], "label": "类"}
    status, answer = await admin.post("/training/api/datasets", body)
    assert status == 400 and answer["count"] == 3
    assert [(one["line"], one["reason"]) for one in answer["problems"]] == [
        (14, "有 2 列，表头是 3 列"), (15, "正文是空的"), (16, "没有标签")]
    assert (await admin.get("/training/api/datasets"))[1]["rows"] == []
    assert (await admin.post("/training/api/datasets", {**body, "label": "nosuch"}))[0] == 400
    status, again = await admin.post("/training/api/datasets", {**body, "skip_unlabelled": True})
    assert status == 400 and again["count"] == 2
    assert (await admin.post("/training/api/datasets", {**body, "upload": "0" * 24}))[0] == 404
    assert (await admin.post("/training/api/datasets", {**body, "upload": "../../service_token"}))[0] == 404


async def test_a_name_is_taken_once(school: School) -> None:
    admin = await school.signed_in()
    await imported(admin)
    _, upload = await send(admin, LOG.encode())
    status, answer = await admin.post("/training/api/datasets", {
        "upload": upload["upload"], "name": "来信", "text": ["标题"], "label": "类"})
    assert status == 409 and "同名" in answer["error"]


async def test_a_log_comes_out_masked_in_three_formats(school: School) -> None:
    admin = await school.signed_in()
    made = await imported(admin, LOG + '"=1+1",话,教育\n')
    path = f"datasets/{made['id']}/export?format="
    _, table = await take(admin, path + "csv")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert len(rows) == 13 and rows[0] == {"text": "路灯坏了0\n电话138****8000 请修[急]", "label": "城建/市政"}
    assert rows[-1]["text"].startswith("'=1+1")
    _, lines = await take(admin, path + "jsonl")
    assert [json.loads(line)["label"] for line in lines.decode().splitlines()].count("教育") == 7
    _, text = await take(admin, path + "yml")
    blocks = {block["intent"]: block["examples"] for block in yaml.safe_load(text)["nlu"]}
    assert set(blocks) == {"城建／市政", "教育"}
    assert blocks["城建／市政"][0]["text"].strip() == "路灯坏了0\n电话138****8000 请修［急］"
    assert "    text: |" in text.decode() or "- text: |" in text.decode()
    assert (await take(admin, path + "exe"))[0] == 400


async def test_a_log_is_thrown_away(school: School) -> None:
    admin = await school.signed_in()
    made = await imported(admin)
    status, _ = await admin.call("DELETE", f"/training/api/datasets/{made['id']}")
    assert status == 200 and (await admin.get(f"/training/api/datasets/{made['id']}"))[0] == 404
    await imported(admin)


async def test_a_label_with_too_few_rows_cannot_be_measured(school: School) -> None:
    admin = await school.signed_in()
    made = await imported(admin, LOG + "一,二,孤单\n")
    status, answer = await admin.post(f"/training/api/datasets/{made['id']}/measure")
    assert status == 400 and "孤单" in answer["error"]
    assert (await take(admin, f"datasets/{made['id']}/model"))[0] == 404
