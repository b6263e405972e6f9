"""The only place that knows scikit-learn: learns which category a text may have, keeps that in a file, and says it.

The file holds numbers and names alone (NumPy's own format, read without pickles), so that a foreign one can do no harm.
Texts become counts of up to three characters in a row, which works in Chinese and English alike.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from .word_lists import comparable

LONGEST = 4_000
"""So many characters of a text are looked at."""
_FORMAT = 1
_COUNTS = {"analyzer": "char_wb", "ngram_range": (1, 3), "n_features": 2**16, "alternate_sign": False}


class ModelError(Exception):
    """A model cannot be used or made; the message is one line that says why."""


class CategoryModel:
    """about: what `make` was told of it, among it `version`. categories: in the order of the coefficients."""

    def __init__(
        self, about: Mapping[str, Any], categories: Sequence[str], weights: Any, biases: Any
    ) -> None:
        self.about = about
        self.categories = tuple(categories)
        self._weights, self._biases = weights, biases
        self._counts = _counter()

    @property
    def version(self) -> str:
        """Names this model beside everything that it says."""
        return str(self.about["version"])

    def probabilities(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text how likely each category is; they add up to 1."""
        numpy = _library("numpy")
        scores = self._counts.transform(map(_shown, texts)) @ self._weights.T + self._biases
        powers = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        return [dict(zip(self.categories, map(float, row), strict=True)) for row in shares]

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        numpy = _library("numpy")
        told = {"format": _FORMAT, "categories": self.categories, "about": self.about}
        unfinished = path.with_name(f"{path.name}.unfinished")
        with unfinished.open("wb") as file:
            told_bytes = numpy.frombuffer(json.dumps(told).encode(), dtype="uint8")
            numpy.savez_compressed(file, told=told_bytes, weights=self._weights, biases=self._biases)
        unfinished.replace(path)


def learn(texts: Sequence[str], categories: Sequence[str], about: Mapping[str, Any]) -> CategoryModel:
    """A model of texts whose category people chose; rare categories weigh as much as frequent ones."""
    linear, numpy = _library("sklearn.linear_model"), _library("numpy")
    chosen = linear.LogisticRegression(C=10.0, class_weight="balanced", max_iter=400)
    chosen.fit(_counter().transform(map(_shown, texts)), list(categories))
    weights, biases = chosen.coef_, chosen.intercept_
    if len(chosen.classes_) == 2:  # told as one row: by how much the second is likelier than the first
        weights, biases = numpy.vstack([0 * weights, weights]), numpy.concatenate([0 * biases, biases])
    names = [str(name) for name in chosen.classes_]
    return CategoryModel(about, names, weights.astype("float32"), biases.astype("float32"))


def load(path: Path) -> CategoryModel:
    """The model in a file. Raises ModelError."""
    numpy = _library("numpy")
    _library("sklearn.linear_model")
    try:
        with numpy.load(path, allow_pickle=False) as file:
            told = json.loads(file["told"].tobytes())
            weights, biases = file["weights"], file["biases"]
        if told["format"] != _FORMAT or weights.shape != (len(told["categories"]), _COUNTS["n_features"]):
            raise ModelError(
                f"{path}: is a model of another release; make it anew|{path}：是其他版本的模型，请重新生成"
            )
        return CategoryModel(told["about"], told["categories"], weights, biases)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read: {error.strerror or error}|无法读取 {path}：{error.strerror or error}"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: is no model of categories|{path}：不是分类模型") from error


def _counter() -> Any:
    return _library("sklearn.feature_extraction.text").HashingVectorizer(**_COUNTS)


def _shown(text: str) -> str:
    return comparable(text[:LONGEST])


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ModelError(
            "suggesting categories needs scikit-learn: install redress[ml], or requirements/extras.lock"
            "|建议分类需要 scikit-learn：请安装 redress[ml] 或 requirements/extras.lock"
        ) from error
