"""A title for a letter: its own words, shortened."""

from __future__ import annotations

import re

_SENTENCE = re.compile("[^。！？!?；;\n\r]+")
_CLAUSE = re.compile("[，,：:、]")
_GREETING = re.compile(
    "^(?:(?:尊敬|敬爱|亲爱)的?[^，,。！!：:\\s]{0,16}(?=[，,。！!：:\\s]|您好|你好)|各位(?:领导|书记|市长|老师|同志)|[^，,。\\s]{0,8}(?:书记|市长|区长|县长|局长|主任|领导|老师|同志)(?:们)?(?=[，,：:！!\\s]|您好|你好|$)|(?:有关|相关)(?:领导|部门)(?=[，,：:])|"
    "您们?好(?:啊|呀)?|你们?好(?:啊|呀)?|早上好|上午好|中午好|下午好|晚上好|喂|在吗|在不在|打扰(?:一下|了|您了)?|麻烦(?:您|你)?(?:一下|了)?(?=[，,。！!])|请问(?:一下)?|(?:12345)?(?:热线|客服|工作人员|接线员)(?:您好|你好)?)[，,。！!：:、~～\\s]*"
)
_SELF = re.compile(
    "^(?:我(?:叫|姓)[^，,。]{1,6}|(?:我|本人)(?:是|系|为|家住|住在|居住在|今年)[^，,。]{0,40}?(?:业主|居民|村民|市民|住户|职工|员工|学生|家长|租户|农民|老百姓|一员|人|岁)|感谢[^，,。]{0,20}|首先[^，,。]{0,12}感谢[^，,。]{0,12}|"
    "(?:电话|手机|联系方式|地址|姓名|身份证号?)[：:][^，,。]{0,30}|(?:冒昧|百忙之中|很高兴|抱歉|不好意思)[^，,。]{0,20}|事情(?:是这样的?|经过如下)|情况如下|具体情况如下|如下|以下|现将[^，,。]{0,12}如下)[，,。！!：:\\s]*$"
)
_LEAD = re.compile("^(?:我|本人|我们)?(?:现在?|想|要|来|在此|特此?|强烈|再次|今天)*(?:向您们?|向领导|向贵(?:局|处|部门))?(?:反映|反应|投诉|举报|咨询|请教|问一下)(?:一下|一个|一件|个)?(?:问题|事情?|情况)?(?:就是|是)?[，,：:\\s]*")
_MATTER = re.compile("不|没|坏|漏|堵|破|乱|臭|脏|吵|噪|扰民|违|拖欠|收费|停|断|掉|裂|积水|占|倒|丢|欠|涨|投诉|反映|举报|希望|请|建议|咨询|怎么|如何|为什么|什么时候|能否|是否|吗|无人|严重|危险|隐患|影响|感谢|表扬|错|多算|多收|塌|松|翘|烂|碎|冒|溢|渗|锈|困|误|拒|拖|推|骗|砸|晃|缺|灭|施工|老化|拥堵|长期|一直|经常|天天|到处|每晚|半夜|凌晨")

# Anger alone names no matter.
_RANT = re.compile("(?:你们|恁|政府|领导|12345)?(?:到底|究竟|还|都)*(?:管不管(?:了|事)?|有没有人管|有人管(?:吗|没有?)|管不管事儿?|是干什么吃的|干什么吃的|还有没有王法|有没有王法)(?:啊|呀|吗|了|的)*|(?:真是|简直|太|实在是?)*(?:气死我?了?|气人了?|过分了?|无语了?|无法无天了?|离谱了?|恶心人?了?)(?:啊|呀)*")


def make_title(text: str, limit: int = 40) -> str:
    """The sentence that carries the matter, cut at a clause to at most `limit` characters; nothing is made up."""
    sentences = [sentence for found in _SENTENCE.finditer(text) if (sentence := without_greeting(found.group()))]
    if not sentences:
        return re.sub("\\s+", " ", text).strip()[:limit]
    chosen = next((sentence for sentence in sentences
                   if len(sentence) >= 4 and _MATTER.search(sentence) and not _RANT.fullmatch(sentence)), sentences[0])
    return _shortened(chosen, limit)


def without_greeting(sentence: str) -> str:
    """A sentence without its salutation and the clauses that say who writes; empty where nothing else is said."""
    rest = sentence.strip(" \t\u3000，,、：:\"“”")
    while True:
        shorter = _GREETING.sub("", rest).strip()
        if shorter == rest:
            break
        rest = shorter
    clauses = _CLAUSE.split(rest)
    while len(clauses) > 1 and _SELF.match(clauses[0] + "，"):
        rest = rest[len(clauses[0]) + 1:].strip()
        clauses = clauses[1:]
    if _SELF.match(rest):
        return ""
    lead = _LEAD.match(rest)
    return rest[lead.end():].strip() if lead and len(rest) - lead.end() >= 4 else rest


def _shortened(sentence: str, limit: int) -> str:
    """As many whole clauses as fit; a first clause that is too long is cut."""
    sentence = re.sub("\\s+", " ", sentence).strip()
    if len(sentence) <= limit:
        return sentence
    cuts = [found.start() for found in _CLAUSE.finditer(sentence) if 6 <= found.start() <= limit]
    return sentence[:cuts[-1]] if cuts and _MATTER.search(sentence[:cuts[-1]]) else sentence[:limit]
