"""What the refusals say, in zh-CN and English."""

from collections.abc import Mapping
from typing import Any

_TITLES = {
    "bad-request": ("The request cannot be understood", "请求无法理解"),
    "validation": ("A value is not right", "填写的内容有误"),
    "unauthorized": ("A valid bearer token is needed", "需要有效的访问令牌"),
    "not-found": ("There is no such thing here", "没有找到"),
    "method-not-allowed": ("This method is not served here", "此地址不支持该方法"),
    "conflict": ("Not possible in the present state", "当前状态下不能这样做"),
    "too-large": ("The request is too large", "请求内容过大"),
    "unavailable": ("Not possible just now, please try again", "暂时无法处理，请稍后重试"),
    "too-many": ("Too many requests, please try again later", "请求过于频繁，请稍后再试"),
    "gone": ("No longer kept", "已不再保留"),
    "internal": ("An error on our side", "系统内部错误"),
}

_FIELDS = {
    "missing": ("is required", "必须填写"),
    "extra_forbidden": ("is not known here; remove it", "不是已知字段，请删除"),
    "string_type": ("must be text", "必须是文本"),
    "string_too_short": ("must have at least {min_length} characters", "至少需要 {min_length} 个字符"),
    "string_too_long": ("must have at most {max_length} characters", "最多 {max_length} 个字符"),
    "string_pattern_mismatch": ("must match {pattern}", "格式必须符合 {pattern}"),
    "int_parsing": ("must be a whole number", "必须是整数"),
    "int_type": ("must be a whole number", "必须是整数"),
    "int_from_float": ("must be a whole number", "必须是整数"),
    "float_parsing": ("must be a number", "必须是数字"),
    "float_type": ("must be a number", "必须是数字"),
    "bool_parsing": ("must be true or false", "必须是 true 或 false"),
    "bool_type": ("must be true or false", "必须是 true 或 false"),
    "enum": ("must be {expected}", "必须是 {expected} 之一"),
    "literal_error": ("must be {expected}", "必须是 {expected} 之一"),
    "uuid_parsing": ("must be a UUID", "必须是 UUID"),
    "uuid_type": ("must be a UUID", "必须是 UUID"),
    "datetime_from_date_parsing": (
        "must be a time like 2026-01-31T09:30:00+08:00",
        "必须是形如 2026-01-31T09:30:00+08:00 的时间",
    ),
    "datetime_parsing": (
        "must be a time like 2026-01-31T09:30:00+08:00",
        "必须是形如 2026-01-31T09:30:00+08:00 的时间",
    ),
    "datetime_type": (
        "must be a time like 2026-01-31T09:30:00+08:00",
        "必须是形如 2026-01-31T09:30:00+08:00 的时间",
    ),
    "timezone_aware": ("must have an offset, like +08:00 or Z", "必须带时区偏移，如 +08:00 或 Z"),
    "greater_than_equal": ("must be at least {ge}", "不得小于 {ge}"),
    "greater_than": ("must be more than {gt}", "必须大于 {gt}"),
    "less_than_equal": ("must be at most {le}", "不得大于 {le}"),
    "json_invalid": ("must be valid JSON in UTF-8", "必须是 UTF-8 编码的合法 JSON"),
    "model_attributes_type": ("must be a JSON object", "必须是 JSON 对象"),
    "model_type": ("must be a JSON object", "必须是 JSON 对象"),
    "dict_type": ("must be a JSON object", "必须是 JSON 对象"),
    "list_type": ("must be a JSON array", "必须是 JSON 数组"),
    "tuple_type": ("must be a JSON array", "必须是 JSON 数组"),
    "set_type": ("must be a JSON array", "必须是 JSON 数组"),
    "too_short": ("must have at least {min_length} items", "至少需要 {min_length} 项"),
    "too_long": ("must have at most {max_length} items", "最多 {max_length} 项"),
    "less_than": ("must be less than {lt}", "必须小于 {lt}"),
    "multiple_of": ("must be a multiple of {multiple_of}", "必须是 {multiple_of} 的倍数"),
    "finite_number": ("must be a finite number", "必须是有限的数"),
    "int_parsing_size": ("has too many digits", "位数过多"),
    "decimal_parsing": ("must be a number", "必须是数字"),
    "decimal_type": ("must be a number", "必须是数字"),
    "decimal_max_digits": ("must have at most {max_digits} digits", "最多 {max_digits} 位数字"),
    "decimal_max_places": ("must have at most {decimal_places} decimals", "最多 {decimal_places} 位小数"),
    "decimal_whole_digits": ("has too many digits", "整数位数过多"),
    "string_unicode": ("must be valid Unicode", "必须是有效的 Unicode 文本"),
    "string_sub_type": ("must be text", "必须是文本"),
    "date_type": ("must be a date like 2026-01-31", "必须是形如 2026-01-31 的日期"),
    "date_parsing": ("must be a date like 2026-01-31", "必须是形如 2026-01-31 的日期"),
    "date_from_datetime_parsing": ("must be a date like 2026-01-31", "必须是形如 2026-01-31 的日期"),
    "date_from_datetime_inexact": ("must be a date without a time", "必须是不带时刻的日期"),
    "time_type": ("must be a time of day like 09:30", "必须是形如 09:30 的时刻"),
    "time_parsing": ("must be a time of day like 09:30", "必须是形如 09:30 的时刻"),
    "datetime_object_invalid": ("is no moment", "不是有效的时间"),
    "timezone_naive": ("must have no offset", "不得带时区偏移"),
    "uuid_version": ("must be a UUID of another version", "UUID 的版本不符"),
    "url_parsing": ("must be an address like https://example.com", "必须是形如 https://example.com 的地址"),
    "url_scheme": ("must begin with {expected_schemes}", "必须以 {expected_schemes} 开头"),
    "bytes_type": ("must be text", "必须是文本"),
    "none_required": ("must be null", "必须为空"),
    "frozen_field": ("cannot be changed", "不能修改"),
    "recursion_loop": ("refers to itself", "引用了自身"),
    "union_tag_invalid": ("must be one of {expected_tags}", "必须是 {expected_tags} 之一"),
    "union_tag_not_found": (
        "does not say what it is: {discriminator} is missing",
        "缺少 {discriminator}，无法判断类型",
    ),
}
_OTHERWISE = "不符合要求的格式或类型"
"""For what nobody has found words for yet; the English then is the library's own."""


def title_text(kind: str, language: str) -> str:
    """The title of a kind of problem."""
    return _TITLES[kind][0 if language == "en" else 1]


def halves(message: object) -> tuple[str, str]:
    """A message "English|中文" in English and Chinese; in English twice where it has no Chinese."""
    english, _, chinese = str(message).partition("|")
    return english, chinese or english


def field_text(error: Mapping[str, Any], language: str) -> str:
    """What is wrong with one field, without repeating its value.

    A validator of ours raises ValueError("English|中文"); both halves are used here.
    """
    if error["type"] == "value_error":
        return halves(error["ctx"]["error"])[0 if language == "en" else 1]
    texts = _FIELDS.get(error["type"])
    if texts is None:
        return str(error["msg"]) if language == "en" else _OTHERWISE
    return texts[0 if language == "en" else 1].format_map(_Named(error.get("ctx") or {}))


class _Named(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return key
