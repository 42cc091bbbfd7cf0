"""Small generous recognisers for short answers; each is pure and none of them decides alone."""

from __future__ import annotations

import re

from hotline.text.normalise import normalise, plain, squeezed

_TAIL = "(?:的|了|啊|呀|吧|呢|哈|哦|噢|喔|嘛|哟|滴|得|就行|就好|谢谢|谢谢您|谢谢你|麻烦了|辛苦了|您|你)*"


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(f"(?:{words}){_TAIL}")


_YES = _whole(
    "(?:嗯+|恩+|哦|啊|是|对|好|行)*(?:是的?|对的?|对对+|好的?|好好+|行|中|成|可以|没错|没问题|没有问题|没毛病|正确|确认|确定|"
    "同意|嗯+|恩+|要|需要|当然|就这样|就是这样|就这么办|就这么着|提交|报吧|报上去|办吧|发吧|登记吧?|帮我登记|帮我报上去|"
    "杠杠的|木问题|ok+|okay|yes|yeah|yep|y|sure|right|correct|1|都对|无误|信息无误|属实|是这样|是我|可|"
    "好嘞|好滴|得劲|中中|管|就它|就这个)(?:是|对|好|行|可以|没错|提交|确认|就这样|没问题)*"
)
_NO = _whole(
    "(?:嗯|啊|哦|哎)*(?:不+|不是|不对|不行|不可以|不好|否|没有?|没|别|错了?|有误|不正确|不用|不需要|不要|不同意|不想|不必|"
    "没有了|不准确|不成|不中|木有|先不|暂时不|不提交|先别|先别提交|no+|nope|n|not|wrong|2|搞错了?|弄错了?|不是这样|不是这个)"
    "(?:不是|不对|不用|不要|错|没有)*"
)
_CANCEL = re.compile(
    "^(?:那|就|唉|哎|我|还是|先|行了|好了|嗯)*(?:算了|算球|拉倒|不用了|不要了|不报了|不反映了|不投诉了|不说了|不想说了|不想报了|"
    "不问了|不办了|不弄了|不需要了|不必了|取消|撤了|退出|停止|结束|到此为止|没事了|没有事了|不麻烦了|不想弄了|不登记了|作罢|"
    "cancel|quit|stop|nevermind|never mind|forget it)"
)
_CANCEL_IN = re.compile("(?:取消|不想|不要|不用|别)(?:这次|本次|这个|再)?(?:登记|报|反映|投诉|提交|上报|申报|办)(?:了|吧|$)|(?:还是|那就|就)算了|算了吧")
_REFUSAL = re.compile(
    "匿名|(?:不|不想|不愿意?|不便|不方便|不能|别|懒得|拒绝|不太想|不太方便)(?:给|留|说|提供|透露|告诉|填|写|报|公开)|"
    "(?:没有?|没)(?:电话|手机|号码|联系方式)|(?:电话|手机|号码|联系方式|姓名)(?:就)?(?:不|没|算了|免|无|保密|跳过)|跳过|略过|不方便|"
    "保护隐私|隐私|无可奉告|不告诉|(?:^(?:不|不了|没有|没|无|不用|不用了|不留|不留了|不给|不说|不要|不必|不需要|免了|skip|no|none|pass)$)|"
    "anonymous|nophone|without(?:a)?phone"
)
_CONFIDENTIAL = re.compile(
    "保密|(?:别|不要|不能|不想|不希望|不让|千万别|千万不要|请勿|怕|害怕|担心)(?:让|叫|被|给)?"
    "(?:他们?|她们?|别人|人家|对方|物业|邻居|房东|单位|老板|公司|店家|店主|领导|村里|村干部|街道|被投诉人|任何人|人)"
    "(?:们)?(?:的人|那边)?(?:知道|晓得|看到|看见|查到|认出|打击|报复)|"
    "(?:别|不要|不能|千万别)(?:泄露|透露|公开|暴露|说出去|往外说|告诉(?:物业|他们?|别人|对方|邻居|单位))|"
    "(?:怕|害怕|担心|防止)(?:被|遭|受到?)?(?:打击|报复|认出|穿小鞋)|(?:隐去|隐藏|不要写|别写)(?:我的?)?(?:姓名|名字|信息|个人信息)|confidential"
)
_PERSON = re.compile(
    "转人工|人工(?:客服|服务|坐席|座席|接线|热线|台|$)|(?:^|[^手])人工(?:呢|在吗|吧)|真人|活人|"
    "(?:找|要|换|叫|来|转|接|给我|想找|想跟|想和|跟|和|同|有没有)(?:个|一个|你们|你们的|位)?"
    "(?:客服|坐席|座席|接线员|话务员|工作人员|管事的|领导来|人来|人工)|"
    "(?:找|换|叫|要|来|有没有|给我)(?:个|一个)(?:会说话的|明白|懂行?的)?(?:大?活?人|人)(?:来|跟|和|说|聊|接|处理|行|吗|吧|啊|呢|$|回|帮|给|工)|"
    "(?:要|想)(?:跟|和|同|与)(?:个|一个|真)?人(?:说|聊|讲|谈|通话|对话)|(?:不|别)(?:想|要|愿意)?(?:跟|和)?机器人?(?:说|聊|讲|谈|废话)|不要机器人|"
    "human|operator|realperson|agent$|talktosomeone|talktoaperson|speaktosomeone|speaktoaperson|representative"
)
_RECEIPT = re.compile(r"(?<![A-Za-z])[Qq]\s?[Dd][\s:#.\-_号]{0,3}((?:\d[\s\-_]?){13}\d)(?![\s\-_]?\d)")
_ABUSE = re.compile(
    "(?:你妈的?(?:个?[逼比屄b]|头|蛋)?|他妈的?|她妈的?|你妈了?个?[逼比屄b]?|你大爷的?|操你妈?|草你妈?|艹|卧槽|我[操草艹]|日你妈?|傻[逼比屄叉缺]|[傻煞沙]b|sb|nmsl|"
    "cnm|tmd|mlgb|nnd|妈的|妈了个?[逼巴]|去死|王八蛋?|混蛋|混账|畜生|畜牲|狗屁|放屁|狗东西|狗日的|滚蛋|滚(?=[,!.。~ ]|$)|滚犊子|废物|蠢货|蠢猪|猪脑子|脑残|"
    "神经病|有病吧?|垃圾(?=[!！,，.。\\s]|$)|(?:一群|一帮|你们?这?[些帮群]?)(?:垃圾|饭桶|蠢货|废物|猪|狗)|饭桶|吃屎|吃干饭的?|死全家|不要脸|"
    "彪子?(?=[!！,，.。\\s]|$)|膘子|逼养的|狗娘养的|fuck(?:ing)?(?: ?you)?|shit|bitch|asshole|bullshit|idiots?|stupid)",
    re.IGNORECASE,
)
_EMPTY_WORDS = re.compile("你们?|我|真是?|这帮?|那帮?|一群|一帮|全是|都是|就是|个|的|了|啊|吧|呢|吗|什么|玩意儿?|东西|人|太|都|机器人?|客服|12345")


def is_yes(text: str) -> bool:
    """Whether a short answer agrees ("对", "嗯嗯可以", "没问题", "yes"); never on a longer sentence."""
    words = squeezed(text)
    return (0 < len(words) <= 12 and _YES.fullmatch(words) is not None) or text.strip() in ("👍", "👌", "✅", "√", "✔")


def is_no(text: str) -> bool:
    """Whether a short answer denies ("不对", "不是", "no"); never on a longer sentence."""
    words = squeezed(text)
    if words.startswith("没错"):
        return False
    return (0 < len(words) <= 10 and _NO.fullmatch(words) is not None) or text.strip() in ("❌", "×", "✖", "👎")


def is_cancel(text: str) -> bool:
    """Whether the citizen gives up what is being done ("算了", "不用了", "取消", "不报了")."""
    words = squeezed(text)
    if _CANCEL_IN.search(words) and len(words) <= 16:
        return True
    return len(words) <= 14 and _CANCEL.match(words) is not None


def is_refusal(text: str) -> bool:
    """Whether an answer refuses a detail, above all the phone ("匿名", "不留电话", "不方便", "跳过")."""
    words = squeezed(text)
    return 0 < len(words) <= 30 and _REFUSAL.search(words) is not None


def wants_confidential(text: str) -> bool:
    """Whether the citizen asks to be kept secret ("保密", "别让物业知道是我", "怕打击报复")."""
    words = squeezed(text)
    return _CONFIDENTIAL.search(words) is not None and not re.search("不用保密|不需要保密|无需保密|不保密|不必保密", words)


def wants_person(text: str) -> bool:
    """Whether the citizen asks for a person ("转人工", "找个人", "我要跟人说话", "human please")."""
    words = squeezed(text)
    if words in ("人工", "客服", "人", "接线员", "坐席"):
        return True
    return 0 < len(words) <= 40 and _PERSON.search(words) is not None and not re.search("(?:不用|不要|别|不必|不需要)(?:转)?人工", words)


def receipt_in(text: str) -> str | None:
    """The first receipt number in the text as QD and 14 digits, in any case, width or spacing."""
    found = _RECEIPT.search(normalise(text).text)
    return "QD" + re.sub(r"\D", "", found.group(1)) if found else None


def is_english(text: str) -> bool:
    """Whether the citizen writes English: Latin words and no Chinese sentence beside them."""
    words = re.findall("[A-Za-z]{2,}", text)
    han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return sum(map(len, words)) >= 5 and len(words) >= 2 and han <= len(words)


def is_blank(text: str) -> bool:
    """Whether nothing is said: empty, lone punctuation, dots, emoji or blanks."""
    return not squeezed(text)


def without_abuse(text: str) -> str:
    """The text without swear words; empty when nothing but abuse was said."""
    rest = _ABUSE.sub("", normalise(text).text).strip(" ,.!?;:、。!\n")
    return "" if is_blank(_EMPTY_WORDS.sub("", rest)) else rest


def has_abuse(text: str) -> bool:
    """Whether the text contains swear words."""
    return _ABUSE.search(plain(text)) is not None
