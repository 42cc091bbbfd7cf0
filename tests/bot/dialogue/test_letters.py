"""Letters: most are one ticket, one firm's wrongs are a list in one ticket, two unrelated matters are two tickets.

What the model makes of each piece is written beside the letter as the trained model of November 2026 answered it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.state import Draft, dump
from hotline.text.letters import segments
from tests.bot.dialogue.citizen import Citizen, Ranking

JSON = dict[str, Any]
Label = tuple[str, float, str]
LIGHT, TOILET, ROAD = "facility_streetlight", "facility_toilet", "facility_guardrail_pavement"
LOOSE, BUILT, HEAP = "signage_hazard", "courtyard_illegal_building", "courtyard_clutter"
FIRM, FEE, LIFT, MEND = "property_service", "property_fee", "property_elevator", "property_repair"
PARK, OWNERS = "property_parking", "property_committee"

ONE: dict[str, tuple[str, list[Label]]] = {
    "who does not act": (
        "市北区延吉路117号楼下的路灯坏了两个多月，晚上一片漆黑，老人出门摔了两回。另外物业也不管，我们每年都按时交物业费，"
        "打了三次电话都没有人来修。请尽快派人处理。", [(LIGHT, .99, "report"), (FEE, .96, "report")]),
    "what comes of it": (
        "我家楼下烧烤店天天占着人行道摆桌子，喝酒划拳到半夜一两点。另外他们把垃圾和油污直接倒在路边，招来好多老鼠，"
        "孩子都不敢从那里走。希望城管来管一管。", [(HEAP, .95, "report"), ("sanitation", .88, "report")]),
    "reasons": (
        "我要投诉小区停车位被人私装地锁。理由如下：1、公共车位属于全体业主，任何人不得私占；2、物业收了停车费却不管理；"
        "3、消防通道也被地锁挡住，出了事谁负责。", [(PARK, 1, "report")]),
    "demands": (
        "李沧区虎山路一家饭店的招牌松动，大风天摇摇晃晃，随时可能掉下来砸到人。我的要求：1、立即拆除这块招牌；"
        "2、对这家店进行处罚；3、把处理结果电话告诉我。", [(LOOSE, 1, "report")]),
    "the way through the offices": (
        "邻居在楼顶私搭乱建，盖了一间阳光房，下雨往我家漏水。首先我找了物业，物业说没有执法权；其次找了社区，"
        "社区让我打12345；最后找城管，城管贴了张条就走了。到现在违建还在。",
        [(BUILT, 1, "report"), (FIRM, .96, "report"), (BUILT, .4, "praise")]),
    "sides of one thing": (
        "我们楼的电梯问题很大：一是三天两头停，二是里面的灯不亮、按钮失灵，三是门关不严，把老人夹过。物业说等维修基金，"
        "等了半年也没有人来。",
        [(LIFT, 1, "report"), ("gas_outage", .6, "report"), (LIGHT, .3, "report"), (MEND, .98, "report")]),
    "paragraphs": (
        "尊敬的领导：\n您好！我是市南区云霄路的居民，楼下酒吧每晚放音乐到凌晨三点，低音炮震得玻璃响。\n"
        "另外，我母亲刚做完心脏手术需要静养，被吵得整夜睡不着，血压一直下不来。\n恳请有关部门尽快处理，还我们一个安静的环境。",
        [("other", .29, "urge"), ("other", .61, "report"), ("other", .68, "report"), ("other", .44, "report")]),
    "a word of thanks": (
        "延吉路公厕常年不冲水，又脏又臭，苍蝇满天飞，路过都得捂鼻子。顺便说一句，上次反映的垃圾桶很快就换了，谢谢你们。"
        "希望这次也能尽快安排人打扫。", [(TOILET, .95, "report"), ("sanitation", .96, "praise")]),
    "evidence": (
        "小区门口的工地半夜两点还在打桩，吵得全楼睡不着。另外我拍了视频，也报过警，警察来了就停，走了接着干。"
        "请责令他们停工，还我们安静。", [("other", .58, "report"), ("other", .54, "report")]),
    "a question at the end": (
        "家里天然气停了三天，说是管道检修，可是没有任何通知，老人孩子只能吃外卖。另外想问一下停气期间有没有补偿，"
        "什么时候能恢复供气？", [("gas_outage", 1, "report"), ("gas_meter_fee", .9, "consult")]),
    "a builder's many faults": (
        "我是李沧区某楼盘的购房人，开发商逾期交房一年多，还有很多问题：1、承诺的学校和幼儿园没有建；2、地下车位只卖不租；"
        "3、房子外墙到处渗水开裂；4、绿化面积缩水一半。请住建局督促开发商整改赔偿。",
        [("other", .93, "report"), ("other", .98, "suggestion"), (PARK, 1, "report"), (MEND, 1, "report"),
         ("other", .97, "report")]),
    "things named in passing": (
        "小区对面的垃圾中转站臭气熏天，夏天不敢开窗，路灯照着都能看见苍蝇飞，停车位上流的全是污水，已经反映过多次，"
        "一直没有人处理，请环卫部门给个说法。", [("sanitation", .77, "report")]),
    "steps in time": (
        "反映燃气公司迟迟不开通天然气。经过如下：1、去年五月交了开户费；2、九月管道装到楼下；3、今年三月打电话说要等验收；"
        "4、至今没有通气，一家人用电磁炉做饭。", [("gas_connection", 1, "report")]),
    "the same thing again": (
        "湛山路人行道的地砖碎了一大片，下雨天一踩一身泥。此外这个问题我上个月就反映过，回复说已经安排维修，结果根本没有人来，"
        "这不是糊弄老百姓吗？", [(ROAD, 1, "report"), ("other", .95, "urge")]),
    "a heap that stinks": (
        "楼后面的空地上堆满了装修垃圾和旧家具，半年没人管，路都走不过去了。另外垃圾里还有剩饭剩菜，夏天臭得不敢开窗，"
        "蚊子苍蝇一大片，请安排清走。", [(HEAP, .99, "report"), ("sanitation", .97, "report")]),
}
WRONGS: dict[str, tuple[str, list[Label], int]] = {
    "numbers": (
        "尊敬的领导：我是李沧区虎山路77号福林苑的业主，反映小区物业以下问题：1、电梯三天两头坏，困过好几回人；"
        "2、楼道一周没人打扫，垃圾堆成堆；3、保安晚上睡觉，外来人员随便进出；4、停车费涨价没有公示。请督促物业整改，"
        "我的电话13800138000。",
        [(FIRM, .96, "report"), (LIFT, 1, "report"), (HEAP, .82, "report"), (FIRM, .97, "report"),
         (PARK, .38, "report")], 4),
    "sentences": (
        "投诉我们小区物业公司不作为。保洁一个星期才来一次，楼道里全是烟头。电梯经常停运，半个月没人修。"
        "另外绿化带的草长到一人高也不剪。还有门禁坏了大半年，谁都能进。希望街道管一管。",
        [(FIRM, .87, "report"), (FIRM, 1, "report")], 4),
    "one is, two is": (
        "香江路惠涛苑的物业有三个问题要反映，一是物业费每平方涨了八毛没有征求业主意见，二是公共收益从来没有公示过，"
        "三是消防栓里没有水，灭火器全过期。要求物业公开账目并整改。",
        [(FIRM, .96, "consult"), (FEE, 1, "report"), (OWNERS, 1, "report"), (FIRM, .95, "report")], 3),
    "first, second, third": (
        "海尔路乐活小区的物业太差了。首先，物业把地面停车位卖给外面的人，业主没地方停。其次，单元门坏了一年没有修，"
        "小偷进来过两回。再次，物业前台电话永远打不通，上门也找不到人。",
        [(FIRM, 1, "report"), (PARK, 1, "report"), (MEND, .93, "report"), (FIRM, .99, "report")], 3),
    "besides": (
        "我家住在城阳区明阳路春和景苑。物业收费不给发票，问就说没有。此外，楼顶漏水报修半年了，物业一拖再拖。除此之外，"
        "物业把小区的广告收入装进自己腰包，业主要求公布一直不理。请帮我们主持公道。",
        [(FEE, .52, "report"), (MEND, .99, "report"), (OWNERS, .64, "report")], 3),
    "circles": (
        "①物业不清理化粪池，污水冒到一楼门口；②物业把地下室租给外人住，电线乱拉；③物业经理骂业主，态度恶劣。"
        "地点在平度市杭州路阳光花园，请查处这家物业。",
        [(MEND, .69, "report"), (FIRM, .73, "report"), (FIRM, .9, "report")], 3),
    "no marks at all": (
        "我们小区电梯年年坏。楼道灯也全不亮。停车位被人私装地锁。物业费倒是一分不少收。业主要求换物业，物业赖着不走。"
        "请住建部门管管我们小区的物业。", [(FIRM, .9, "report")], 4),
}
SEVERAL: dict[str, tuple[str, list[Label], list[str]]] = {
    "besides": (
        "市北区延吉路117号楼下的路灯坏了两个月没人修，老人晚上看不见路。另外，楼上邻居在楼顶私自盖了一间房，下雨往我家漏水，"
        "找城管也没有拆。我的电话13800138000。", [(LIGHT, .97, "report"), (BUILT, .91, "report")], [LIGHT, BUILT]),
    "two things": (
        "您好，我要反映两件事。第一件事，台东三路步行街的井盖丢了，骑车的差点掉进去。第二件事，我在城阳一家工厂上班，"
        "老板拖欠我们三个月工资不发。", [("", 0, ""), ("facility_manhole", 1, "report"), ("other", 1, "report")],
        ["facility_manhole", "other"]),
    "numbers": (
        "我住在李沧区九水路18号，有两个问题请帮忙解决：1、小区门口的公共厕所常年锁着门，老人找不到地方方便；"
        "2、饭店的招牌螺丝锈断了，风一吹就晃，随时可能掉下来砸人。",
        [("other", .85, "urge"), (TOILET, .98, "report"), (LOOSE, 1, "report")], [TOILET, LOOSE]),
    "one more thing": (
        "南京路上的人行道地砖碎了一大片，下雨天积水没法走。还有一件事，我家天然气表坏了，一个月走了两百方，"
        "燃气公司说要我自己掏钱换，这不合理。", [(ROAD, .99, "report"), ("gas_meter_fee", .91, "report")],
        [ROAD, "gas_meter_fee"]),
    "one is, two is": (
        "一是我们楼的电梯坏了半个月没人修，老人下不了楼；二是香港中路路边的垃圾桶满了好几天没有人清运，臭气熏天。"
        "请一并处理，电话13912345678。", [(LIFT, 1, "report"), ("sanitation", .96, "report")], [LIFT, "sanitation"]),
    "a paragraph": (
        "小区里电线杆和楼道墙上贴满了小广告，刚刷的墙又给喷上了电话号码。\n\n第二个问题：四流中路的路灯白天也亮着，"
        "晚上反而不亮，浪费电还不安全，请路灯所来修。", [("courtyard_stickers", 1, "report"), (LIGHT, 1, "report")],
        ["courtyard_stickers", LIGHT]),
    "three things": (
        "我有三件事要反映。第一件，宁夏路的路灯不亮了，一个多星期没人修。第二件，小区里有人私装地锁占了公共车位。第三件，"
        "楼下饭店把煤气罐放在楼道里，一股油烟味，太危险了。",
        [("other", .96, "status"), (LIGHT, 1, "report"), (PARK, 1, "report"), ("gas_hazard", .79, "report")],
        [LIGHT, PARK, "gas_hazard"]),
    "and then": (
        "楼上装修从早上六点就开始砸墙，中午也不停，孩子没法睡觉。再就是山东路上有一块大广告牌被风吹歪了，铁架子都露出来了，"
        "底下天天过人，太危险了，请赶快去看看。", [("property_renovation_noise", 1, "report"), (LOOSE, 1, "report")],
        ["property_renovation_noise", LOOSE]),
}


class Writer(Citizen):
    """A citizen whose letters are understood piece by piece, as the labels say."""

    labels: Sequence[Label] = ()

    def write(self, letter: str, labels: Sequence[Label], intent: str = "report") -> None:
        """One letter; what follows it are short answers again."""
        assert len(letter) > 60 and len(segments(letter)) == len(labels)
        self.labels = labels
        self.say(letter, intent, max(labels, key=lambda label: label[1])[0])
        self.labels = ()

    def _parse(self, text: str, intent: str | None, service: str | None, confidence: float, ranking: Ranking) -> JSON:
        parse = super()._parse(text, intent, service, confidence, ranking)
        pieces = segments(text) if self.labels else ()
        return {**parse, "segments": [
            {"text": piece.text, "start": piece.start, "end": piece.end, "service_code": service or None,
             "confidence": sure, "act": act or None}
            for piece, (service, sure, act) in zip(pieces, self.labels, strict=False)]}


def through(writer: Writer) -> None:
    """Answer everything that is asked until nothing is open."""
    answers = {"place": "市北区延吉路117号", "phone": "13800138000", "confirm": "提交"}
    for _ in range(16):
        if writer.slots["errand"] != "report":
            return
        writer.say(answers.get(str(writer.asked), "不改了"))
    raise AssertionError(writer.said)


def written(letter: str, labels: Sequence[Label]) -> Writer:
    writer = Writer()
    writer.write(letter, labels)
    return writer


@pytest.mark.parametrize("name", ONE)
def test_one_matter_stays_one_ticket(name: str) -> None:
    letter, labels = ONE[name]
    writer = written(letter, labels)
    if writer.slots["errand"] != "report":
        writer.say("登记工单")
    assert "件事" not in writer.said
    through(writer)
    assert len(writer.filed) == 1
    assert letter in writer.filed[0]["description"]
    assert "个问题：" not in writer.filed[0]["description"]


@pytest.mark.parametrize("name", WRONGS)
def test_one_firms_wrongs_are_a_list_in_one_ticket(name: str) -> None:
    letter, labels, count = WRONGS[name]
    writer = written(letter, labels)
    through(writer)
    assert len(writer.filed) == 1
    filed = writer.filed[0]
    assert filed["description"].startswith(f"来信反映{count}个问题：\n1. ")
    assert f"\n{count}. " in filed["description"] and f"\n{count + 1}. " not in filed["description"]
    assert filed["description"].endswith(letter)
    assert filed["service_code"].startswith("property_")
    assert filed["title"].endswith(f"等{count}个问题") and len(filed["title"]) <= 40


@pytest.mark.parametrize("name", SEVERAL)
def test_unrelated_matters_are_tickets_one_after_the_other(name: str) -> None:
    letter, labels, services = SEVERAL[name]
    writer = written(letter, labels)
    assert f"您说了{'两' if len(services) == 2 else '三'}件事" in writer.said and "先登记第一件" in writer.said
    assert writer.titles[-1] == "登记成一件" and len(writer.messages) == 2
    through(writer)
    assert [case["service_code"] for case in writer.filed] == services
    assert "".join(letter.split()) == "".join("".join(case["description"].split()) for case in writer.filed)


def test_without_pieces_everything_is_as_before() -> None:
    for letter, *_ in [*ONE.values(), *WRONGS.values(), *SEVERAL.values()]:
        citizen = Citizen()
        citizen.say(letter, "report", LIGHT)
        assert citizen.slots["errand"] == "report" and "件事" not in citizen.said
        assert citizen.draft["text"] == letter


def test_the_second_goes_on_after_the_receipt_with_phone_and_place() -> None:
    letter, labels, _ = SEVERAL["besides"]
    writer = written(letter, labels)
    assert writer.asked == "confirm" and "138 0013 8000" in writer.said
    assert "楼顶" not in writer.messages[-1].text.split("\n")[1]
    writer.say("是")
    assert writer.messages[0].custom == {"type": "ticket"} and "接着登记第二件" in (writer.messages[1].text or "")
    assert writer.asked == "confirm"  # "楼上邻居" is at the only place that was told
    assert "地点：市北区延吉路117号楼下" in writer.said and "138 0013 8000" in writer.said
    writer.say("是")
    assert [case["phone"] for case in writer.filed] == ["13800138000"] * 2
    assert writer.slots["draft"] is None and "接下来转给" in writer.said


def test_a_place_told_for_both_is_asked_for_neither() -> None:
    letter, labels, _ = SEVERAL["numbers"]
    writer = written(letter, labels)
    assert writer.asked == "phone"
    for answer in ("不留", "是", "是"):
        writer.say(answer)
    assert [case["address"] for case in writer.filed] == ["李沧区九水路18号", "李沧区九水路18号"]
    assert all(case["anonymous"] for case in writer.filed)


def test_a_place_that_is_only_the_firsts_is_asked_for_the_second() -> None:
    letter, labels, _ = SEVERAL["two things"]
    writer = written(letter, labels)
    writer.say("13800138000")
    writer.say("是")
    assert writer.asked == "place" and writer.titles[0] == "同一个地方"
    assert "老板拖欠" in writer.said
    writer.say("城阳区明阳路88号")
    writer.say("是")
    assert [case["address"] for case in writer.filed] == ["台东三路步行街", "城阳区明阳路88号"]


def test_the_same_place_can_be_said() -> None:
    letter, labels, _ = SEVERAL["and then"]
    for answer in ("同一个地方", "跟刚才一样", "同上"):
        writer = written("延吉路117号" + letter.replace("山东路上", ""), labels)
        writer.say("不留")
        writer.say("是")
        assert writer.asked == "place"
        writer.say(answer)
        assert writer.asked == "confirm" and "地点：延吉路117号" in writer.said


@pytest.mark.parametrize("text", [
    "第二件算了", "第二件不用登记了", "后面那件不报了", "只登记第一件就行", "不登记第二件了"])
def test_the_second_can_be_left_out_on_the_way(text: str) -> None:
    writer = written(*SEVERAL["numbers"][:2])
    writer.say(text)
    assert "第二件不登记了" in writer.said and writer.asked == "phone"
    through(writer)
    assert [case["service_code"] for case in writer.filed] == [TOILET]


@pytest.mark.parametrize("text", ["第二件算了", "算了", "这件不登记了"])
def test_the_second_can_be_left_out_when_its_turn_comes(text: str) -> None:
    writer = written(*SEVERAL["besides"][:2])
    writer.say("是")
    writer.say(text)
    assert writer.slots["errand"] == "none" and writer.slots["draft"] is None
    assert len(writer.filed) == 1


def test_the_first_given_up_leaves_the_second() -> None:
    for text in ("算了", "第一件不用了"):
        writer = written(*SEVERAL["besides"][:2])
        writer.say(text)
        assert "接着登记第二件" in writer.said and writer.asked == "confirm"
        through(writer)
        assert [case["service_code"] for case in writer.filed] == [BUILT]


@pytest.mark.parametrize("text", ["登记成一件", "就登记成一件吧", "合成一件", "写在一起", "不用分开"])
def test_all_can_go_into_one_ticket(text: str) -> None:
    letter, labels, _ = SEVERAL["numbers"]
    writer = written(letter, labels)
    writer.say(text)
    assert "登记成一件" in writer.said and writer.asked == "phone"
    through(writer)
    assert len(writer.filed) == 1 and letter in writer.filed[0]["description"]


def test_what_is_left_can_go_into_one_ticket_too() -> None:
    writer = written(*SEVERAL["three things"][:2])
    for text in ("算了", "登记成一件"):
        writer.say(text)
    through(writer)
    assert len(writer.filed) == 1 and "地锁" in writer.filed[0]["description"]
    assert "煤气罐" in writer.filed[0]["description"] and "路灯" not in writer.filed[0]["description"]


def test_of_three_the_middle_one_can_go() -> None:
    writer = written(*SEVERAL["three things"][:2])
    writer.say("第二件算了")
    through(writer)
    assert [case["service_code"] for case in writer.filed] == [LIGHT, "gas_hazard"]


def test_more_than_three_stay_in_the_last() -> None:
    letter = (
        "我反映四件事。第一件事，宁夏路路灯不亮了没人修。第二件事，小区里有人私装地锁占车位。"
        "第三件事，楼下饭店招牌快掉下来了很危险。第四件事，门口的公厕常年不冲水臭得很。")
    writer = written(letter, [("", 0, ""), (LIGHT, 1, "report"), (PARK, 1, "report"), (LOOSE, 1, "report"),
                              (TOILET, 1, "report")])
    assert "您说了三件事" in writer.said
    through(writer)
    assert len(writer.filed) == 3 and "公厕" in writer.filed[2]["description"]


def test_a_question_or_an_urge_with_two_new_matters_is_still_two_reports() -> None:
    letter, labels, _ = SEVERAL["one more thing"]
    for intent in ("consult", "urge", "status"):
        writer = Writer()
        writer.write(letter, labels, intent)
        assert "您说了两件事" in writer.said, intent


@pytest.mark.parametrize("low", [0, 1])
def test_an_unsure_service_splits_nothing(low: int) -> None:
    letter, labels, _ = SEVERAL["besides"]
    unsure = [(code, .55 if at == low else sure, act) for at, (code, sure, act) in enumerate(labels)]
    writer = written(letter, unsure)
    through(writer)
    assert len(writer.filed) == 1 and letter in writer.filed[0]["description"]


def test_two_firms_places_are_two_tickets() -> None:
    letter = (
        "延吉路117号万科城的电梯坏了半个月没有人修，老人下不了楼。"
        "第二件事，我父母住的香江路88号惠涛苑小区，停车位被人私装地锁，消防车都进不去。")
    writer = written(letter, [(LIFT, 1, "report"), (PARK, 1, "report")])
    through(writer)
    assert [case["address"][:3] for case in writer.filed] == ["延吉路", "香江路"]


def test_a_long_letters_demand_stands_before_it_and_a_short_ones_does_not() -> None:
    letter = "延吉路117号楼前的路灯坏了。" + "老人晚上出门看不见，摔过好几回。" * 8
    letter += "恳请路灯管理处尽快派人维修，并给我们一个答复。"
    citizen = Citizen()
    citizen.say(letter, "report", LIGHT)
    through(citizen)  # type: ignore[arg-type]
    assert citizen.filed[0]["description"] == (
        f"诉求：恳请路灯管理处尽快派人维修，并给我们一个答复。\n来信全文：\n{letter}")
    short = Citizen()
    short.say("延吉路117号路灯坏了，请尽快派人修", "report", LIGHT)
    through(short)  # type: ignore[arg-type]
    assert short.filed[0]["description"] == "延吉路117号路灯坏了，请尽快派人修"


WORDS = ("是", "算了", "第二件算了", "登记成一件", "同一个地方", "不留", "延吉路117号", "13800138000", "修改", "转人工",
         "供暖多少度", "地址错了，是延吉路120号", "不是漏水是停水", "第一件不用了", "改成保密", "还有一件事，车位被占")


@given(st.sampled_from(sorted(SEVERAL)), st.lists(st.sampled_from(WORDS), max_size=9))
@settings(max_examples=200, deadline=None)
def test_whatever_is_said_between_two_matters(name: str, said: list[str]) -> None:
    writer = written(*SEVERAL[name][:2])
    for text in said:
        stage = writer.draft.get("stage")
        writer.say(text)
        assert 1 <= len(writer.messages) <= 2 and len(writer.commands) <= 1
        assert "file_case" not in writer.kinds or (stage == "confirm" and text == "是")
    assert len(writer.filed) <= 3


@given(st.lists(st.text(max_size=30), max_size=4), st.integers(-2, 5), st.text(max_size=10))
@settings(max_examples=200, deadline=None)
def test_any_old_state_goes_on(waiting: list[str], number: int, place: str) -> None:
    citizen = Citizen()
    draft = Draft(stage="confirm", text="路灯不亮", place="延吉路", place_done=True, phone_done=True)
    citizen.slots = {"errand": "report", "draft": {
        **(dump(draft) or {}), "waiting": waiting, "number": number, "last_place": place}}
    for text in ("是", "第二件算了", "登记成一件", "是"):
        citizen.say(text)
        assert citizen.messages and len(json.dumps(citizen.slots)) < 5_000
