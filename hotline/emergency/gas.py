"""Signs of gas: smell, leak, hiss, carbon monoxide, fire or blast, a pipe that was hit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotline.emergency.kinds import Hit, Subkind

GAS = "(?:煤气|燃气|天然气|液化气|石油气|气罐|煤气罐|钢瓶|气瓶|燃气管|(?<![通排透进暖喘支])气管子?(?!切开|切口|插管|插着|炎|镜|哮喘|异物|里卡|卡了|呛)|管道气|沼气|丙烷|甲烷)"
_PART = "(?:阀门?|角阀|灶(?:台|具|头|上)?|炉(?:头|灶|子)?|软管|胶管|胶皮管|皮管|波纹管|接头|接口|气表|燃气表|煤气表|热水器|壁挂炉|减压阀|调压箱|调压站|立管|气管子?|管子|黄管|表)"
_NEAR = "[^,。!?;\n]"
_LEAKS = "(?:(?<![遗疏缺])漏(?=气|了|得|的|味|着|出|点|处|呢|啊|吧|吗|啦|过|大|好|很|不停|个不|[,。!?;\n)]|$)|泄漏|泄(?=了|出|气)|冒气|跑气|窜气|串气|喷气|窜味|跑味|漏味|泄气|有气出来|气都?出来了|往外(?:冒|跑|喷|漏|窜|放|出气|泄)|外冒|外溢|散气|冒出来|喷出来|跑出来)"
_HISS = "(?:嘶嘶|呼呼|噗噗|咕噜|冒泡)"
_DEVICE = re.compile(
    f"(?:防|{GAS}|可燃气体?|一氧化碳|家用|可燃)*(?:泄漏|漏气|泄露|浓度|中毒)*的?(?:报警器|报警仪|报警装置|报警系统|警报器|探测器|检测仪|检漏仪|检测器|自闭阀|切断阀|保护器|保护装置|感应器)"
)
_HARMLESS_WORDS = re.compile(
    "防(?:泄漏|漏气|漏|煤气中毒|一氧化碳中毒)|(?:查|检|测|验)漏(?:气)?|漏气检[查测]|泄漏检[查测]|预防[^,。]{0,8}中毒|气味相投|漏水漏电|没漏气|不漏气|"
    "(?:轮胎|车胎|皮球|气球|轮子|自行车|电动车胎|气门芯?|空调|冰箱|氟|制冷剂|高压锅|气垫|救生圈|打气筒|充气|窗户|门窗|门缝|暖气片?|暖气管|暖气|汽车|卡车|刹车|气泵|公交车|床垫|杯子|瓶盖)[^,。!?]{0,6}(?:漏气|放气|跑气|漏风|冒气|撒气|泄气)"
)
_FIRMS = re.compile("(?:煤气|燃气|天然气)(?:公司|集团|站|热力|办|费|价|账单|缴费|卡|户|本|充值)")
_SMELL_NOT = "(?:油烟|炒菜|饭菜|做饭|烧菜|香|烟|汗|药|油漆|火药|人情|年|品|口|意|趣|海|烧烤|咸|腥)"
_ALARM = re.compile("报警器[^,。!?;\n]{0,8}?(?:一直|在|老|总|不停|突然|刚才?|又|直|频繁|半夜|狂|开始|自己|天天|刺耳|滴滴|嘀嘀)*(?:响|叫|报警(?!器)|嘀嘀|滴滴|鸣|闪(?:红|灯)|亮红|红灯|爆闪)")
_ALARM_NOT = re.compile("(?:汽车|车辆|电动车|电瓶车|防盗|车子?|门铃|消防|烟感|火灾|门禁|消火栓|楼宇|店铺|商铺|小区大门|车)的?报警器|没电|电池|怎么关|误报|试|响不响|会不会响|会响|能响|才响|不响(?!了)|响(?:的)?原理|过期|到期|质量|一响就|声音(?:大|多大|多少)")
_SMELL = (
    re.compile(f"{GAS}(?:罐|灶|管|表|阀|管道|瓶)?{_NEAR}{{0,10}}?(?<!{'品'})味(?![精剂素觉])"),
    re.compile(f"(?:(?<![新听见传])闻|味|嗅|臭|呛){_NEAR}{{0,12}}?{GAS}(?!公司|站|费|集团|卡)"),
    re.compile(f"{GAS}{_NEAR}{{0,6}}?(?:好大|很大|特大|很浓|好浓|浓|冲|呛人|呛鼻|刺鼻|熏人|难闻|发臭)"),
)
_LEAK = (
    re.compile(f"(?:{GAS}|{_PART}|管道|气(?=一直|在|直|都|开始|漏)){_NEAR}{{0,12}}?{_LEAKS}"),
    re.compile(f"(?:泄漏|往外(?:冒|跑|喷|漏)|跑|冒|喷)(?:的|了|出来?的?|着)*(?:是)?(?:全是|都是)?{_NEAR}{{0,3}}?(?:煤气|燃气|天然气|液化气)(?!公司|费)"),
    re.compile("(?:灶|罐|阀|旋钮|开关|接口)[^,。!?;\n]{0,8}(?:一直|直|老|还在|不停)(?:往外)?(?:出|冒|跑)气"),
    re.compile("漏气|跑气(?!了一|质)|窜气"),
    re.compile("(?:一|满)屋子?(?:煤气|燃气|天然气|液化气)(?=[,。!?;\\n了 ]|$)|(?:屋子?|屋里|里面|里头|家里|房间|厨房|楼道|到处|整个)[^,。!?;\n]{0,4}?(?:全是|都是|满是|一股)(?:煤气|燃气|天然气|液化气)(?=[,。!?;\n了 ]|$)"),
    re.compile("(?:这|那|味)?不(?:就)?是(?:煤气|燃气|天然气|液化气)(?:味)?(?:吗|么|是啥|是什么|还能是|嘛)"),
    re.compile("(?<![暖空冷蒸])气(?:还)?(?:一直|直|不停地?|老|总|在)(?:往外)?(?:出|冒|跑|漏|喷)(?!租|售|来的水)|(?:家里|屋里|我们家)的?气[^,。]{0,4}漏"),
    re.compile(f"(?:泄漏|漏)(?:了|得|的)?{_NEAR}{{0,6}}?(?:气体|可燃)|气体泄漏"),
    re.compile(f"{GAS}(?:罐|灶|管|阀门?|开关|总阀|没|忘)*{_NEAR}{{0,4}}?(?:没关|忘关|忘了关|没拧紧|拧不紧|关不上|关不严|关不死|关不住){_NEAR}{{0,12}}?(?:味|气|一晚|一夜|一宿|一天)"),
)
_VESSEL = re.compile(f"(?:罐子?|瓶子?|阀子?){_NEAR}{{0,8}}?{_LEAKS}")
_HISSING = re.compile(
    f"(?:{GAS}|{_PART}|厨房|管道|墙里|地下|井){_NEAR}{{0,16}}?{_HISS}|{_HISS}(?:的|地|直|在|声|作)*(?:响|叫|冒|喷|漏|声){_NEAR}{{0,12}}?(?:{GAS}|{_PART}|厨房)"
)
_HISS_NOT = re.compile("电线|火花|插座|变压器|招牌|灯箱|霓虹|电闸|电箱|配电|路灯|广告牌|暖气|水管|马桶|水龙头|自来水|下水|喷泉|喷头|轮胎|音响|水表|污水|井水|高压线|空调|灯")
_EGG = re.compile("臭鸡蛋")
_EGG_NOT = re.compile("下水|污水|化粪|河|沟|厕所|马桶|地漏|垃圾|化工|养殖|养鸡|猪场|粪|工厂排|超市|卖|买|食品|食堂的?菜|外卖|扔|砸|被窝")
_INDIRECT = re.compile(
    f"(?:灶(?:台|具|头)?|燃气表|煤气表|气表|阀门?|热水器|软管|气管|壁挂炉|厨房表箱|管道井){_NEAR}{{0,14}}?(?:怪味|臭味|异味|刺鼻|难闻|有味|股味|的味|味(?:大|重|冲|越|更|特|很|好))|"
    f"(?:怪味|臭味|异味|刺鼻|难闻|有味|股味){_NEAR}{{0,16}}?(?:灶(?:台|具|头)?|燃气表|煤气表|气表|阀门?|热水器|气管|壁挂炉)"
)
_INDIRECT_NOT = re.compile("油烟|下水|塑料|新买|糊|焦|油腻|味同|橡胶味|消毒|油漆|水管|水龙头|自来水|阀门井|污水")
_FLAME_OUT = re.compile(f"(?:灶|煤气|燃气|阀门?|开关){_NEAR}{{0,6}}?(?:打开|开着|开了|拧开){_NEAR}{{0,4}}?(?:没点着|没点火|没着|人(?:就)?走了|就走了|就出门)|(?:灶|火|炉){_NEAR}{{0,10}}?(?:灭了|浇灭|扑灭|熄了|熄灭|吹灭).{{0,14}}?(?:气还?(?:开|在|没关)|没关(?:气|阀|火)|忘(?:了|记)?关|味|阀门?(?:还)?(?:开|没关))|(?:忘|没)(?:了|记)?关(?:火|灶|气|煤气|燃气|阀).{0,14}?味|满屋子?(?:都是|全是)?(?:煤|燃)?气(?!氛|球|味?得|派)")
_STRIKES = "(?:剐|捅|挖|铲|钻|撞|刨|碰|压|打|切|割|锯|砸|砍|凿|顶|刮|弄|锤|踩|钩|掘|扯|拽|拔|咬|冲|烧)"
_BROKEN = "(?:断|破|坏|漏|穿|裂|伤|透|歪|爆|烂|掉)"
_PIPE = "(?:燃气|天然气|煤气|供气|输气|液化气)(?:主|立|总|支)?(?:管线?|管道|管子|管网|软管|胶管|皮管|阀井|阀门?|调压箱|线|表|罐)?|气管子?|黄管"
_HIT = re.compile(
    f"{_STRIKES}{_NEAR}{{0,2}}?{_BROKEN}(?:了|到|着)?{_NEAR}{{0,10}}?(?:{_PIPE})(?!公司|卡|费|表箱门|灶台)|"
    f"(?:挖|铲|碰|撞|钻|刨|凿)(?:到|着)(?:了)?{_NEAR}{{0,6}}?(?:{_PIPE})|"
    f"(?:打|钉|锯|切|砸|电钻|钻眼|踩){_NEAR}{{0,3}}?(?:到|着|中|上)(?:了)?{_NEAR}{{0,4}}?(?:燃气|天然气|煤气)管|"
    f"(?:把|将|给)[^,。!?;\n把]{{0,4}}?(?:{_PIPE}){_NEAR}{{0,3}}?(?:刨|挖|铲|捅|钻|铣|撞|凿|戳|刮)(?:了(?!一下就|出来)|开|通)|"
    f"(?:{_PIPE}|中压管|高压管)(?:[^,。!?;\n把]){{0,14}}?{_STRIKES}{_NEAR}{{0,3}}?(?:{_BROKEN}|了[一个条])|"
    f"(?:{_PIPE}){_NEAR}{{0,6}}?(?:断了|破了|爆了|崩了|裂了|裂开|爆裂|破裂|断裂|炸裂|脱落了|掉了|被咬|开裂|锈穿|锈透|锈烂|烂穿|烂了|穿了|有(?:个)?洞)"
)
_BURNS = re.compile(
    f"(?:{GAS}(?:罐|灶|管道?|表|瓶|炉)?|灶台?|热水器|炉灶|燃气灶|炉子|壁挂炉){_NEAR}{{0,8}}?(?:着火|起火|失火|爆炸|爆燃|炸了|炸开|喷火|窜火|蹿火|着了|冒火|回火|冒烟|烧着|烧起来|爆了)|"
    f"(?:灶|煤气|燃气|打火|点火)[^。!?;\\n]{{0,12}}?(?:轰|嘭|砰)的?一(?:下|声)|"
    f"(?:着火|起火|爆炸|炸了|爆燃|喷火){_NEAR}{{0,8}}?{GAS}"
)
_CO = re.compile("一氧化碳|煤气中毒|燃气中毒|(?<![a-z])co ?中毒|碳中毒|炭中毒|煤烟中毒|煤中毒|炭气中毒|中(?:了)?煤气(?!公司|灶|罐)|煤气(?:给)?熏(?:着|到|倒|了|晕)|(?:被|让)(?:煤气|煤烟|煤|烟|炉子|炭烟?)熏(?:着|到|倒|晕)|中煤毒|煤毒")
_CO_NOT = re.compile("尾气|排放|大气|浓度标准|减排|环境监测|超标排")
_SICK = re.compile("躺(?:在)?地|躺着不动|叫不起来|(?:都|一直|全|在|就|老|直)吐(?![槽露司鲁痰字])|[直老又上]吐|吐得|吐个不停|走不动|头晕|(?<!让人)(?<!很是)(?<!真是)(?<!令人)(?<!真)(?<!最)头痛(?!的(?:是|问题|事))|恶心(?!人)|呕吐|晕(?:倒|过去|了|得|乎|死过去|厉害)|昏(?:倒|迷|过去|沉|了)|发晕|浑身(?:没劲|无力|发软|没力)|四肢(?:无力|发软)|站不(?:起来|稳|住)|叫不醒|喊不醒|不醒|胸闷|憋(?:气|得慌|闷)|喘不[上过]气|乏力|腿软|不省人事|没(?:反应|意识|知觉)|难受|不舒服|站不住|嘴唇(?:发)?(?:紫|红|樱)|抽搐|心慌|犯困|倒(?:了|下|在)|浑身软|眼发黑|眼前发黑|迷糊|不清醒")
_BURNER = re.compile(
    "热水器|(?<!锅)(?<!焚烧)(?<!电)(?<!烧烤)炉(?!甘石|石|房)|灶|烧(?:煤|炭|柴|炕|火|洗澡水)|煤(?=气|球|块|火|炕)|蜂窝煤|木炭|炭烤|烤炭|炭火|炭盆|火盆|火炕|土炕|土暖气|壁挂炉|取暖|生火|燃气|天然气|液化气|发电机|涮锅|炭烧|铜锅|围炉|点炭|车库里|开着空调睡|地锅|小太阳煤"
)
_BURNER_NOT = re.compile("油烟|油漆|甲醛|装修|化工|异味扰民|烧烤摊|尾气|喷漆|噪音|噪声|涨价|账单|收费|缴费|多收|电价|垃圾焚烧|焚烧厂")
_ENGLISH = re.compile(
    "(?:smell|odou?r|stink|reek|leak|hiss|escap|fumes?|whiff).{0,50}?(?<![a-z])gas(?![a-z])|(?<![a-z])gas(?![a-z]).{0,50}?(?:leak|smell|odou?r|hiss|escap|explo|burst|caught fire|on fire|stink|coming out)|"
    "rotten eggs?|carbon monoxide|co alarm|gas alarm|gas detector.{0,20}(?:beep|ring|sound|go)|"
    "(?:heater|stove|boiler|cooker|geyser|charcoal|furnace).{0,80}?(?:dizzy|headache|nause|faint|vomit|pass(?:ed)? out|collaps|unconscious|throw(?:ing)? up)|(?:dizzy|headache|nause|faint|vomit|collaps|passed out).{0,80}?(?:heater|stove|boiler|cooker|geyser|charcoal|furnace)"
)
_ENGLISH_NOT = re.compile("how (?:much|do i (?:pay|apply|buy|choose|install)|to (?:pay|apply|buy|choose|install|detect|check|prevent))|where (?:can|do|to).{0,12}(?:buy|pay|get)|price|bill|recommend|last year|years ago|was (?:fixed|repaired)|has been (?:fixed|repaired)|already (?:fixed|repaired)|gas station|no gas|if there|in case|what should (?:i|we) do if|no smell|don't smell")


def hits(text: str) -> Iterator[Hit]:
    """All signs of gas in a folded text, whether or not their context takes the danger away."""
    cleared = _HARMLESS_WORDS.sub(lambda match: "〇" * len(match.group()), text)
    cleared = _DEVICE.sub(lambda match: "〇" * (len(match.group()) - 3) + "报警器", cleared)
    yield from _loose(cleared)
    cleared = _FIRMS.sub(lambda match: "〇" * len(match.group()), cleared)
    yield from _burning(cleared)
    yield from _monoxide(cleared)
    yield from _leaking(cleared)
    if re.search("[a-z]{3}", text) and not _ENGLISH_NOT.search(text):
        for match in _ENGLISH.finditer(text):
            words = match.group()
            kind: Subkind = "carbon_monoxide" if re.search("monoxide|co alarm|dizzy|headache|nause|faint|vomit|collaps|passed? out|unconscious", words) else "leak"
            yield Hit("gas", kind, "english", match.start(), match.end())
        smelt = re.search("smell(?:s|ed|ing)?(?: of)? (?:\\w+ )?gas|gas (?:smell|leak|odou?r)|leak(?:s|ing)? gas", text)
        if smelt:
            yield Hit("gas", "leak", "smell", smelt.start(), smelt.end())
        ill = re.search("dizzy|headache|nause|faint|vomit|collaps|passed? out|unconscious", text)
        if smelt and ill:
            yield Hit("gas", "carbon_monoxide", "english", ill.start(), ill.end())


def _burning(text: str) -> Iterator[Hit]:
    for match in _BURNS.finditer(text):
        if not re.search("打着火|打不着|点不着|着火点|点着火|打火(?!轰|嘭|砰|的)|着火慢|热水器(?:冒烟的?味|着了)", match.group()):
            yield Hit("gas", "fire", "burns", _sign(match), match.end())


def _monoxide(text: str) -> Iterator[Hit]:
    for match in _CO.finditer(text):
        if not _CO_NOT.search(text[max(0, match.start() - 12):match.end() + 12]):
            yield Hit("gas", "carbon_monoxide", "monoxide", match.start(), match.end())
    for match in _SICK.finditer(text):
        window = text[max(0, match.start() - 45):match.end() + 45]
        if _BURNER.search(window) and not _BURNER_NOT.search(window):
            yield Hit("gas", "carbon_monoxide", "sick_at_burner", match.start(), match.end())


def _leaking(text: str) -> Iterator[Hit]:
    for pattern in _SMELL:
        for match in pattern.finditer(text):
            if not re.search(_SMELL_NOT + "味|闻不|没闻|没有闻|是什么味|怎么闻|闻出来是不是|品味|乏味|风味|没有味|没味|无味|意味|口味|一味", match.group()):
                yield Hit("gas", "leak", "smell", _sign(match), match.end())
    for pattern in _LEAK:
        for match in pattern.finditer(text):
            if not re.search("漏[水电雨油]|水泄", text[match.start():match.end() + 1]) and not re.search("水(?:管|表|龙头|阀)|暖气|下水", match.group()):
                yield Hit("gas", "leak", "leak", _sign(match), match.end())
    for match in _HISSING.finditer(text):
        if not _HISS_NOT.search(text[max(0, match.start() - 10):match.end() + 8]):
            yield Hit("gas", "leak", "hiss", match.start(), match.end())
    yield from _indirect(text)


# Gas or a part of it, and a sense of escape, in one sentence though not side by side.
_LOOSE: tuple[tuple[re.Pattern[str], re.Pattern[str], int], ...] = (
    (re.compile("煤气|燃气|天然气|液化气|气表|气阀|气管|气罐|气瓶|调压|管道气|抢修的?(?:人|师傅|走)|忘关(?:火|气|阀|开关)|没关(?:火|气|阀|严)|停气[^。]{0,12}来气|黄管"),
     re.compile("味(?![精剂素觉])|(?<![遗疏缺])漏(?![水电雨油收抄报记登项算接发洞税掉斗网勺])|泄漏|臭(?!骂|脸|氧|美|豆腐|虫|小子)|嘶嘶|冒气|喷(?!的|泉|漆|头|绘|涂|嚏|字)|窜|都是气(?!氛|球)|摸到(?:有)?(?:气|风)|有(?:气体|气出|气跑|股气|风感)|呛|跑出来"), 60),
    (re.compile("胶皮管|胶管|软管|皮管|弯头|表后|灶|点火|打火|厨房|橱柜|热水器|壁挂炉|阀门?|接头|做饭|炉子|锅台|烟机"),
     re.compile("嘶嘶|臭鸡蛋|怪味|异味|(?:一|有)(?:点|股|些|种|一股)*(?:怪|臭|奇怪的?|刺鼻的?|难闻的?|不对的?|说不出的?)?味|股味|气味|有点臭|(?:感觉到|有|冒|往外)(?:股|凉)?风|味(?:还是|还|一直|老|也)*(?:没|不|散不)(?:散|掉)|味(?:不对|怪|刺鼻|越来越)|像是?气"), 50),
    (re.compile("单元|楼道|屋|房间|厨房|走廊|楼里|车库|地下室|楼梯|院子|店里"),
     re.compile("(?:全|都|满)(?:是|都是)?(?:煤|燃)?气(?![氛球泡味质派候势死坏急人话愤呼急温]|$)|(?:全|都)是气$|都是气(?=[,。!? ])"), 40),
)
_DARK = re.compile("不敢(?:开灯|开火|点火|打电话|动火|按开关|碰开关|开电)|打火机[^,。]{0,8}(?:能?着|点着)|(?:要|等|别|会)[^,。]{0,6}(?:炸|爆炸)")
_DARK_SMELL = re.compile("味(?![精剂素觉])|冒气")
_LOOSE_NOT = re.compile(
    "为[啥什]么?[^,。]{0,8}(?:臭|味)|是什么味|加臭|臭剂|油烟|下水|污水|垃圾|厕所|化粪|臭水|烧烤|油漆|装修味|甲醛|炒菜|饭菜|海鲜|烟味|烟道|养殖|狗|猫|鱼|塑料|沥青|焚烧|粪|榴莲|豆腐|中药|香味|人情味|风味|口味|没味|没有味|无味|没有?异味|味同|意味|品味|乏味|一股劲|化工|工厂|"
    "地沟|地漏|返味|反味|泔水|屠宰|喷漆|霉味|潮|火锅味|串味|臭气|公厕|铅封|养鸡|喷淋|喷水|暖气|水管|自来水|水龙头|马桶|漏水|空调|汽车|轮胎|油腻|新房|家具|涂料|橡胶|消毒|不漏|没漏|漏收|洗衣机|冰箱|醋|糊味|焦|闻着香|蟑螂|老鼠药|辨别|区别|怎么选|好不好"
)


def _loose(text: str) -> Iterator[Hit]:
    """Gas and a sense of its escape in one sentence ("刚进门一股味, 像煤气"); doubtful words of other smells end it."""
    for part in re.finditer("[^。!?;\n]+", text):
        words = part.group()
        if _LOOSE_NOT.search(words):
            continue
        for gas, escape, longest in _LOOSE:
            if len(words) <= longest and gas.search(words):
                for match in escape.finditer(words):
                    yield Hit("gas", "leak", "nearby", part.start() + match.start(), part.start() + match.end())


def _indirect(text: str) -> Iterator[Hit]:
    if _DARK.search(text) and not _LOOSE_NOT.search(text):
        for match in _DARK_SMELL.finditer(text):
            yield Hit("gas", "leak", "smell_and_fear", match.start(), match.end())
    if re.search(GAS, text):
        for match in _VESSEL.finditer(text):
            yield Hit("gas", "leak", "vessel", match.end() - 1, match.end())
    for match in _EGG.finditer(text):
        around = text[max(0, match.start() - 20):match.end() + 14]
        if not _EGG_NOT.search(around) or re.search("灶|厨房|煤气|燃气|天然气|阀", around):
            yield Hit("gas", "leak", "egg", match.start(), match.end())
    for match in _INDIRECT.finditer(text):
        if not _INDIRECT_NOT.search(text[max(0, match.start() - 8):match.end() + 8]):
            yield Hit("gas", "leak", "odour_at_part", match.start(), match.end())
    for name, pattern in (("flame_out", _FLAME_OUT), ("pipe_hit", _HIT)):
        for match in pattern.finditer(text):
            yield Hit("gas", "leak", name, match.start(), match.end())
    for match in _ALARM.finditer(text):
        if not _ALARM_NOT.search(text[max(0, match.start() - 8):match.end() + 8]):
            yield Hit("gas", "leak", "alarm_sounds", match.start(), match.end())


_SIGN = re.compile("漏|泄|味|着火|起火|失火|爆|炸|喷|冒|跑[气味]|窜|串气|外溢|散气|有气出|气都?出来|着了|窜火|烧|回火|好?[大浓冲呛刺熏难发]")


def _sign(match: re.Match[str]) -> int:
    """Where the sign itself begins: a denial may stand between the gas and its leaking ("燃气没有漏")."""
    if match.group()[0] in "闻嗅味臭呛漏跑窜着起爆炸喷泄往冒":
        return match.start()
    found = _SIGN.search(match.group(), 1)
    return match.start() + (found.start() if found else 0)
