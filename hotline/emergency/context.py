"""What takes the danger out of a sign: denied, over, feared, taught, bought, read in the news."""

from __future__ import annotations

import re

from hotline.emergency.kinds import Hit

# What may stand between such a word and the sign.
_THINGS = "煤气罐?|燃气|天然气|液化气|管道|管子|气管|软管|阀门?|灶台?|接头|炉子|热水器|气罐|闻到|闻见|闻着|闻|看到|听到|感觉到?|孩子们?|小孩|老人|行人|路人|有人|别人|人家|人|自己"
# A sentence without a stop ends here, so that a flood of words costs no more than its length.
_REACH = 160
_ENDS = re.compile("[。!?;\n]")
_DENIED = re.compile("(?:没有?|并?未|不会?再?|无|不是|并非|排除|闻不到|闻不着|没再|别是|不存在|不曾|从来没|从没|从未)(?:再|有|闻到?|发现|出现|听到?|什么|任何|发生|存在|检测到?|检查出|查出|是|过|到|因为|因|任何的|明显的?|"
                     + _THINGS + ")*$")
_NOT_DENIED = re.compile("(?:有没有?|是不是|有无|不知道?有没有?|没人|没法|没地方|不停|没完|了没有?|吗没有?|不是没有?)$")
_FEARED = re.compile(
    "(?:怕|担心|害怕|生怕|唯恐|防止?|避免|以免|免得|以防|预防|防范|杜绝|容易|极易|易|可能会?|有可能|难免|会不会|万一|如果|假如|假设|要是|倘若|一旦|若|导致|造成|引起|引发|"
    "酿成|发生|存在|涉及|关于|针对|应对|遇到|遇见|碰到|发现|隐患|风险|潜在|严防|谨防|警惕|当心|小心|时刻|随时|早晚|迟早|总有一天|等着|非要等到?|非得等?|真要|出现|"
    "怎么(?:看|判断|知道|检查|检测|查|测|辨别|确认|确定|发现|识别|预防|防|区分)|如何(?:看|判断|知道|检查|检测|查|测|辨别|确认|确定|发现|识别|预防|防|应对|处理)|什么(?:样的?|算|叫|是)|哪些|才|将|会)"
    "(?:再次?|再|出现|发生|会|因为|因|有|被|人|了|一下|家里|家中|室内|厨房|自己|家|到|由于|出|产生|或|和|及|与|是否|有没有|是不是|什么|任何|大|的|真的?|引发|造成|导致|引起|突然|事故|、|的时候|以后|将来|今后|哪天|哪一天|"
    + _THINGS + ")*$"
)
_REALLY = re.compile("(?:怕|担心|怀疑|可能|会不会)(?:就|真|别)*是|(?:怕|担心|怀疑|不知道?|不清楚|不确定|看看|查查|问问)(?:我们?家?|家里|这)?(?:是不是|有没有)|会不会$")
_PAST_FAR = re.compile(
    "去年|前年|大前年|上个?月|前几?个?月|上个?季度|以前|从前|当年|那年|那时候?|往年|早年|早些年|小时候|前些年|前几年|几年前|多年前|半年前|年前|[一二两三四五六七八九十几\\d]+个?[年月](?:多)?(?:以)?前|"
    "(?:19|20)[01]\\d年|202[0-5]年|曾经|曾(?!志)|之前|上次|上回|当时|历史上|过去|事后|事发时|前段时间|前阵子|头几年|年初|上周|上星期|前几天"
)
_OVER = re.compile(
    "很?及时(?!处理|来|派)|赔偿(?:款)?什么时候|(?:已经?|都|给|早就?|全|终于|总算|及时|当天|现在|后来|马上|立刻|顺利|彻底|就)*(?:修好|维修好|修复|抢修完|抢修好|处理好|处理完|处理了|解决了|解决好|换好|换了|更换了|补好|堵住了|堵好|排除了|没事了|没问题了|不漏了|"
    "没味了|没有味了|没味儿?了|闻不到了|好了(?!几|多|久|长)|恢复了|恢复正常|整改好|整改完|搞定|搞好|弄好|消除了|救出|脱险|出院|康复|虚惊一场|误报|误会|抓住了|抓到了|报过警|已报警|痊愈|脱离危险|安全了|回家了|找到了|查清楚?了|查明了|漏(?:点|口|洞|的地方)[^,。]{0,3}堵上|拖走了|判(?:了|下来)|控制住了|抢修(?:之?后|过了?)|(?:修|补|堵|换)完(?:了|之?后))"
)
_STILL = re.compile(
    "又(?!是?怎么)|还(?:是|在|有|能|没|会|闻|漏|响)|仍|依然|依旧|再次(?!感谢)|反复|复发|现在(?:还|又|也|家里|屋里|厨房|就|在|有|正|开始|满|整|全|能闻|闻)|正在|刚刚?|此刻|今天(?:又|还|早|上|下|晚|中)|今晚|今早|越来越|不放心还"
)
_PUT_OUT = re.compile("扑灭了?|灭了|救下来了")
_YESTERDAY = re.compile("昨天|昨晚|昨日|前天|前晚|大前天")
_THANKS = re.compile("感谢|谢谢|多谢")
_UNMENDED = re.compile("没修好|没处理|没解决|没换|没人(?:来|管|修)|修不好|没好|没修")
_NEARLY = re.compile("(?:差点儿?|差一点儿?|险些|几乎)[^,。]{0,8}$")
# A danger of the place, not of this moment.
_OFTEN = re.compile("(?:三天两头|隔几天就|老(?![人头太伴师婆公爸妈年爷奶板乡同])|老是|总|总是|经常|常常?|频繁|屡次|多次|好几次|每年|每次|天天有|动不动|隔三差五|时常)(?:有|出|发生|会|人|的|车|电|都|是|被|有人)*[^,。]{0,4}$")
_MANAGED = re.compile("怎么(?:管理|处理的|管|索赔|赔|算|处罚|定责|跑|逃|疏散|举报)|索赔|理赔|谁赔|不赔|赔不赔|谁的责任|责任|调查结果|公司不管|单位不管|没处理|不处理|一周了|赔偿|归谁管|追责|建议|应该(?:装|设|加|建)|(?:装|设|加|建)(?:个|一个)?(?:护栏|红绿灯|减速带|监控|警示)|路面请修|请修|鉴定|认定|判决|起诉|立案|案件|复议|信访|伤残|医药费|医疗费|误工费|抚恤")
_BLOCKED = re.compile("(?:消防(?:通道|车|栓|设施)|楼道(?:堆|里?充电|杂物)|占用|堵|充电|隐患|堆(?:满|放)|私拉)[^。!?\n]{0,24}$")
_GENERAL = re.compile("过(?:一|两|几|好几|多|三|四)?(?:次|回)|(?:的)?(?:隐患|风险|危险性?|的?时候|时(?![间候])|原因|险情?多发|怎么逃|(?:了)?(?:都|也)?(?:没法|没处|往哪|跑不|逃不)|概率|责任|应急|多发|频发|的人(?:太|很|越来越)?多|的(?:价|后果))")
_NEWS = re.compile("新闻|报道|电视(?:上|里|台)|网上|抖音|朋友圈|微信群?里?(?:看|传|说)|视频里?|公众号|外地|外省|某地|别的城市|其他城市|其它城市|别处|案例|警示|教训|通报|事故(?:案|频|发生)|宁夏|银川|燕郊|十堰|沈阳|国外|韩国|日本|美国|听说.{0,12}(?:市|省|县)|电影|电视剧|小说|游戏|宣传片|纪录片")
_HERE = re.compile("我们?家|家里|我们?(?:小区|楼|院|单元|村|厂|店|公司|学校|这|住)|楼下|楼上|楼道|隔壁|邻居|屋里|厨房|闻到|闻着|现在|刚刚?|正在|今天|快来|来人|有味|我闻|我们?的")
_LEARNING = re.compile(
    "演练|演习|培训|讲座|宣传|科普|知识|课程|手册|应急预案|预案|论文|考试|题目|保险|理赔|报销|伤残|鉴定|赔偿标准|政策|条例|规定|标准|法规|办法|安全月|公益|志愿者|活动|征求意见|讲解|作文|海报|普及|教育|"
    "(?:怎么|如何|哪里|在哪|能不能|可以|想|要|需要|打算|准备|免费|强制|必须|推荐|统一)(?:买|购买|选|选购|选择|安装|装|加装|配|领|申请|更换|报名|预约)"
)
_ASKING = re.compile("(?:应该|应当|该|需要|要)(?:怎么办|怎么做|怎么处理|如何处理|如何做|打什么电话|找谁|找哪|拨打|注意|采取)|(?:怎么办|如何处理|怎么处理|如何应对|有哪些|注意什么|打什么电话|打哪个电话|找哪个部门|归谁管|谁负责|什么原因)")


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence around a hit."""
    first = max(0, start - _REACH, *(text.rfind(mark, max(0, start - _REACH), start) + 1 for mark in "。!?;\n"))
    last = _ENDS.search(text, end, end + _REACH)
    return first, last.start() if last else min(len(text), end + _REACH)


def harmless(text: str, hit: Hit) -> bool:
    """Whether the words around a sign say that there is no danger now; in doubt there is."""
    first, last = sentence(text, hit.start, hit.end)
    around = text[first:last]
    before = re.split("[,:、]", text[first:hit.start])[-1]
    if hit.kind == "life" and _passing(text, first, last, hit):
        return True
    return (
        _denied(before)
        or _feared(before, around)
        or _over(text, first, last, hit)
        or _told(text, around, hit)
    )


def _denied(before: str) -> bool:
    return _DENIED.search(before) is not None and _NOT_DENIED.search(before) is None


def _feared(before: str, around: str) -> bool:
    """Fear, a condition or a general question before the sign; a guess about one's own home is none of these."""
    if _REALLY.search(before):
        return False
    found = _FEARED.search(before)
    if found is None:
        return False
    if found.group().startswith(("发现", "发生", "出现", "遇到", "碰到", "遇见", "会", "将", "才", "时刻", "存在", "可能")):
        return found.group().startswith(("会", "将", "才", "时刻")) or (_ASKING.search(around) is not None and _HERE.search(around) is None)
    return True


def _over(text: str, first: int, last: int, hit: Hit) -> bool:
    """Mended, put out, long ago: only where nothing says that it goes on or came back."""
    around = text[first:last]
    following = text[last:last + 40]
    window = text[max(0, first - 30):first] + around
    if _STILL.search(around + following) or (hit.kind == "gas" and _UNMENDED.search(around + following)):
        return False
    if (hit.subkind == "fire" and _PUT_OUT.search(text[hit.start:last])) or _THANKS.search(text[first:hit.start]):
        return True
    mended = _OVER.search(text[hit.start:last]) or _OVER.search(text[last:last + 30])
    past = _PAST_FAR.search(window)
    told = re.search("过(?:一次|一回|两次|几次|好几次|一场|事|气|火|人)?(?![去来分道路])|曾|那次|了一次|的事|的时候", around)
    return (bool(mended) and not re.search("说(?:是)?(?:已经?)?(?:修|处理|解决)", around + following)) or bool(past and (mended or told or re.search("去年|前年|年前|小时候|那年|当年|(?:19|20)\\d\\d年", past.group())))


def _passing(text: str, first: int, last: int, hit: Hit) -> bool:
    """Nearly, often, long ago, or a matter of rules and money: no danger to life at this moment."""
    before, around = text[first:hit.start], text[first:last]
    if hit.subkind != "self_harm" and re.search("容易|可能会|会不会|险些|差点|怕", text[hit.start:hit.end]):
        return True
    if _NEARLY.search(before) or (hit.subkind in ("fire", "illness") and _OFTEN.search(before)):
        return True
    if _STILL.search(around):
        return False
    if _GENERAL.match(text, hit.end):
        return True
    if hit.subkind == "crime" and _OFTEN.search(before) and re.search("偷|贼|打架|斗殴|打起来", text[hit.start:hit.end]):
        return True
    if hit.subkind != "self_harm" and (_PAST_FAR.search(before) or _YESTERDAY.search(before) or _MANAGED.search(around)):
        return True
    return hit.subkind == "fire" and _BLOCKED.search(before) is not None and re.search("怎么|咋|后果|谁负责", text[hit.end:last]) is not None


def _told(text: str, around: str, hit: Hit) -> bool:
    """News, films, drills, purchases and rules, without a word of one's own place and time."""
    if text[hit.end:hit.end + 2] in ("事件", "事故", "案件", "的案", "案例"):
        return True
    if _NEWS.search(around) and not re.search("我们?家|家里|屋里|厨房|现在|正在|闻到|快来|来人", around):
        return True
    if _LEARNING.search(around) and not _HERE.search(around):
        return True
    return False
