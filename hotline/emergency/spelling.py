"""One spelling for the words of danger: typos, homophones, dialect, odd spacing, pinyin."""

from __future__ import annotations

import re

from hotline.text.normalise import plain

_HAN = "\u4e00-\u9fff"
# Signs that people put between the characters of a word, by accident or to stress it.
_SPACED = re.compile(f"(?<=[{_HAN}])[ .·*_~|/\\-'\"]+(?=[{_HAN}])")
_EVERY = re.compile(f"(?:[{_HAN}][,、。!?. ]+){{3,}}[{_HAN}]")
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(pattern), right) for pattern, right in (
    ("mei ?qi(?![a-z])", "煤气"), ("tian ?ran ?qi(?![a-z])", "天然气"), ("(?<![a-z])ran ?qi(?![a-z])", "燃气"), ("lou ?qi(?![a-z])", "漏气"),
    ("xie ?lou(?![a-z])", "泄漏"), ("(?<=气)[ ]?wei(?: ?er| ?dao)?(?![a-z])", "味"), ("(?<=气)[ ]?lou ?le?(?![a-z])", "漏了"),
    ("zhao ?huo(?: ?le)?(?![a-z])", "着火了"), ("jiu ?ming(?![a-z])", "救命"),
    ("[煤媒没霉梅](?:汽|器)(?=味|昧|漏|泄|罐|管|灶|阀|中毒|公司|泻|露|的味|爆|着火)", "煤气"),
    ("媒气|煤汽|媒汽|霉气|梅气|煤器|煤气气", "煤气"), ("(?<=[股到着见有闻])没(?:气|汽)(?=味|昧|的味)", "煤气"), ("没(?:气|汽)(?=漏了|泄漏|罐|中毒)", "煤气"),
    ("[天添田]然[汽器七]|[天添田]燃[气汽器]|添然气|天热气|天然起", "天然气"), ("[燃然染冉][汽]|(?<![天自虽当突果忽])然气|染气|冉气", "燃气"), ("夜化气|液化汽|业化气|液化气气", "液化气"),
    ("瓦斯", "煤气"), ("桶装气|罐装气|瓶装气", "液化气"),
    ("[泄泻谢卸]漏|泄[露陋]|泻露|谢露|外泄|渗漏(?=气)", "泄漏"), ("漏(?:汽|器|起)|露气|喽气|楼气|漏煤气|漏天然气|漏燃气", "漏气"), ("昧(?=道|儿|[,。!了]|$)", "味"), ("气(?:谓|未|位|喂)(?=[儿道,。!了很好特太]|$)", "气味"),
    ("味[道儿子]*", "味"), ("臭[鸡鸭]蛋|坏[鸡鸭]蛋|(?:鸡|鸭)蛋(?:坏了|臭了|放坏|发臭)|臭蛋|臭鸡但|烂鸡蛋", "臭鸡蛋"),
    ("[滋嗞嘶呲嗤丝吱哧咝刺嗖磁孳兹][滋嗞嘶呲嗤丝吱哧咝刺啦溜磁孳兹]+|滋儿滋儿|嗤儿嗤儿|丝儿丝儿", "嘶嘶"), ("热水[器气汽]|热水箱", "热水器"),
    ("著火|着活|招火|着或了|起伙了|着火啦", "着火"), ("头昏|头运|头允|晕乎乎?|迷迷糊糊|犯迷糊|发晕|头发懵|头有点晕|脑袋晕|脑袋疼|脑壳疼|头很晕|头好晕|头特别晕|头重", "头晕"),
    ("头(?:很|好|特别|有点|非常|老|直|一直|开始|都|也|就)+(?:疼|痛)|头疼|脑仁疼", "头痛"), ("恶新|饿心|干呕|想吐|要吐|反胃|吐了", "恶心"),
    ("俺们|俺|咱们|咱", "我们"), ("恁", "你"), ("夜来", "昨天"), ("么儿", "味"), ("木有|莫得|没得", "没有"),
))


def fold(text: str) -> str:
    """The text in one spelling, lower case, simplified, without blanks inside words."""
    folded = plain(text)
    folded = _EVERY.sub(lambda match: re.sub("[,、。!?. ]", "", match.group()), folded)
    folded = _SPACED.sub("", folded)
    for pattern, right in _RULES:
        folded = pattern.sub(right, folded)
    return folded
