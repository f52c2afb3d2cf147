"""What the peer knows of a record: names in parts, places, numbers, all normalised.

A normaliser of its own for splink, so that both sides get features of the same kind; it shares nothing with the engine.
Its words were written beside the generator's and know the generator's trades and legal forms well, which favours the
peer; places are learnt from the file's own city fields.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from typing import Any

from opencc import OpenCC  # type: ignore[import-untyped]
from pypinyin import lazy_pinyin

Record = dict[str, Any]

_SIMPLE = OpenCC("t2s")
_HAN = re.compile(r"[\u3400-\u9fff]")
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")

_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 "
    "内蒙古 广西 西藏 宁夏 新疆"
).split()
_LEGAL_EAST = re.compile(
    r"(\(?集团\)?股份有限公司|\(?集团\)?有限责任公司|\(?集团\)?有限公司|集团公司|股份有限公司|有限责任公司|股份公司|有限公司|合伙企业|"
    r"\(有限合伙\)|有限合伙|集团|公司|股份|总厂|厂|研究院|研究所)+$"
)
_LEGAL_ABROAD = re.compile(r"株式会社|株式会|有限会社|有限会|合同会社|合同会|\(株\)|\(有\)|주식회사|유한회사|\(주\)|㈜")
_BRANCH = re.compile(r"(\S{2,4}?)(分公司|办事处|分厂|支店|営業所)$")
_TRADES = (
    "精密 机械 机电 机床 机器 自动 智能 数控 轴承 模具 五金 塑 橡 电气 电器 电子 电机 电缆 线缆 液压 气动 阀 泵 仪器 仪表 激光 齿轮 传动 紧固 "
    "包装 汽车 汽配 新能源 能源 光电 光学 半导体 传感 测控 检测 工具 刀具 铸 热处理 钢 环保 环境 食品 纺织 印刷 新材料 材料 制冷 科技 技术 实业 工业 "
    "贸易 过滤 焊接 压缩 弹簧 铝 不锈钢 医疗 供应链 设备 制造 装备 製作 精機 精工 電機 鉄工 機械 金属 産業 化学 工業 정밀 기계 산업 전자 테크 공업 금속 모터 시스템"
).split()
_LEGAL_WEST = re.compile(
    r"\b(gmbh *(&|\+|und) *co\.? *kg|g\.?m\.?b\.?h\.?|mbh|aktiengesellschaft|ag|kg|e\.? ?k\.?|ohg|se|company limited|co\.? *, *ltd\.?|co\.? ltd\.?|"
    r"ltd\.?|limited|plc|llp|inc(orporated)?\.?|l\.?l\.?c\.?|corp(oration)?\.?|company|co\.?|k\.k\.)(?=$|[ ,.])",
)
_BRANCH_WEST = re.compile(r"\b(zweigniederlassung|niederlassung) +(.*)$|\b(\w+) +(branch|office|plant|sales office)$")
_FREE = set(
    "163.com qq.com 126.com sina.com foxmail.com 139.com sohu.com aliyun.com gmail.com outlook.com yahoo.com hotmail.com gmx.de web.de t-online.de "
    "icloud.com live.com naver.com daum.net".split()
)
_TITLES = re.compile(r"(经理|先生|女士|小姐|总监|主任|工|总)$")
_CITIES = {"munich": "muenchen", "cologne": "koeln", "nuremberg": "nuernberg", "vienna": "wien", "hanover": "hannover", "zurich": "zuerich",
           "frankfurt": "frankfurtammain", "harbin": "haerbin", "nagoya": "名古屋", "osaka": "大阪", "tokyo": "東京", "kyoto": "京都",
           "hamamatsu": "浜松", "yokohama": "横浜", "hiroshima": "広島", "seoul": "서울", "busan": "부산", "incheon": "인천",
           "changwon": "창원", "hwaseong": "화성", "daegu": "대구"}  # fmt: skip


def folded(text: str | None) -> str:
    """NFKC, small letters, umlauts written out, single spaces."""
    text = unicodedata.normalize("NFKC", text or "").casefold()
    for accent, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(accent, plain)
    return " ".join(text.split())


def simple(text: str) -> str:
    """Simplified characters where there are Chinese ones."""
    return str(_SIMPLE.convert(text)) if _HAN.search(text) else text


def sound(text: str) -> str:
    """Pinyin of Han characters; the rest stays."""
    return "".join(lazy_pinyin(text)) if _HAN.search(text) else text


def telephone(text: str | None) -> str | None:
    """National digits without extension."""
    text = folded(text)
    text = re.split(r"转|ext|x", text)[0]
    text = re.sub(r"-8\d{3}$", "", text.strip())
    text = re.sub(r"^(\+|00)\(?(86|49|43|41|44|81|82|1)\b", "", text)
    digits = re.sub(r"\D", "", text)
    for code in ("0086", "86", "0049", "49", "0081", "81", "0082", "82", "0044", "44", "1"):
        if digits.startswith(code) and len(digits) - len(code) >= 9 and not (code == "1" and len(digits) == 11 and digits[1] in "3456789"):
            digits = digits[len(code) :]
            break
    return digits.lstrip("0") or None


def domain_of(email: str | None, website: str | None) -> str | None:
    """The company's domain; free mail services have none."""
    mail = folded(email).partition("@")[2]
    if mail and mail not in _FREE:
        return mail
    site = re.sub(r"^https?://", "", folded(website)).removeprefix("www.").split("/")[0]
    return site or None


def _mod(values: list[int], weights: list[int]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def valid_tax(text: str) -> bool:
    """Whether the check digit of the identifier is right, where we know the rule."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    if re.fullmatch(rf"[{alphabet}]{{18}}", text):
        return (31 - _mod([alphabet.index(sign) for sign in text[:17]], [pow(3, place, 31) for place in range(17)]) % 31) % 31 == alphabet.index(text[17])
    digits = [int(sign) for sign in text if sign.isdigit()]
    if re.fullmatch(r"DE\d{9}", text):
        product = 10
        for digit in digits[:8]:
            product = ((digit + product) % 10 or 10) * 2 % 11
        return (11 - product) % 10 == digits[8]
    if re.fullmatch(r"ATU\d{8}", text):
        total = sum(d if i % 2 == 0 else d // 5 + d * 2 % 10 for i, d in enumerate(digits[:7]))
        return (10 - (total + 4) % 10) % 10 == digits[7]
    if re.fullmatch(r"CHE\d{9}", text):
        return (11 - _mod(digits[:8], [5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == digits[8]
    if re.fullmatch(r"GB\d{9}", text):
        return (_mod(digits[:7], [8, 7, 6, 5, 4, 3, 2]) + digits[7] * 10 + digits[8]) % 97 == 0
    if re.fullmatch(r"\d{13}", text):
        return digits[0] == 9 - _mod(digits[1:], [2, 1] * 6) % 9
    if re.fullmatch(r"\d{10}", text):
        return digits[9] == (10 - (_mod(digits[:9], [1, 3, 7, 1, 3, 7, 1, 3, 5]) + digits[8] * 5 // 10) % 10) % 10
    return bool(re.fullmatch(r"\d{9}", text))


def tax_id(text: str | None) -> str | None:
    """The identifier without separators; none where the check digit is wrong."""
    text = re.sub(r"[^0-9A-Z]", "", folded(text).upper())
    return text if valid_tax(text) else None


class Places:
    """Cities, learnt from the file: their names, and which dialling code is whose."""

    def __init__(self, records: list[Record]) -> None:
        found: Counter[str] = Counter(self.canonical_text(record.get("city")) for record in records)
        east = {name for name, count in found.items() if count >= 3 and _EAST.search(name)}
        self.east = sorted(east, key=len, reverse=True)
        self.latin = {self.key(name) for name in east} | {name for name, count in found.items() if count >= 5 and name and name not in east}
        codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for record in records:
            phone, city = telephone(record.get("phone")), self.key(self.canonical_text(record.get("city")))
            if phone and city and len(phone) >= 9:
                for size in (2, 3, 4):
                    codes[phone[:size]][city] += 1
        self.codes = {code: names.most_common(1)[0][0] for code, names in codes.items()
                      if sum(names.values()) >= 5 and names.most_common(1)[0][1] > 0.8 * sum(names.values())}  # fmt: skip

    @staticmethod
    def canonical_text(city: str | None) -> str:
        """The name without what every city has."""
        text = simple(folded(city))
        return text[:-1] if len(text) > 2 and text[-1] in "市" else text

    @staticmethod
    def key(name: str) -> str:
        """One spelling for all scripts."""
        latin = re.sub(r"[^a-z]", "", sound(name)) if not re.search(r"[\u3040-\u30ff\uac00-\ud7a3]", name) else name
        return _CITIES.get(latin, latin)

    def front(self, text: str) -> tuple[str | None, str]:
        """The place that a text starts with, and the rest."""
        place = None
        for province in _PROVINCES:
            for start in (province + "省", province + "市", province):
                if text.startswith(start) and len(text) > len(start) + 1:
                    text, place = text[len(start) :], province if province in self.east else place
                    break
            else:
                continue
            break
        for city in self.east:
            for start in (city + "市", city):
                if text.startswith(start) and len(text) >= len(start) + 2:
                    return self.key(city), text[len(start) :]
        return (self.key(place) if place else None), text

    def by_phone(self, phone: str | None) -> str | None:
        """The city of a dialling code."""
        if not phone or len(phone) < 9:
            return None
        return next((self.codes[phone[:size]] for size in (4, 3, 2) if phone[:size] in self.codes), None)


def company_name(text: str, places: Places) -> dict[str, str | None]:
    """The name in its parts."""
    name = simple(folded(text))
    if not _EAST.search(name):
        return _western(name, places)
    name = name.replace(" ", "") if _HAN.search(name) else name
    name = _LEGAL_ABROAD.sub(lambda found: "", name).strip() if not name.endswith("公司") else name
    city, name = places.front(name)
    branch = None
    if found := _BRANCH.search(name):
        branch, name = places.key(found[1]) + found[2], name[: found.start()]
    for bracket in re.findall(r"\(([^)]*)\)", name):
        if bracket in places.east:
            city, name = city or places.key(bracket), name.replace(f"({bracket})", "")
    legal = None
    if found := _LEGAL_EAST.search(name):
        if found.start() >= 2:
            legal, name = found[0], name[: found.start()]
    name = re.sub(r"[()\s]", "", name)
    starts = [place for trade in _TRADES if (place := name.find(trade, 2)) >= 2]
    cut = min(starts, default=len(name))
    brand, trade = name[:cut], name[cut:]
    return {"brand": brand, "sound": sound(brand), "trade": trade or None, "legal": legal, "branch": branch, "name_city": city, "script": "east"}


def _western(name: str, places: Places) -> dict[str, str | None]:
    branch = None
    if found := _BRANCH_WEST.search(name):
        branch = Places.key(found[2] or found[3] or "")
        name = name[: found.start()].strip()
    legal = None
    if found := _LEGAL_WEST.search(name):
        if found.start() > 2:
            legal, name = re.sub(r"[^a-z]", "", found[0]), (name[: found.start()] + " " + name[found.end() :])
    name = re.sub(r" (und|and|\+) ", " & ", name)
    words = re.findall(r"[a-z0-9&'-]+", name)
    city = None
    if len(words) > 1 and Places.key(words[0]) in places.latin:
        city, words = Places.key(words[0]), words[1:]
    size = 3 if len(words) > 2 and words[1] == "&" else 1
    brand = "".join(words[:size])
    return {"brand": brand, "sound": brand, "trade": " ".join(words[size:]) or None, "legal": legal, "branch": branch, "name_city": city, "script": "west"}


def street(text: str | None, places: Places) -> tuple[str | None, str | None, str | None]:
    """Road and number, and the city where an address tells it."""
    line = simple(folded(text))
    if not line:
        return None, None, None
    city, line = places.front(line)
    if _EAST.search(line):
        line = re.sub(r"^.{1,6}?(区|镇|市|县)(?=..)", "", line)
        found = re.match(r"(.+?(?:路|街|大道|弄|工业区|町|로))\D?(\d+)", line)
        return (found[1], found[2], city) if found else (line, None, city)
    if ", " in line:
        line, _, end = line.partition(", ")
        city = Places.key(re.sub(r"^\S*\d\S*( \d\S*)? ", "", end))
    for long, short in (("strasse", "str"), ("str.", "str"), (" str", "str"), ("street", "st"), ("avenue", "ave"), ("road", "rd"),
                        ("drive", "dr"), ("boulevard", "blvd"), (".", "")):  # fmt: skip
        line = line.replace(long, short)
    number = re.search(r"\d+", line)
    return re.sub(r"[\d ]+", "", line), number[0] if number else None, city


def person(text: str | None) -> tuple[str | None, str | None]:
    """The sound of a contact's whole name, or only of the family name."""
    name = simple(folded(text))
    if not name:
        return None, None
    if _HAN.search(name):
        bare = _TITLES.sub("", name)
        family = sound(bare[:1])
        return (None if len(bare) < 2 else sound(bare)), family
    name = re.sub(r"^(mr|mrs|ms|dr)\.? ", "~", name)
    if name.startswith("~"):
        return None, name[1:]
    if ", " in name:
        name = " ".join(reversed(name.split(", ")))
    words = name.split()
    if len(words) == 2 and words[0].endswith("."):
        return None, words[-1]
    # Chinese names in Latin letters: the family name goes first, as it does in characters.
    return "".join(words[-1:] + words[:-1]), words[-1]


def companies(records: list[Record]) -> list[dict[str, str | None]]:
    """The features of all records."""
    places = Places(records)
    rows = []
    for record in records:
        row: dict[str, str | None] = {"unique_id": record["id"]}
        row |= company_name(record.get("name") or "", places)
        road, number, line_city = street(record.get("street") or record.get("address"), places)
        phone = telephone(record.get("phone"))
        field = Places.key(Places.canonical_text(record.get("city"))) or None
        contact, family = person(record.get("contact"))
        mail = folded(record.get("email"))
        row |= {
            "city": field or line_city or row["name_city"] or places.by_phone(phone),
            "road": road, "house": number, "phone": phone, "contact": contact, "contact_family": family, "email": mail or None,
            "domain": domain_of(record.get("email"), record.get("website")), "postcode": re.sub(r"\W", "", folded(record.get("postcode"))) or None,
            "tax": tax_id(record.get("tax_id")),
        }  # fmt: skip
        rows.append({name: value or None for name, value in row.items()})
    return rows


def birth_date(text: str | None) -> str | None:
    """Eight digits: year, month, day."""
    text = folded(text)
    if found := re.match(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", text):
        return f"{found[1]}{int(found[2]):02}{int(found[3]):02}"
    if found := re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        return f"{found[3]}{int(found[2]):02}{int(found[1]):02}"
    return re.sub(r"\D", "", text) or None


def _names(record: Record) -> tuple[str | None, str | None]:
    given, family = simple(folded(record.get("given_name"))), simple(folded(record.get("family_name")))
    if not given and not family and (whole := simple(folded(record.get("name")))):
        if _EAST.search(whole):
            family, given = whole[:1], whole[1:]
        elif ", " in whole:
            family, _, given = whole.partition(", ")
        else:
            given, _, family = whole.rpartition(" ")
    return re.sub(r"[ .']", "", sound(given)) or None, re.sub(r"[ .']", "", sound(family)) or None


def people(records: list[Record]) -> list[dict[str, str | None]]:
    """The features of all records of people."""
    places = Places(records)
    rows = []
    for record in records:
        given, family = _names(record)
        road, number, line_city = street(record.get("street") or record.get("address"), places)
        mail = folded(record.get("email"))
        rows.append({
            "unique_id": record["id"], "given": given, "family": family, "whole": (given or "") + " " + (family or ""),
            "birth": birth_date(record.get("birth_date")), "phone": telephone(record.get("phone")), "email": mail or None,
            "city": Places.key(Places.canonical_text(record.get("city"))) or line_city, "road": road, "house": number,
            "line": folded(record.get("address")) or None if record.get("street") else None,
            "region": folded(record.get("region")) or None, "postcode": re.sub(r"\W", "", folded(record.get("postcode"))) or None,
            "tax": re.sub(r"\W", "", folded(record.get("tax_id"))) or None,
        })  # fmt: skip
    return rows
