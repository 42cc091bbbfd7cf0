"""What the channel itself says on WeChat: greeting, menu, limits."""

from __future__ import annotations

from connectors.base import Limits
from hotline.records import Quota

MENU_KEYS = {"HOTLINE_ASK": "我要咨询", "HOTLINE_REPORT": "我要反映", "HOTLINE_PROGRESS": "查进度",
             "HOTLINE_PERSON": "转人工"}
PERSON = ("转人工", "人工", "人工服务", "找人工", "继续排队")
HELLO = (
    "您好，这里是青岛12345。要问政策、反映问题、查进度，直接打字、发图片或位置就行。\n"
    "闻到燃气味：别开关电器、别点火，先到室外，再打119。\n"
    "您发来的内容和位置只用于办理诉求，会转给承办单位；隐私说明：{privacy}")
HELLO_AGAIN = "您好，这里是青岛12345。请直接打字说您遇到的事，也可以发图片和位置。"
TYPE_FIRST = "好的。请打字发“转人工”三个字。微信规定您打字以后，坐席才能给您回话。"
TYPE_MORE = "请随便打几个字发过来：微信规定您打字以后，坐席才能给您回话。"
TOO_FAST = "您发得太快了，这一条没有收下。请过{seconds}秒再发。"
EMPTY = "没有看到内容。请打字说是什么事，也可以发图片和位置。"
TROUBLES = {
    "window": "微信规定市民发消息后48小时内才能回复，现在过了时间",
    "count": "微信规定的条数用完了",
    "left": "市民已取消关注公众号",
    "unknown": "微信不认得这位市民",
}
ACCOUNT = {
    "daily": "公众号今天的接口调用次数用完了",
    "permission": "公众号没有客服消息的权限",
    "address": "本机的地址不在公众号的IP白名单里",
    "token": "拿不到微信的access_token，请运维检查AppSecret和网络",
    "blocked": "公众号的接口被微信限制了",
    "secret": "没有设公众号的AppSecret，只能在市民发消息时回复",
}
LATER = "。您说的话会先存着，市民再发一条就能收到"


def limits(quota: Quota, account: str | None) -> Limits:
    """What may still be sent, in an agent's words."""
    if account:
        return Limits(False, 0, None, ACCOUNT.get(account, "微信接口暂时不能用") + LATER)
    if not quota.subscribed:
        return Limits(False, 0, None, TROUBLES["left"] + "，发不到了")
    if quota.left < 1:
        reason = TROUBLES.get(quota.trouble or "", "微信给的条数用完了，或者过了时间")
        return Limits(False, 0, None, reason + LATER)
    kind = "" if quota.typed_left else "市民只点了菜单，请先请他打几个字"
    return Limits(True, quota.left, quota.until, kind)
