"""What a text plainly is, whatever the model thinks: greetings, questions, menu words, anger at the bot ..."""

from __future__ import annotations

import re

from bot.dialogue.scene import Scene
from hotline.text.normalise import normalise, squeezed
from hotline.text.phones import find_phones
from hotline.text.places import find_place
from hotline.text.times import find_time
from hotline.text.words import is_no, is_refusal

TALK = ("affirm", "deny", "cancel", "thanks", "greet", "goodbye", "human", "rate", "bot_challenge", "abuse", "nonsense")
MATTER = ("report", "consult", "suggestion", "urge", "status", "praise")
LETTER = 60  # characters: from here on it is a letter and no chat

_GREETING = (
    "(?:您|你)?好+(?:呀|啊|的)?|喂+|在吗|在么|有人吗|哈[喽啰]|嗨|早上好|上午好|中午好|下午好|晚上好|hello|hi|hey"
)
_POLITE = re.compile(f"(?:{_GREETING}|请问一下|请问|麻烦|打扰一下|打扰了|同志|师傅|老师|12345|热线)+")
_THANKS = re.compile(
    "(?:(?:好|行|嗯|哦|知道|明白|收到)的?了?)*(?:谢+|多谢|感谢|非常感谢|太感谢|thank(?:s|you)?)"
    "(?:谢|您|你|你们|了|啦|啊|哈|很多|verymuch|somuch|大家)*"
)
_GOODBYE = re.compile(
    "(?:(?:好|行|嗯)的?|那|没别的了?|没有了?|没事了?)*(?:再见|拜拜|拜|88|回见|bye(?:bye)?|goodbye|先这样)(?:了|吧|啊|哈)*"
)
_ASKS = re.compile(
    "[?？]|吗$|[么呢]$|怎么|怎样|咋|如何|多少|(?<![好十这那前没过有])几[点号个天年岁次级块]|什么|啥|哪[里儿个些种]|为什么|为何|能不能|可不可以|是不是|"
    "要不要|有没有|用不用|多久|(?<![没不差])多[长宽高大重厚远深]|是否|能否|可否|归谁|谁管|找谁"
)
_MENU = re.compile(
    "(?:我)?(?:要|想|想要|需要)?(?:反映|反应|投诉|举报|报修|报事|诉求|提(?:个)?(?:建议|意见))(?:一下|一个|个|点)?"
    "(?:问题|情况|事|事情|诉求)?(?:吧|啊)?|登记(?:工单|一下|吧|新工单)?|重新登记|反映问题"
)
_CONSULT = re.compile(
    "(?:我)?(?:要|想|想要)?(?:咨询|问|了解|请教)(?:一下|一个|个|点|下)?(?:问题|事|事情|政策)?(?:吧|啊)?|问问题"
)
_PROGRESS = re.compile(
    "(?:我)?(?:要|想|帮我)?(?:查|查询|查看|看|问)(?:一下|下)?(?:我的?)?(?:办理|工单|诉求|投诉|单子)?(?:的)?"
    "(?:进度|进展|工单|情况|结果|单子)(?:吧)?|(?:我的)?工单(?:进度|进展|状态)|进度查询"
)
_ANGRY = re.compile(
    "答非所问|(?:你|机器人?|客服)(?:根本|完全|到底|怎么|还|就|真|老|总)*"
    "(?:听不懂|看不懂|不明白|不懂(?:人话)?|听得?懂吗|没用|不好使|太?笨|太?傻|是?智障|弱智|人工智障)|"
    "(?:破|垃圾|傻|笨|蠢|死|烂)(?:智能)?机器人?|^(?:什么)?(?:破|垃圾|烂)(?:客服|系统)|说了(?:多少|几|好几|八百|一万)遍|"
    "车轱辘话|鸡同鸭讲|对牛弹琴|听不懂人话|会不会说人话|别(?:再)?重复了"
)
_DEAF = re.compile(
    "(?:我|本人|俺|老公|妻子|爱人).{0,6}(?:是|有)?.{0,4}(?:聋哑|听障|听力(?:障碍|残疾|不好)|语言障碍|言语(?:障碍|残疾))|"
    "(?:我|本人|俺).{0,4}(?:听不见|听不到|说不了话|不能说话|不会说话|没法(?:打电|接电|说)话|无法(?:打电|接电|说)话|打不了电话|接不了电话)|"
    "^聋哑人?$|i(?:am|m)deaf|cannothear|canthear|cantspeak|cannotspeak"
)
_BOT = re.compile(
    "(?:你|您)(?:们)?(?:到底)?(?:是|算)(?:不是)?(?:个|一个)?(?:机器|机器人|真人|人工|人工智能|电脑|程序|ai|人|谁)"
    "(?:吗|吧|么|呢|啊|还是.*)?|是(?:机器人|真人|人工)(?:吗|还是.*)|你叫什么(?:名字)?|areyouabot|areyouarobot|areyouhuman"
)
_NO_PLACE = re.compile(
    "不告诉|不知道|说不清|不清楚|说不上|不确定|不好说|没有具体|没有地址|没有地点|记不清|忘了|不记得|不方便|不想说|不便|保密|匿名|跳过|"
    "^(?:无|没有|没|不)$|nowhere|dontknow|notsure"
)
_WIDE = re.compile(
    "全市|全青岛|整个青岛|青岛市?(?:全市)?$|全国|全省|各个?小区|各处|到处|不限|都有|全区|citywide|wholecity"
)


_ABOUT_PHONE = re.compile("电话|手机|号码|联系|匿名|隐私|方便|留|透露|公开|跳过|略过|skip|phone|anonym")
_NO_PHONE = re.compile(
    "(?:我|还是|那|就|要|想|请|改成|改|算了)*(?:匿名|不留|不给电话|别留电话|不要留电话|电话(?:就)?(?:不留|别留|不给)|nophone|anonymous)"
    "(?:电话|号码|手机|登记|举报)?(?:了|吧|啦)*"
)
_VAGUE = re.compile(
    "(?:就|在|是|呢|我们?|俺们?|咱们?|自己|这|那|家|里|楼|上|下|小区|附近|旁边|门口|对面|边|儿|院|子|的|卫生间|厨房|客厅|阳台|屋|外|面|"
    "单元|门|前|后|路|街)+"
)


def is_greeting(text: str) -> bool:
    """Whether nothing but a greeting or a polite opening was said."""
    words = squeezed(text)
    return 0 < len(words) <= 16 and _POLITE.fullmatch(words) is not None


def is_thanks(text: str) -> bool:
    """Whether only thanks were said."""
    return _THANKS.fullmatch(squeezed(text)) is not None


def is_goodbye(text: str) -> bool:
    """Whether only a goodbye was said."""
    return _GOODBYE.fullmatch(squeezed(text)) is not None


def asks(text: str) -> bool:
    """Whether a text is worded as a question."""
    return _ASKS.search(normalise(text).text) is not None


def menu_word(text: str) -> str | None:
    """Which of the menu's ways a text takes: report, consult or progress."""
    words = squeezed(text)
    for way, pattern in (("report", _MENU), ("progress", _PROGRESS), ("consult", _CONSULT)):
        if pattern.fullmatch(words):
            return way
    return None


def angry_at_bot(text: str) -> bool:
    """Whether a short text is angry at the bot itself."""
    words = squeezed(text)
    return len(words) <= 40 and _ANGRY.search(words) is not None


def cannot_speak(text: str) -> bool:
    """Whether the citizen says that they cannot hear or speak."""
    words = squeezed(text)
    return len(words) <= 50 and _DEAF.search(words) is not None


def wants_agent(text: str) -> bool:
    """Whether "agent" is asked for in English."""
    return re.fullmatch("(?:an?|the|human|live|real|please)*agents?(?:please|now)*", squeezed(text)) is not None


def doubts_the_bot(text: str) -> bool:
    """Whether the citizen asks who or what is speaking."""
    words = squeezed(text)
    return len(words) <= 20 and _BOT.fullmatch(words) is not None


def refuses_place(text: str) -> bool:
    """Whether an answer to "where?" says that there is none to give."""
    words = squeezed(text)
    return 0 < len(words) <= 20 and _NO_PLACE.search(words) is not None and find_place(text) is None


def refuses_phone(text: str) -> bool:
    """Whether an answer to "which phone?" refuses it; "他们不给修" refuses nothing."""
    words = squeezed(text)
    if not is_refusal(text) and not is_no(text):
        return False
    return len(words) <= 6 or _ABOUT_PHONE.search(words) is not None


def wants_no_phone(text: str) -> bool:
    """Whether a text, asked or not, takes the phone back."""
    return _NO_PHONE.fullmatch(squeezed(text)) is not None


def is_vague(text: str) -> bool:
    """Whether an answer to "where?" would lead nobody there: "我家楼下", "就在小区门口"."""
    return _VAGUE.fullmatch(squeezed(text)) is not None


def is_wide(text: str) -> bool:
    """Whether an answer to "where?" means the whole city or many places."""
    words = squeezed(text)
    return 0 < len(words) <= 20 and _WIDE.search(words) is not None


def is_small_talk(scene: Scene) -> bool:
    """Whether a short text carries no matter: a greeting, thanks, a goodbye, or what the model is sure is talk."""
    text = scene.text
    if is_greeting(text) or is_thanks(text) or is_goodbye(text) or doubts_the_bot(text):
        return True
    talk = ("greet", "goodbye", "thanks", "chitchat", "bot_challenge", "nonsense")
    return len(text) <= 20 and scene.intent in talk and scene.confidence >= 0.5 and find_place(text) is None


def matter_of(text: str) -> str:
    """What is left of a text without place, phone, time and polite or menu words: empty when no matter is in it."""
    rest = text
    spans = [(phone.start, phone.end) for phone in find_phones(text)]
    place, when = find_place(text), find_time(text)
    spans += [(found.start, found.end) for found in (place, when) if found is not None]
    for start, end in sorted(spans, reverse=True):
        rest = rest[:start] + " " + rest[end:]
    words = squeezed(rest)
    for pattern in (_POLITE, _MENU, _LABELS):
        words = pattern.sub("", words)
    return words


_LABELS = re.compile(
    "我家住在?|我住在?|我在|住在|就在|在|位于|我家|这里|这边|这儿|地址是?|地点是?|位置是?|我?的?(?:电话|手机号?|号码|联系方式)是?|我叫|姓名|"
    "帮我|给我|我要|我想|想要|附近|旁边|门口|对面|是|的|了|吧|啊|呢|吗|嗯|哦|我|问题|匿名|保密|要求|请|要"
)
