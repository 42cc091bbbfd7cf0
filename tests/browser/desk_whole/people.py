"""Agents at their desks and citizens at their phones, each in a browser of their own, over the running product."""

from __future__ import annotations

import json
import re
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, expect

from tests.browser.conftest import shot
from tests.city import City

PASSWORD = "一个够长的 pass-word 9"
DESKTOP, PHONE, AGENT_PHONE = (1366, 768), (360, 740), (390, 800)
# A loaded machine of two cores, a real bot: nothing here is about speed.
PATIENCE = 60_000
STAFF: dict[str, tuple[str, str, list[str]]] = {
    "wang": ("王", "agent", ["gas"]), "li": ("李", "agent", ["property"]), "sun": ("孙", "agent", ["signage"]),
    "zhao": ("赵", "supervisor", ["signage"]), "qian": ("钱", "auditor", []),
}


class Office:
    """The admin's own client of the desk's API: accounts, hours, words, and a tidy desk between tests."""

    def __init__(self, city: City) -> None:
        self.base = city.url + "/desk/api"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._csrf = ""
        self.sign_in("admin", city.password)
        self("PUT", "/presence", {"status": "away"})

    def sign_in(self, username: str, password: str) -> None:
        """From now on as this user."""
        self._csrf = self("POST", "/login", {"username": username, "password": password})["csrf"]

    def __call__(self, method: str, path: str, values: Any = None) -> Any:
        """One request; what the desk answered. Raises HTTPError."""
        request = urllib.request.Request(
            self.base + path, None if method == "GET" else json.dumps(values or {}).encode(),
            {"Content-Type": "application/json", "X-CSRF-Token": self._csrf}, method=method)
        with self._opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())

    def hire(self, city: City) -> None:
        """The staff, each with the password of their own."""
        for username, (name, role, skills) in STAFF.items():
            made = self("POST", "/users", {"username": username, "name": name, "roles": [role], "skills": skills})
            newcomer = Office.__new__(Office)
            newcomer.base, newcomer._csrf = self.base, ""
            newcomer._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
            newcomer.sign_in(username, made["password"])
            newcomer("POST", "/password", {"old": made["password"], "new": PASSWORD})
            newcomer("POST", "/logout")

    def tidy(self, keep: set[str]) -> None:
        """Close what is open, but for these conversations."""
        for line in self("GET", "/queue")["all"]:
            if line["emergency"]:
                self("POST", f"/emergencies/{line['emergency']['id']}/confirm")
            if line["id"] not in keep and line["owner"] in ("queue", "agent"):
                one = f"/conversations/{line['id']}"
                self("POST", one + ("/take" if line["owner"] == "queue" else "/take_over"))
                self("POST", one + "/release", {"to": "closed", "result": "spam"})


@dataclass
class Citizen:
    """The citizen's page."""

    page: Page
    frames: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        """Write and send; back when the house has the words."""
        box = self.page.get_by_label("要说的话")
        box.fill(words)
        box.press("Enter")
        expect(self.mine(words)).to_be_visible()
        expect(self.page.get_by_text("正在发送")).to_have_count(0)

    def wait_for_a_person(self, words: str = "转人工") -> None:
        """Ask for a person; back when the citizen stands in the queue or has somebody."""
        self.say(words)
        expect(self.strip).to_contain_text(re.compile("正在转人工|人工坐席"))

    @property
    def wire(self) -> str:
        """Everything that their socket has brought."""
        return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), "\n".join(self.frames))

    def mine(self, words: str) -> Locator:
        return self.page.locator("hotline-chat .line.mine .bubble").filter(has_text=words).last

    def told(self, words: str | re.Pattern[str]) -> Locator:
        """The newest bubble or card of the other side with these words."""
        return self.page.locator("hotline-chat .line:not(.mine)").filter(has_text=words).last

    @property
    def strip(self) -> Locator:
        """The line above the talk: the place in the queue, or that an agent is here."""
        return self.page.locator("hotline-chat .strip:not(.warn)")

    def press(self, name: str) -> None:
        self.page.locator("hotline-chat .choices").last.get_by_role("button", name=name, exact=True).click()


@dataclass
class Agent:
    """The agent's page."""

    page: Page
    name: str

    @property
    def box(self) -> Locator:
        return self.page.locator(".answer textarea")

    @property
    def head(self) -> Locator:
        return self.page.locator(".head")

    def key(self, *keys: str) -> None:
        """Press keys outside any field."""
        self.page.evaluate("document.activeElement?.blur()")
        for key in keys:
            self.page.keyboard.press(key)

    def row(self, words: str) -> Locator:
        """The conversation in the list whose last words, or whose citizen, these are."""
        return self.page.locator(".list .row").filter(has_text=words)

    def tab(self, name: str) -> None:
        self.page.locator(".list").get_by_role("tab", name=name).click()

    def waiting(self, words: str) -> str:
        """The id of the waiting conversation with these last words, once it is in the list."""
        self.tab("等待")
        expect(self.row(words)).to_have_count(1)
        return self.row(words).get_attribute("data-id") or ""

    def take(self, words: str) -> str:
        """Take the waiting conversation with these last words; its id."""
        conversation = self.waiting(words)
        self.row(words).get_by_role("button", name="接起").click()
        expect(self.head).to_contain_text("我在处理")
        return conversation

    def open(self, conversation: str) -> None:
        self.page.evaluate("id => { location.hash = id }", conversation)
        expect(self.page.locator(".history")).to_be_visible()

    def answer(self, words: str) -> None:
        """Send; back when the server has it."""
        self.box.fill(words)
        self.box.press("Enter")
        expect(self.said(words)).to_be_visible()

    def said(self, words: str) -> Locator:
        return self.page.locator(".bubble.agent:not(.unsent) .text").filter(has_text=words).last

    def heard(self, words: str) -> Locator:
        return self.page.locator(".history").get_by_text(words).last

    def go(self, view: str) -> None:
        self.page.locator(".top nav").get_by_role("link", name=view).click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def status(self, key: str) -> None:
        """online, busy or away."""
        self.page.locator(".top .presence").click()
        name = {"online": "在线", "busy": "忙碌", "away": "离开"}[key]
        self.page.get_by_role("menuitem", name=name).click()
        expect(self.page.locator(".top .presence")).to_contain_text(name)

    def picture(self, name: str) -> None:
        """The page as it is now at both widths, for the docs."""
        for size, ending in ((AGENT_PHONE, "phone"), (DESKTOP, "desktop")):
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
            self.page.evaluate("() => document.fonts.ready")
            self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            # What is still arriving may push for a moment; what stays too wide does not pass.
            self.page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=size[0])
            shot(self.page, f"{name}-{ending}")


@dataclass
class Shift:
    """Everybody's browsers in a module of tests."""

    city: City
    browser: Browser
    office: Office
    problems: list[str] = field(default_factory=list)
    guests: list[BrowserContext] = field(default_factory=list)
    visitors: list[BrowserContext] = field(default_factory=list)
    # Conversations that outlive their test.
    keep: set[str] = field(default_factory=set)

    def page(self, size: tuple[int, int], init: str = "", **context: Any) -> Page:
        opened = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai",
            accept_downloads=True, **context)
        self.guests.append(opened)
        if init:
            opened.add_init_script(init)
        page = opened.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.problems.append(error.message))
        page.on("dialog", self._refuse)
        return page

    def _refuse(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def alive(self) -> bool:
        """Whether the house answers."""
        try:
            return self.city.request("GET", self.city.url + "/readyz", timeout=5)[0] == 200
        except OSError:
            return False

    def staff(self, username: str) -> dict[str, Any]:
        """The account as the admin sees it."""
        return next(one for one in self.office("GET", "/users")["users"] if one["username"] == username)

    def tidy(self) -> None:
        """The citizens of a test go home, and nobody waits who is not meant to."""
        for context in self.visitors:
            context.close()
        self.visitors.clear()
        self.office.tidy(self.keep)

    def citizen(self, stays: bool = False) -> Citizen:
        """Somebody new at the citizen's page, until the test ends; every frame of their socket is kept."""
        page = self.page(PHONE)
        citizen = Citizen(page)
        if not stays:
            self.visitors.append(page.context)
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: citizen.frames.append(str(frame))))
        page.goto(self.city.url)
        return citizen

    def agent(self, username: str, status: str = "busy", init: str = "", **context: Any) -> Agent:
        """Somebody of the staff, signed in."""
        page = self.page(DESKTOP, init, **context)
        page.goto(self.city.url + "/desk/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").first.fill(self.city.password if username == "admin" else PASSWORD)
        page.get_by_role("button", name="登录").click()
        agent = Agent(page, STAFF[username][0] if username in STAFF else "管理员")
        expect(page.locator(".top .me")).to_contain_text(agent.name)
        if page.locator(".top .presence").count() or username in ("wang", "li", "sun", "zhao", "admin"):
            expect(page.get_by_text("已连接")).to_be_visible()
            if status != "online":
                agent.status(status)
        return agent
