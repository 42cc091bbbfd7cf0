"""Chinese phone numbers in every usual writing, told apart from the other long numbers of a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from hotline.text.normalise import Normalised, normalise

Problem = Literal["none", "too_short", "too_long", "prefix"]

_NUMERALS = str.maketrans("零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖", "00112234567891234567" + "89")
_SEP = r"[ \-—–_.。·,/~*()]{0,2}"
_DIGIT = "零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖"
# A run of spoken digits; ten, hundred and thousand never stand in a number that is read out digit by digit.
_SPOKEN = re.compile(rf"[{_DIGIT}\d](?:[ \-,.。]?[{_DIGIT}\d]){{6,}}")
_FOREIGN_NUMBERS = re.compile(
    r"[Qq]\s?[Dd][\s:#.\-_号]{0,3}(?:\d[\s\-_]?){13}\d(?!\d)"  # our receipts
    r"|(?<!\d)\d{6}[ -]?(?:19|20)\d{2}[ -]?(?:0\d|1[0-2])(?:[0-2]\d|3[01])[ -]?\d{3}[\dXx](?!\d)"  # identity cards
    r"|(?<!\d)(?:19|20)\d{2}[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])(?!\d)(?:[ T]{0,2}\d{1,2}:\d{2}(?::\d{2})?)?"  # dates
    r"|(?<!\d)\d{12,}(?!\d)(?<!86\d{11})(?<!\d86\d{11})(?<!0\d{11})"  # cards, meters, orders
    r"|(?<![A-Za-z])(?!(?:[Tt][Ee][Ll]|[Pp]hone)\d)[A-Za-z]{2,}\d{5,}"
)
# No digit and no letter before it, save "tel" and "phone".
_ALONE = r"(?:(?<![\dA-Za-z])|(?<=[Tt][Ee][Ll])|(?<=[Pp]hone))"
_MOBILE = re.compile(
    rf"{_ALONE}(?:\(?(?:\+|00)? ?86\)?[ \-]*)?(1[3-9](?:{_SEP}\d){{9}}|1[ \-,.][3-9](?:[ \-,.]\d){{9}})(?!\d)(?! ?(?:元|块钱|万|亿|平|公里|立方|吨))"
)
_LANDLINE = re.compile(
    rf"{_ALONE}(?:(?:(?:\+|00)? ?86[ \-]*)?\(?(0(?:10|2\d|[3-9]\d{{2}}))\)?|\+ ?86[ \-]*\(?0?\)?(10|2\d|[3-9]\d{{2}}))[ \-—–]{{0,2}}([2-9]\d{{2,3}}{_SEP}\d{{4}})"
    r"(?!\d)(?: ?(?:-|转|分机|ext\.?|#) ?(\d{1,6})(?!\d))?"
)
_LOCAL = re.compile(r"(?<![\d+\-A-Za-z])([5-8]\d{3}[ \-]?\d{4}|[5-8]\d{2}[ \-]\d{5}|[5-8](?: \d){7})(?!\d)(?: ?(?:-|转|分机|ext\.?|#) ?(\d{1,6})(?!\d))?")
_CUE = re.compile("(?:电话|座机|固话|号码|手机|联系|致电|拨打?|打|tel|phone|call|mobile)[^\\d]{0,8}$", re.IGNORECASE)
# Without a word that announces it, a local number is one when it is written in groups and ends the message.
_GROUPED_END = re.compile(r"\d[ \-]\d")
_OTHER_NUMBER = re.compile("(?:单号|编号|尾号|受理号|户号|表号|卡号|订单|余额|读数|型号|密码|验证码|件号|证号|元|no\\.?)[^\\d]{0,6}$", re.IGNORECASE)
_ODD = re.compile(r"(?<![\dA-Za-z])\+?\d(?:[ \-]?\d){5,14}(?!\d)(?! ?(?:元|块钱|万|年|月|日|平|公里|立方|吨|户))")
_OWN = re.compile("(?:让|叫|请|喊)(?:他们?|她|人|师傅)?(?:打|拨|回)我[^,。;!?\\d]{0,6}$|(?:我是|我叫|俺是|俺叫)[^,。;!?\\d]{0,14}$|(?<!给)(?<!打)(?:我(?![打拨给问加])的?|本人的?|俺的?|自己的?|联系(?:我|人|电话|方式|号码)?|回复?|回访|致电|请来电)(?:的)?(?:电话|手机|号码|座机|联系方式|手机号码?|tel)?[^\\d]{0,6}$", re.IGNORECASE)
_OTHERS = re.compile(
    "(?:物业|公司|(?<!其)他|她|对方|经理|主任|书记|科长|所长|队长|村长|校长|老师|教练|老板|工头|客服|商家|店家|卖家|摊主|车主|司机|快递员|外卖员|骑手|保安|房东|房客|租客|租户|中介|邻居|业委会|负责人|广告|上面|印着|留的|写着|写的|贴着|贴的|喷的|开锁|办证|贷款|疏通|"
    "骗子|施工|项目部|师傅|热线|燃气|热力|供电|城管)[^,。;!?\\d]{0,12}$"
    # An address may end with these: "傅家埠社区138..." is the citizen's, "社区电话138..." is not.
    "|(?:社区|街道|居委会|村委会?|派出所|单位|学校|医院)[^,。;!?\\d]{0,6}(?:的|电话|座机|号码|热线|手机|人员|干部|医生)[^,。;!?\\d]{0,6}$"
    "|(?:招租|出租|求租|转让|招聘|招工|订餐|预约|报修|维修|服务|客服|咨询|投诉|监督|值班|办公室?|售楼|销售)(?:电话|热线|号码|座机|手机)[^,。;!?\\d]{0,4}$"
    "|(?:自称|冒充|诈骗|骚扰|推销|陌生|(?<!请)来电|打(?:过)?来)[^。;!?\\d]{0,16}$|(?:拨打?|打)(?:了|过)[^,。;!?\\d]{0,6}$"
)
_OTHERS_AFTER = re.compile("[ ,]?(?:这个|那个|这)?(?:电话|号码|号|手机)?(?:一直|总是|老|老是|天天|根本|就|又|都|也|永远)?(?:没人接|没人|无人接|打不通|不接|不通|关机|停机|空号|占线|骚扰|给我打|给我发|打给我|打来|打电话来|发来?短信|是骗子|是假)")


@dataclass(frozen=True)
class Phone:
    """A number found at `start:end` of the text; digits without country code or extension.

    `valid` is False for what was meant as a phone number but cannot be one (length, prefix).
    """

    digits: str
    start: int
    end: int
    valid: bool
    extension: str = ""

    @property
    def mobile(self) -> bool:
        """Whether it is a well-formed mobile number."""
        return self.valid and len(self.digits) == 11 and self.digits[0] == "1"


@dataclass(frozen=True)
class PhoneAnswer:
    """What an answer to "your phone?" holds: a phone, or what is wrong with it (`count` digits were given)."""

    phone: Phone | None
    problem: Problem | None
    count: int


def find_phones(text: str) -> list[Phone]:
    """All phone numbers in order; receipts, identity cards, dates, amounts and short service numbers are left out."""
    folded = normalise(text)
    plain = _shadow(folded.text)
    found: list[Phone] = []
    for pattern in (_MOBILE, _LANDLINE, _LOCAL, _ODD):
        for match in pattern.finditer(plain):
            if pattern in (_LOCAL, _ODD) and not _announced(pattern, match, plain):
                continue
            phone = _phone(pattern, match, folded)
            if phone is not None:
                found.append(phone)
                plain = _blank(plain, match.start(), match.end())
    return sorted(found, key=lambda phone: phone.start)


def _announced(pattern: re.Pattern[str], match: re.Match[str], plain: str) -> bool:
    """Whether a word says that this is a phone number, or its form and place do."""
    before = plain[max(0, match.start() - 14):match.start()]
    if _CUE.search(before):
        return True
    ends = not plain[match.end():].strip(" ,.。!?;、\n\"')")
    return (pattern is _LOCAL and ends and _GROUPED_END.search(match.group(1)) is not None
            and _OTHER_NUMBER.search(before) is None)


def own_phone(text: str) -> Phone | None:
    """The citizen's own number among those in a text; None when every number is plainly somebody else's."""
    folded = normalise(text).text
    best: tuple[int, Phone] | None = None
    for phone in find_phones(text):
        if not phone.valid:
            continue
        before = normalise(text[max(0, phone.start - 24):phone.start]).text
        after = normalise(text[phone.end:phone.end + 16]).text
        score = 4 if _OWN.search(before) else 0
        score += 1 if phone.mobile else 0
        if score < 4 and len(folded) > 16 and (_OTHERS.search(before) or _OTHERS_AFTER.match(after)):
            continue
        if best is None or score > best[0]:
            best = (score, phone)
    return best[1] if best else None


def parse_phone(text: str) -> PhoneAnswer:
    """Read an answer to "your phone?" and say why it cannot be used when it cannot."""
    valid = [phone for phone in find_phones(text) if phone.valid]
    if valid:
        own = own_phone(text) or valid[0]
        return PhoneAnswer(own, None, len(own.digits))
    folded = normalise(text)
    plain = _shadow(folded.text)
    match = _LOCAL.search(plain)
    if match:
        local = _phone(_LOCAL, match, folded)
        return PhoneAnswer(local, None, 8)
    if re.fullmatch(r"\D{0,6}\d[\d\s\-]{11,15}\D{0,3}", folded.text):
        plain = folded.text  # one number and nothing else: too long for a phone rather than a card's
    runs = [re.sub(r"\D", "", run) for run in re.findall(rf"\+?\d(?:{_SEP}\d)*", _tokens(plain))]
    longest = max(runs, key=len, default="")
    return PhoneAnswer(None, _problem(longest), len(longest))


def group_digits(digits: str) -> str:
    """A number as it is read back: 138 0013 8000, 0532 8591 2345, 8591 2345."""
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if digits.startswith("0") and len(digits) >= 10:
        area = 3 if digits[:2] in ("01", "02") else 4
        return f"{digits[:area]} {digits[area:-4]} {digits[-4:]}"
    return f"{digits[:-4]} {digits[-4:]}" if 7 <= len(digits) <= 8 else digits


def _problem(digits: str) -> Problem:
    if len(digits) < 5:
        return "none"
    if digits.startswith("86") and len(digits) > 11:
        digits = digits[2:]
    if digits.startswith("1"):
        if len(digits) == 11:
            return "prefix"
        return "too_short" if len(digits) < 11 else "too_long"
    if digits.startswith("0"):
        return "too_short" if len(digits) < 10 else "too_long"
    if len(digits) == 11:
        return "prefix"
    return "too_short" if len(digits) < 11 else "too_long"


def _shadow(plain: str) -> str:
    """The text, same length, with spoken digits as digits and the long numbers that are no phones blanked."""
    for match in list(_SPOKEN.finditer(plain)):
        plain = plain[:match.start()] + match.group().translate(_NUMERALS) + plain[match.end():]
    for match in list(_FOREIGN_NUMBERS.finditer(plain)):
        plain = _blank(plain, match.start(), match.end())
    return plain


def _tokens(plain: str) -> str:
    return re.sub(r"\d+(?:元|块|号楼|单元|室|栋|楼|层|年|月|日)", " ", plain)


def _blank(plain: str, start: int, end: int) -> str:
    return plain[:start] + "\x00" * (end - start) + plain[end:]


def _phone(pattern: re.Pattern[str], match: re.Match[str], folded: Normalised) -> Phone | None:
    start, end = folded.span(match.start(), match.end())
    if pattern is _ODD:
        digits = re.sub(r"\D", "", match.group())
        likely = digits[0] == "1" and 9 <= len(digits) <= 13 and digits != "12345"
        return Phone(digits, start, end, False) if likely else None
    if pattern is _LANDLINE:
        number = re.sub(r"\D", "", match.group(3))
        area = match.group(1) or "0" + match.group(2)
        return Phone(area + number, start, end, 7 <= len(number) <= 8, match.group(4) or "")
    if pattern is _LOCAL:
        return Phone(re.sub(r"\D", "", match.group(1)), start, end, True, match.group(2) or "")
    return Phone(re.sub(r"\D", "", match.group(1)), start, end, True)
