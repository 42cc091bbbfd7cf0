"""What a WeChat user can do: each act opens its allowance and is carried to the account's server."""

from __future__ import annotations

import hashlib
import time

from connectors.wechat.simulator.courier import Courier, Posting
from connectors.wechat.simulator.media import Media
from connectors.wechat.simulator.model import JSON, People, Person, Trigger


class Acts:
    """The user's side of the platform."""

    def __init__(self, people: People, courier: Courier, media: Media) -> None:
        self._people = people
        self._courier = courier
        self._media = media

    def text(self, person: Person, words: str) -> Posting:
        """A typed message."""
        return self._message(person, {"MsgType": "text", "Content": words})

    def image(self, person: Person, data: bytes) -> Posting:
        """A picture; its media id runs out."""
        media_id = self._media.keep(data, "image")
        return self._message(person, {
            "MsgType": "image", "PicUrl": f"https://mmbiz.qpic.example/{hashlib.md5(data).hexdigest()}/0",
            "MediaId": media_id})

    def voice(self, person: Person, data: bytes, recognition: str | None = None) -> Posting:
        """A voice note. `recognition` is the platform's own transcript, which is being withdrawn."""
        fields: JSON = {"MsgType": "voice", "MediaId": self._media.keep(data, "voice"), "Format": "amr"}
        if recognition is not None:
            fields["Recognition"] = recognition
        return self._message(person, fields)

    def video(self, person: Person, data: bytes, short: bool = False) -> Posting:
        """A film."""
        return self._message(person, {"MsgType": "shortvideo" if short else "video",
                                      "MediaId": self._media.keep(data, "video"),
                                      "ThumbMediaId": self._media.keep(b"\xff\xd8\xff", "image")})

    def location(self, person: Person, latitude: float, longitude: float, label: str) -> Posting:
        """A place chosen on the map, in GCJ-02."""
        return self._message(person, {"MsgType": "location", "Location_X": f"{latitude:.6f}",
                                      "Location_Y": f"{longitude:.6f}", "Scale": 15, "Label": label})

    def link(self, person: Person, title: str, description: str, url: str) -> Posting:
        """A shared page."""
        return self._message(person, {"MsgType": "link", "Title": title, "Description": description, "Url": url})

    def choose(self, person: Person, menu_id: str, words: str) -> Posting:
        """A click on a line of a menu message: looks like typed words, counts as a menu click, opens no window."""
        return self._message(person, {"MsgType": "text", "Content": words, "bizmsgmenuid": menu_id}, "menu")

    def menu(self, person: Person, key: str) -> Posting:
        """A click on a button of the account's menu."""
        return self._event(person, {"Event": "CLICK", "EventKey": key}, "menu")

    def view(self, person: Person, url: str) -> Posting:
        """A click on a button that opens a page; it lets the account send nothing."""
        return self._event(person, {"Event": "VIEW", "EventKey": url}, None)

    def follow(self, person: Person, scene: str | None = None) -> Posting:
        """Follows the account, perhaps by scanning a code with a scene."""
        person.following = True
        fields: JSON = {"Event": "subscribe", "EventKey": f"qrscene_{scene}" if scene else ""}
        return self._event(person, fields | ({"Ticket": "TICKET"} if scene else {}), "follow")

    def unfollow(self, person: Person) -> Posting:
        """Leaves; nothing more can be sent."""
        person.following = False
        person.allowances.clear()
        return self._event(person, {"Event": "unsubscribe", "EventKey": ""}, None)

    def scan(self, person: Person, scene: str) -> Posting:
        """A follower scans a code with a scene."""
        return self._event(person, {"Event": "SCAN", "EventKey": scene, "Ticket": "TICKET"}, "scan")

    def report_place(self, person: Person, latitude: float, longitude: float) -> Posting:
        """The phone tells where it is, when the user allows it."""
        return self._event(person, {"Event": "LOCATION", "Latitude": f"{latitude:.6f}",
                                    "Longitude": f"{longitude:.6f}", "Precision": "65.000000"}, None)

    def subscribe(self, person: Person, template_id: str, accepts: bool = True) -> Posting:
        """Answers the question whether a notice may be sent; a yes is good for one."""
        if accepts:
            person.notices[template_id] = person.notices.get(template_id, 0) + 1
        status = "accept" if accepts else "reject"
        return self._event(person, {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {
            "List": {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": 2}}}, None)

    def told(self, person: Person, fields: JSON) -> Posting:
        """The platform's own news about what was sent to the user."""
        return self._event(person, fields, None)

    def _message(self, person: Person, fields: JSON, trigger: Trigger = "message") -> Posting:
        person.wrote_at = time.time()
        self._people.triggered(person, trigger)
        return self._courier.post(person, fields)

    def _event(self, person: Person, fields: JSON, trigger: Trigger | None) -> Posting:
        if trigger:
            self._people.triggered(person, trigger)
        return self._courier.post(person, {"MsgType": "event", **fields})
