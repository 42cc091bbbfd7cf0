"""`bench lesson`: one kind of mistake is labelled, a candidate trained, compared, published and rolled back.

Messages come at a steady pace all the while; was each answered, and is the mistake gone?
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import aiohttp

from hotline.care.bench.client import Citizen
from hotline.care.bench.publish import Admin, stream
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.settings import Settings

# Things lost somewhere are heard as complaints about the place: they are `other`.
RIGHT = {"intent": "report", "service": "other"}
LESSON = (
    "项链掉下水道里去了，能不能打开盖子找找", "耳机掉进电梯缝里了，怎么弄出来",
    "孩子玩具掉到井盖下面了", "手机掉进路边雨水篦子里了", "我的快递被扔进垃圾箱收走了",
    "眼镜掉电梯井里了", "车钥匙掉进广告牌后面了", "钱包掉在垃圾桶里被收走了，能找回来吗",
    "钥匙掉窨井里了，帮我捞上来", "手表掉进路边的下水井里了，谁能帮捞一下",
    "孩子的书包忘在小区电梯里被人拿走了", "上厕所的时候手机掉在公厕蹲坑里了",
    "我的钱包落在台东那个公厕里了，想找回来", "公交卡掉进井盖缝里了，够不着",
)
HELD = (
    "戒指滚到下水井里去了，求帮忙", "手机从电梯门缝掉到底下了", "车钥匙滑进路边井箅子里了",
    "包忘在公厕里了，回去就没了", "助听器掉进垃圾桶让车拉走了", "发卡掉到井盖底下够不出来",
)
PEOPLE = 40  # who send the stream: few enough that the lesson's conversations are among the last ones replayed
LONGEST = 2400.0  # seconds of a training with its comparison
TIMEOUT = aiohttp.ClientTimeout(total=60)


async def run(settings: Settings, url: str, account: tuple[str, str], pace: float) -> str:
    """The whole lesson as a report. Raises BadInput where a step fails."""
    async with aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser, \
            aiohttp.ClientSession(timeout=TIMEOUT) as session:
        admin = Admin(browser, url)
        await admin.sign_in(*account)
        first = (await admin.serving())["model"]
        async with stream(session, url, settings.service_token, pace, PEOPLE) as found:
            lines = [f"before: {await _right(session, settings)}"]
            labels = await _label(admin, session, url, settings)
            lines.append(f"labels: {len(labels)}, {sum(one['part'] == 'train' for one in labels)} of them train")
            model, took = await _train(admin)
            lines += [f"trained and compared in {took:.0f} s: {model['state']}", *_told(model)]
            reason = "" if model["gate"]["passed"] else "演练：发布检查的理由见报告"
            there = await admin.change(f"/training/api/models/{model['id']}/publish", {"reason": reason}, model["id"])
            await asyncio.sleep(settings.bot_timeout + 10)
            lines.append(f"published in {there:.0f} s: {await _right(session, settings)}")
            back = await admin.change("/training/api/rollback", {"model": first}, first)
            await asyncio.sleep(settings.bot_timeout + 10)
            lines.append(f"rolled back in {back:.0f} s: {await _right(session, settings)}")
    return "\n".join([*lines, f"{pace:g} messages a second: {found.report}", *sorted(set(found.failed))[:5]])


async def _right(session: aiohttp.ClientSession, settings: Settings) -> str:
    """How many of the lesson's and of the held-out messages are understood rightly now."""
    counts = []
    for texts in (LESSON, HELD):
        right = 0
        for text in texts:
            async with session.post(f"{settings.internal_url}/nlu/parse", json={"text": text}, headers={
                    "Authorization": f"Bearer {settings.service_token}"}) as response:
                response.raise_for_status()
                right += (await response.json())["service_code"] == RIGHT["service"]
        counts.append(f"{right} of {len(texts)}")
    return f"{counts[0]} of the lesson right, {counts[1]} never labelled ones"


async def _label(admin: Admin, session: aiohttp.ClientSession, url: str, settings: Settings) -> Sequence[JSON]:
    """Citizens say the lesson; the admin finds each message in the inbox and corrects it."""
    for text in LESSON:
        await Citizen(session, url, settings.service_token).say(text)
    wanted, before = dict.fromkeys(LESSON), ""
    while not all(wanted.values()):
        page = await admin.call("GET", f"/training/api/inbox?sort=new&kind=all&before={before}")
        wanted |= {row["text"]: row["message"] for row in page["rows"] if row["text"] in wanted}
        before = page["more"] or ""
        if not before and not all(wanted.values()):
            raise BadInput("收件箱里没有找到所有的话")
    answer = await admin.call("POST", "/training/api/labels", {
        "messages": list(wanted.values()), "action": "change", **RIGHT})
    labels: Sequence[JSON] = answer["labels"]
    return labels


async def _train(admin: Admin) -> tuple[JSON, float]:
    """A candidate, trained and compared, and the seconds that took."""
    started = time.monotonic()
    answer = await admin.call("POST", "/training/api/models", {"notes": "bench lesson"})
    while time.monotonic() - started < LONGEST:
        await asyncio.sleep(2)
        job = await admin.call("GET", f"/training/api/jobs/{answer['job']}")
        if job["state"] not in ("waiting", "running"):
            break
    if job["state"] != "done":
        raise BadInput(f"训练没有成：{job['state']} {job['error']} {' / '.join(job['log'][-5:])}")
    return await admin.call("GET", f"/training/api/models/{answer['model']['id']}"), time.monotonic() - started


def _told(model: JSON) -> list[str]:
    """What the comparison said beforehand."""
    replay, taught = model["comparison"]["replay"], model["comparison"]["taught"]
    ours = [row for row in replay["changed"] if row["text"] in LESSON]
    return [f"the labels: {taught['before']} of {taught['size']} heard right before, {taught['after']} after",
            f"the comparison: {len(ours)} of the lesson's conversations would go otherwise, "
            f"{replay['changed_count'] - len(ours)} others of {replay['conversations']}",
            *(f"  {row['line']}" for row in ours[:2]),
            f"the gate: {'passed' if model['gate']['passed'] else '；'.join(model['gate']['reasons'])}"]
