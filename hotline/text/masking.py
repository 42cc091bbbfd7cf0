"""Personal data out of texts: for logs, for the training room, for confidential tickets."""

from __future__ import annotations

import re

from hotline.text.normalise import normalise
from hotline.text.phones import find_phones

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+ ?@ ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_IDENTITY = re.compile(r"(?<!\d)\d{6}[ -]?(?:19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)")
_CARD = re.compile(r"(?<![\dDd])\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")
_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·. ]?[A-Z0-9]{5,6}(?![A-Z0-9])", re.IGNORECASE)
# A name only where the citizen says that one follows: guessing names from characters would eat half a letter.
_SURNAME = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦昌马苗方俞任袁"
    "柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成"
    "戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘"
    "缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀惠曲封储靳段焦谷车侯全班仰仲宫宁仇甘厉戎祖武符刘景詹龙叶白"
    "蒲卓池乔翟谭温庄晏柴阎连习艾向古易廖耿匡文广欧沃利师聂晁勾冷辛简曾沙丰关查游欧阳司马上官诸葛")
_NAME = re.compile(
    rf"((?:我|本人)(?:叫|是|姓名是|名叫|的名字叫)|署名[:： ]?|落款[:： ]?|名字(?:叫|是)|联系人(?:是|叫)?[:： ]?|姓名[:： ]?|业主叫?|居民|村民|投诉人[:： ]?|反映人[:： ]?)"
    rf"((?:欧阳|司马|上官|诸葛|[{_SURNAME}])[\u4e00-\u9fff]{{1,2}}?)(?=[.!！)），,。；;、：: \n（(]|电话|手机|住|家住|，|$|的|我|反映|投诉)")
_TITLED = re.compile(f"(?<![\u4e00-\u9fff])[{_SURNAME}][\u4e00-\u9fff]?(?=先生|女士|小姐)")
_SURNAME_ONLY = re.compile(f"(我姓|免贵姓|本人姓)[{_SURNAME}]")
_LONG_NUMBER = re.compile(r"(?<![\dDd])\d(?:[ \-]?\d){9,}(?!\d)(?!元)")
_FLAT = re.compile(
    r"(?:[0-9０-９一二三四五六七八九十]{1,4}|[A-Za-z])(?:单元|门洞)"
    r"|(?<=[号楼栋座元单洞梯层])\s*[0-9０-９]{1,2}(?:户|门)(?!诊|牌|口)"
    r"|(?:[0-9０-９一二三四五六七八九十]{1,3}(?:层|楼))?\s*(?:东户|西户|中户|中间户)"
    r"|(?<![0-9０-９])[0-9０-９]{2,4}(?:室|户(?!居民|人|业主|家|村|都|被|没)|房间?)"
    r"|(?<=[单元洞号楼栋])\s*[0-9０-９]{3,4}(?![0-9０-９]*(?:号|路|元|块|米|年|月|日|天|人|户|平))"
    r"|(?<![0-9０-９])[0-9０-９]{1,3}[-－—][0-9０-９]{1,2}[-－—][0-9０-９]{2,4}(?![0-9０-９])")


def mask_text(text: str) -> str:
    """Phones, e-mails, identity numbers, plates, names and flats masked; the matter stays readable."""
    return _hide(mask_phones(_papers(text)))


def mask_phones(text: str) -> str:
    """A text with the middle of every phone number hidden and everything else as it was."""
    for phone in reversed(find_phones(text)):
        text = text[:phone.start] + mask_phone(phone.digits) + text[phone.end:]
    return text


def mask_phone(digits: str) -> str:
    """A number with its middle hidden: 138****8000."""
    return digits[:3] + "****" + digits[-4:] if len(digits) >= 10 else "****" + digits[-2:]


def mask_confidential(text: str) -> str:
    """A ticket's text for the backend with no name, phone or flat left; of a phone not even its last digits."""
    text = _papers(text)
    for phone in reversed(find_phones(text)):
        text = text[:phone.start] + "［电话］" + text[phone.end:]
    # What is left of long numbers may be a phone in a writing we do not know; receipts stay.
    return _hide(_replaced(text, _LONG_NUMBER, "［号码］"))


def mask_address(address: str) -> str:
    """An address without the flat: the building stays, unit and room go."""
    return _FLAT.sub("", address).strip()


def mask_name(name: str) -> str:
    """A name with the surname only: 张**."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def _papers(text: str) -> str:
    for pattern, label in ((_EMAIL, "［邮箱］"), (_IDENTITY, "［证件号］"), (_CARD, "［卡号］")):
        text = _replaced(text, pattern, label)
    return text


def _replaced(text: str, pattern: re.Pattern[str], label: str) -> str:
    """Replace in the text as it stands what is found in its plain form (full width digits and the like)."""
    folded = normalise(text)
    for match in reversed(list(pattern.finditer(folded.text))):
        start, end = folded.span(match.start(), match.end())
        text = text[:start] + label + text[end:]
    return text


def _hide(text: str) -> str:
    text = _NAME.sub(r"\1［姓名］", _replaced(text, _PLATE, "［车牌］"))
    text = _TITLED.sub("某", _SURNAME_ONLY.sub(r"\1某", text))
    return re.sub("(?:［住户］\\s*)+", "［住户］", _FLAT.sub("［住户］", text))
