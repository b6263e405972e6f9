"""The page about events, made from `shared/events/`, in English and in Chinese."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.events import EVENT_TYPES, PUBLISHERS, Event, topic_of

_CHINESE = Path(__file__).with_name("events.zh-CN.toml")


@dataclass(frozen=True)
class _Words:
    """What the page says around the facts. types: a JSON type or format → its name for readers."""

    head: str
    topic: str
    about: str
    outside: str
    comma: str
    fields: str
    sealed: str
    either: str
    list_of: str
    types: Mapping[str, str]


_ENGLISH_WORDS = _Words(
    head="""# Events

Made from `shared/events/` by `make generate`; do not edit. [中文](events.zh-CN.md)

Every fact is a CloudEvents 1.0 event. On Kafka it travels in binary mode: attributes as `ce_…` headers, the facts as
JSON in the value, the subject as record key. The feeds `GET /<service>/v1/events?after=` give it as structured JSON.
One topic per publisher, 12 partitions.

| attribute | what it says |
| --- | --- |
| `type` | `redress.<publisher>.<fact>.v1` |
| `id` | UUIDv7, the same however often the event is delivered |
| `subject` | the complaint or customer the fact is about; also the record key |
| `time` | when it happened in the world |
| `recordedtime` | when we wrote it down |
| `sequence` | 1, 2, 3 … per publisher and subject, without gaps |
| `after` | per publisher, the last sequence about this subject known to the writer: a reader applies those first |
| `causationid` | the event that led to this one |
| `traceparent` | W3C trace context of the request that began it |

Fields marked *sealed* are encrypted for notify and left out of the feeds. A reader ignores fields it does not know.
""",
    topic="Topic `{topic}`.",
    about="Type `{type}`, subject `{subject}`, read by {readers}.",
    outside="systems outside",
    comma=", ",
    fields="| field | type |\n| --- | --- |\n",
    sealed=" *sealed*",
    either=" or ",
    list_of="list of ",
    types={"date-time": "time", "uuid": "UUID"},
)

_CHINESE_WORDS = _Words(
    head="""# 事件

由 `make generate` 根据 `shared/events/` 生成，请勿手工修改。[English](events.md)

每个事实都是一个 CloudEvents 1.0 事件。在 Kafka 上采用二进制模式：属性为 `ce_…` 消息头，事实为消息值中的 JSON，
对象标识为记录键。事件流接口 `GET /<service>/v1/events?after=` 以结构化 JSON 给出。每个发布者一个主题，12 个分区。

| 属性 | 含义 |
| --- | --- |
| `type` | `redress.<publisher>.<fact>.v1` |
| `id` | UUIDv7，无论投递多少次都相同 |
| `subject` | 事实所关于的投诉或客户；也是记录键 |
| `time` | 现实中发生的时间 |
| `recordedtime` | 我们记录下来的时间 |
| `sequence` | 按发布者和对象从 1 起连续编号，没有空缺 |
| `after` | 写入者就该对象所知道的各发布者的最后序号：读取者先应用那些事件 |
| `causationid` | 引起本事件的事件 |
| `traceparent` | 最初请求的 W3C 跟踪上下文 |

标有 *密封* 的字段加密后只有 notify 能读，事件流接口不给出。读取者忽略不认识的字段。
""",
    topic="主题 `{topic}`。",
    about="类型 `{type}`，对象 `{subject}`，读取者：{readers}。",
    outside="外部系统",
    comma="、",
    fields="| 字段 | 类型 |\n| --- | --- |\n",
    sealed=" *密封*",
    either=" 或 ",
    list_of="列表：",
    types={
        "date-time": "时间",
        "uuid": "UUID",
        "string": "文本",
        "integer": "整数",
        "number": "数字",
        "boolean": "布尔",
        "null": "空",
        "object": "对象",
        "any": "任意",
    },
)


def english_page(readers: Mapping[str, list[str]]) -> str:
    """The page in English: each event's docstring and fields; `readers`: event type → services."""
    return _page(
        _ENGLISH_WORDS, readers, {event: " ".join((event.__doc__ or "").split()) for event in _events()}
    )


def chinese_page(readers: Mapping[str, list[str]]) -> str:
    """The page in Chinese. Ends the program, naming the events, where some have no words in Chinese."""
    if missing := {(event.publisher, event.__name__) for event in _events()} - in_chinese():
        raise SystemExit(f"{_CHINESE.name} has to say what these events mean: {sorted(missing)}")
    said = tomllib.loads(_CHINESE.read_text(encoding="utf-8"))
    return _page(
        _CHINESE_WORDS, readers, {event: said[event.publisher][event.__name__] for event in _events()}
    )


def in_chinese() -> set[tuple[str, str]]:
    """Publisher and name of the events that have words in Chinese."""
    said = tomllib.loads(_CHINESE.read_text(encoding="utf-8"))
    return {(publisher, name) for publisher, events in said.items() for name in events}


def _events() -> list[type[Event]]:
    return list(EVENT_TYPES.values())


def _page(words: _Words, readers: Mapping[str, list[str]], said: Mapping[type[Event], str]) -> str:
    parts = [words.head]
    for publisher in PUBLISHERS:
        parts.append(f"\n## {publisher}\n\n{words.topic.format(topic=topic_of(publisher))}\n")
        parts += [
            _section(event, said[event], readers[event.type], words)
            for event in _events()
            if event.publisher == publisher
        ]
    return "".join(parts)


def _section(event: type[Event], said: str, read_by: list[str], words: _Words) -> str:
    properties = event.model_json_schema()["properties"]
    rows = "".join(
        f"| `{name}` | {_type_text(spec, words)}{words.sealed if name in event.sealed_fields else ''} |\n"
        for name, spec in properties.items()
    )
    about = words.about.format(
        type=event.type, subject=event.subject_field, readers=words.comma.join(read_by) or words.outside
    )
    return f"\n### {event.__name__}\n\n{said}\n\n{about}\n\n{words.fields}{rows}"


def _type_text(spec: Mapping[str, Any], words: _Words) -> str:
    if "$ref" in spec:
        return f"`{spec['$ref'].rsplit('/', 1)[1]}`"
    if "anyOf" in spec:
        return words.either.join(_type_text(part, words) for part in spec["anyOf"])
    if spec.get("type") == "array":
        return f"{words.list_of}{_type_text(spec['items'], words)}"
    if "const" in spec:
        return f"`{spec['const']}`"
    name = spec.get("format", "")
    plain = str(spec.get("type", "any"))
    return words.types.get(name) or words.types.get(plain, plain)
