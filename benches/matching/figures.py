"""What both sides are measured by."""

from __future__ import annotations

import heapq
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Cluster = list[str]


def read(path: str | Path) -> list[Record]:
    """The records of a file of JSON lines."""
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def pairs_in(counts: Iterable[int]) -> int:
    """How many pairs there are in groups of these sizes."""
    return sum(count * (count - 1) // 2 for count in counts)


def quality(clusters: Iterable[Cluster], truth: dict[str, str], family: dict[str, str] | None = None) -> dict[str, float]:
    """Precision, recall and F1 of the pairs that stand in one cluster; records of no cluster stand alone.

    `siblings` is the share of the pairs of different entities of one family that were merged, `false siblings` the
    share of the false pairs that are of one family, `exact` the share of the entities that are one whole cluster.
    """
    found = right = siblings = exact = 0
    size = Counter(truth.values())
    seen: set[str] = set()
    for cluster in clusters:
        members = Counter(truth[record] for record in cluster if record in truth)
        seen.update(record for record in cluster)
        found += pairs_in([sum(members.values())])
        right += pairs_in(members.values())
        exact += len(members) == 1 and all(size[entity] == count for entity, count in members.items())
        if family:
            families = Counter(family[record] for record in cluster if record in truth)
            siblings += pairs_in(families.values()) - pairs_in(members.values())
    exact += sum(1 for record, entity in truth.items() if record not in seen and size[entity] == 1)
    true = pairs_in(size.values())
    precision = right / found if found else 1.0
    recall = right / true if true else 1.0
    result = {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "exact": exact / len(size),
    }
    if family:
        all_siblings = pairs_in(Counter(family[record] for record in truth).values()) - true
        result["siblings"] = siblings / all_siblings if all_siblings else 0.0
        result["false siblings"] = siblings / (found - right) if found > right else 0.0
    return result


def of_records(clusters: Iterable[Cluster], records: list[Record]) -> dict[str, float]:
    """The figures against the truth in the records."""
    return quality(clusters, {r["id"]: r["entity"] for r in records}, {r["id"]: r.get("family") or r["entity"] for r in records})


class Clock:
    """Wall and CPU seconds of what was done under it, and the peak of the memory so far."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), self._cpu()

    @staticmethod
    def _cpu() -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        return own.ru_utime + own.ru_stime

    def read(self) -> dict[str, float]:
        """The seconds since the start and the peak in MB (of the whole process)."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"wall s": time.perf_counter() - self.wall, "cpu s": self._cpu() - self.cpu, "peak MB": peak}


def connected(pairs: Iterable[tuple[str, str]]) -> list[Cluster]:
    """Connected components."""
    parent: dict[str, str] = {}

    def root(record: str) -> str:
        while (up := parent.setdefault(record, record)) != record:
            parent[record] = record = parent[up] if up in parent else up
        return record

    for left, right in pairs:
        parent[root(left)] = root(right)
    groups: defaultdict[str, Cluster] = defaultdict(list)
    for record in parent:
        groups[root(record)].append(record)
    return list(groups.values())


class Linkage:
    """Group-average linkage with cannot-link, run once; then the clusters at any threshold.

    A pair that was not scored counts with `missing`. `barred(a, b)` says whether two clusters, each a set of the
    values of its records, may not be one.
    """

    def __init__(
        self,
        pairs: Iterable[tuple[str, str, float]],
        values: dict[str, Any],
        join: Callable[[Any, Any], Any],
        barred: Callable[[Any, Any], bool],
        floor: float,
        missing: float = -6.0,
    ) -> None:
        sums: defaultdict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
        for left, right, weight in pairs:
            sums[left][right] = sums[right][left] = (weight, 1)
        size = dict.fromkeys(sums, 1)
        values = {record: values[record] for record in sums}
        version = dict.fromkeys(sums, 0)

        def average(a: str, b: str) -> float:
            weight, count = sums[a][b]
            return (weight + missing * (size[a] * size[b] - count)) / (size[a] * size[b])

        heap = [(-weight, a, b, 0, 0) for a, others in sums.items() for b, (weight, _) in others.items() if a < b and weight >= floor]
        heapq.heapify(heap)
        self.merges: list[tuple[float, str, str]] = []
        while heap:
            height, a, b, at_a, at_b = heapq.heappop(heap)
            if version.get(a) != at_a or version.get(b) != at_b or barred(values[a], values[b]):
                continue
            self.merges.append((-height, a, b))
            for other, (weight, count) in sums.pop(b).items():
                del sums[other][b]
                if other != a:
                    old = sums[a].get(other, (0.0, 0))
                    sums[a][other] = sums[other][a] = (old[0] + weight, old[1] + count)
            size[a] += size.pop(b)
            values[a] = join(values[a], values.pop(b))
            del version[b]
            version[a] += 1
            for other in sums[a]:
                if (weight := average(a, other)) >= floor:
                    heapq.heappush(heap, (-weight, a, other, version[a], version[other]))

    def at(self, threshold: float) -> list[Cluster]:
        """The clusters of all merges at or above the threshold."""
        return connected((a, b) for height, a, b in self.merges if height >= threshold)

    def best(self, measure: Callable[[list[Cluster]], float], thresholds: Iterable[float]) -> float:
        """The threshold whose clusters measure best."""
        return max(thresholds, key=lambda threshold: measure(self.at(threshold)))


def steps(low: float, high: float, step: float) -> Iterator[float]:
    """Thresholds from `low` to `high`."""
    while low <= high:
        yield low
        low += step


def show(name: str, measured: dict[str, float]) -> None:
    """One line of figures."""
    print(f"{name:<34}" + "".join(f" {key} {value:.4f}" if abs(value) <= 1 else f" {key} {value:.1f}" for key, value in measured.items()), flush=True)
