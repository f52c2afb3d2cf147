"""Splink on the same file: a plain set-up as its tutorials have it, and a strong one.

    python peer.py FILE [--setup plain|strong] [--hide] [--threads N] [--json]

The strong one gets names in parts, weights from pairs that share a valid tax identifier, smoothed levels, group-average
linkage with cannot-link on tax identifier and city, and a threshold from pseudo-labels: the tax identifiers are hidden,
and the threshold is the one that groups the records with one best. People have none: their weights come from pairs that
share an e-mail address (from unsupervised learning where there are none), their threshold is even odds. `--hide` learns from the tax identifiers and then
finds the duplicates without them.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
from collections import Counter
from typing import Any

import duckdb
import figures
import normalise
import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

#: What a level gets that no pair of the training showed.
UNSEEN = 0.001
#: Pairs below this weight are not kept.
LEAST = -10.0


def api(threads: int) -> DuckDBAPI:
    """A database of its own in memory."""
    connection = duckdb.connect()
    connection.execute(f"set threads to {threads}")
    return DuckDBAPI(connection=connection)


def plain_rows(records: list[figures.Record]) -> pd.DataFrame:
    """What everybody does first: small letters, digits of telephones, places and legal forms off."""
    places = normalise.Places(records)

    def bare(name: str | None) -> str | None:
        text = re.sub(r"[\s().,&-]", "", normalise.folded(name))
        text = places.front(normalise.simple(text))[1]
        return re.sub(r"(股份有限公司|有限责任公司|有限公司|gmbhcokg|gmbh|coltd|ltd|limited|inc|llc|corp|ag|kg)$", "", text) or None

    rows = []
    for record in records:
        address = record.get("address") or record.get("street")
        rows.append({
            "unique_id": record["id"], "name": bare(record.get("name")), "phone": normalise.telephone(record.get("phone")),
            "email": normalise.folded(record.get("email")) or None, "tax": normalise.tax_id(record.get("tax_id")),
            "address": normalise.folded(address) or None, "city": normalise.Places.canonical_text(record.get("city")) or None,
            "contact": normalise.folded(record.get("contact")) or None,
            "domain": normalise.domain_of(record.get("email"), record.get("website")),
        })  # fmt: skip
    return pd.DataFrame(rows)


def plain_people(records: list[figures.Record]) -> pd.DataFrame:
    """The same for people."""
    frame = pd.DataFrame(normalise.people(records))
    frame["address"] = [normalise.folded(record.get("street") or record.get("address")) or None for record in records]
    # The library compares names by their letters, so it gets them as they were written.
    for column, field in (("given", "given_name"), ("family", "family_name")):
        frame[column] = [normalise.folded(record.get(field)) or None for record in records]
    return frame


def plain_settings(frame: pd.DataFrame) -> tuple[SettingsCreator, list[Any]]:
    """The comparisons and rules for companies, and the rules to learn by."""
    rules: list[Any] = [block_on(rule) for rule in ("name", "phone", "email", "domain", "tax") if frame[rule].notna().any()]
    compared = [
        cl.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(term_frequency_adjustments=True), cl.ExactMatch("phone"), cl.ExactMatch("email"),
        cl.JaroWinklerAtThresholds("address", [0.95, 0.88]), cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("contact", [0.92]), cl.ExactMatch("domain"), *([cl.ExactMatch("tax")] if frame["tax"].notna().any() else []),
    ]  # fmt: skip
    rules += [block_on("substr(name, 1, 4)", "city"), block_on("contact", "city")]
    settings = SettingsCreator(link_type="dedupe_only", comparisons=[*compared], blocking_rules_to_generate_predictions=rules)
    return settings, [block_on("name"), block_on("phone"), block_on("domain", "city")]


def plain_settings_of_people(frame: pd.DataFrame) -> tuple[SettingsCreator, list[Any]]:
    """The comparisons and rules for people, and the rules to learn by."""
    known = {name for name in frame.columns if frame[name].notna().any()}
    compared = {
        "given": cl.JaroWinklerAtThresholds("given", [0.92, 0.7]).configure(term_frequency_adjustments=True),
        "family": cl.JaroWinklerAtThresholds("family", [0.92, 0.7]).configure(term_frequency_adjustments=True),
        "birth": cl.LevenshteinAtThresholds("birth", [1, 2]), "postcode": cl.LevenshteinAtThresholds("postcode", [1]), "phone": cl.ExactMatch("phone"),
        "email": cl.ExactMatch("email"), "address": cl.JaroWinklerAtThresholds("address", [0.95, 0.88]), "line": cl.JaroWinklerAtThresholds("line", [0.9]),
        "city": cl.ExactMatch("city").configure(term_frequency_adjustments=True), "region": cl.ExactMatch("region"), "tax": cl.LevenshteinAtThresholds("tax", [1]),
    }  # fmt: skip
    wanted = [("given", "family"), ("phone",), ("email",), ("birth", "family"), ("birth", "given"), ("postcode", "family"), ("postcode", "given"), ("tax",)]
    rules: list[Any] = [block_on(*rule) for rule in wanted if set(rule) <= known]
    settings = SettingsCreator(link_type="dedupe_only", comparisons=[one for name, one in compared.items() if name in known],
                               blocking_rules_to_generate_predictions=rules)  # fmt: skip
    return settings, [block_on("given", "family"), block_on("birth")]


def are_people(records: list[figures.Record]) -> bool:
    """Whether the records are of people."""
    return any(record.get("given_name") or record.get("family_name") for record in records)


def plain(records: list[figures.Record], threads: int, hide: bool) -> list[figures.Cluster]:
    """The comparisons of the library, unsupervised learning, connected components at a probability of .95."""
    people = are_people(records)
    frame = plain_people(records) if people else plain_rows(records)
    if hide:
        frame["tax"] = None
    settings, lessons = plain_settings_of_people(frame) if people else plain_settings(frame)
    database = api(threads)
    linker = Linker(database.register(frame), settings)
    surely = [block_on("given", "family", "birth")] if people else [block_on("name", "city"), block_on("email")]
    linker.training.estimate_probability_two_random_records_match([*surely], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in lessons:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.95)
    rows: Any = linker.clustering.cluster_pairwise_predictions_at_threshold(found, 0.95)
    frame = pd.DataFrame(rows.as_pandas_dataframe())
    return [list(group) for group in frame.groupby("cluster_id")["unique_id"].apply(list)]


def level(sql: str, name: str) -> Any:
    """A level of a condition."""
    return cll.CustomLevel(sql, label_for_charts=name)


def comparison(column: str, *levels: Any, null: str | None = None) -> Any:
    """Levels between nothing known and anything else."""
    missing = cll.CustomLevel(null, label_for_charts="null").configure(is_null_level=True) if null else cll.NullLevel(column)
    return cl.CustomComparison(output_column_name=column, comparison_levels=[missing, *levels, cll.ElseLevel()])


def same(column: str, frequency: bool = False) -> Any:
    """Equal; with term frequencies if wanted."""
    exact = cll.ExactMatchLevel(column, term_frequency_adjustments=frequency)
    return exact.configure(tf_minimum_u_value=0.00002) if frequency else exact


def near(column: str, least: float) -> Any:
    """Jaro-Winkler at least so much."""
    return level(f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}", f"{column} {least}")


def comparisons() -> dict[str, Any]:
    """By the name of the column that splink makes of them."""
    other_script = "script_l <> script_r"
    return {
        "brand": comparison(
            "brand",
            same("brand", frequency=True),
            level("sound_l = sound_r", "same sound"),
            level("jaro_winkler_similarity(sound_l, sound_r) >= 0.92 and abs(length(sound_l) - length(sound_r)) <= 2", "near"),
            level("starts_with(sound_l, sound_r) or starts_with(sound_r, sound_l) or ends_with(sound_l, sound_r) or ends_with(sound_r, sound_l)", "part"),
            level("jaro_winkler_similarity(sound_l, sound_r) >= 0.85", "like"),
        ),
        "trade": comparison(
            "trade",
            same("trade", frequency=True),
            level("starts_with(trade_l, trade_r) or starts_with(trade_r, trade_l)", "part"),
            level("jaro_winkler_similarity(trade_l, trade_r) >= 0.85", "like"),
            null=f"trade_l is null or trade_r is null or {other_script}",
        ),
        "legal": comparison("legal", same("legal", frequency=True), null=f"legal_l is null or legal_r is null or {other_script}"),
        "branch": comparison("branch", level("branch_l = branch_r", "same"), level("branch_l is not null or branch_r is not null", "differs"),
                             null="branch_l is null and branch_r is null"),
        "city": comparison("city", same("city", frequency=True)),
        "road": comparison("road", level("road_l = road_r and house_l = house_r", "road and number"), same("road"), near("road", 0.9)),
        "postcode": comparison("postcode", same("postcode")),
        "contact": comparison("contact_family", level("contact_l = contact_r", "whole name"), near("contact", 0.92), same("contact_family", frequency=True)),
        "phone": comparison("phone", same("phone"), level("levenshtein(phone_l, phone_r) <= 1", "one digit"), level("left(phone_l, length(phone_l) - 4) = left(phone_r, length(phone_r) - 4)", "same exchange")),
        "email": comparison("email", same("email"), near("email", 0.95), level("split_part(email_l, '@', 1) = split_part(email_r, '@', 1)", "before the @")),
        "domain": comparison("domain", same("domain"), near("domain", 0.95)),
        "tax": comparison("tax", same("tax")),
    }  # fmt: skip


def person_comparisons() -> dict[str, Any]:
    """The same for people."""
    return {
        "whole": comparison(
            "whole",
            same("whole", frequency=True),
            level("given_l = family_r and family_l = given_r", "the other way round"),
            level("family_l = family_r and jaro_winkler_similarity(given_l, given_r) >= 0.88", "given name near"),
            level("family_l = family_r and left(given_l, 1) = left(given_r, 1)", "given name begins alike"),
            level("given_l = given_r and jaro_winkler_similarity(family_l, family_r) >= 0.88", "family name near"),
            level("given_l = given_r", "same given name"),
            level("jaro_winkler_similarity(given_l, given_r) >= 0.88 and jaro_winkler_similarity(family_l, family_r) >= 0.88", "both near"),
            level("family_l = family_r", "same family name"),
        ),
        "birth": comparison(
            "birth", same("birth"),
            level("left(birth_l, 4) = left(birth_r, 4) and substr(birth_l, 5, 2) = right(birth_r, 2) and right(birth_l, 2) = substr(birth_r, 5, 2)", "month and day"),
            level("damerau_levenshtein(birth_l, birth_r) <= 1", "one digit"), level("left(birth_l, 4) = left(birth_r, 4)", "same year"),
        ),
        "phone": comparison("phone", same("phone"), level("damerau_levenshtein(phone_l, phone_r) <= 1", "one digit")),
        "email": comparison("email", same("email"), near("email", 0.95), level("split_part(email_l, '@', 1) = split_part(email_r, '@', 1)", "before the @")),
        "road": comparison(
            "road",
            level("road_l = road_r and house_l = house_r", "road and number"), level("postcode_l = postcode_r and house_l = house_r", "postcode and number"),
            level("postcode_l = postcode_r and jaro_winkler_similarity(road_l, road_r) >= 0.85", "postcode and road near"), same("road"), near("road", 0.9),
            level("postcode_l = postcode_r", "postcode"), level("damerau_levenshtein(postcode_l, postcode_r) <= 1", "one digit of the postcode"),
            null="(road_l is null or road_r is null) and (postcode_l is null or postcode_r is null)",
        ),
        "line": comparison("line", same("line"), near("line", 0.9)),
        "city": comparison("city", same("city", frequency=True), near("city", 0.88)),
        "region": comparison("region", same("region", frequency=True)),
        "tax": comparison("tax", same("tax"), level("damerau_levenshtein(tax_l, tax_r) <= 1", "one digit")),
    }  # fmt: skip


#: Which pairs of people are looked at.
PERSON_RULES = ["whole", "phone", "email", "birth, family", "birth, given", "family, postcode", "given, postcode", "birth, postcode", "road, house", "given, city, left(family, 2)",
                "family, city, left(given, 2)", "left(given, 3), left(family, 3)", "tax", "line, given", "line, family"]  # fmt: skip

#: Which pairs of companies are looked at.
RULES = [
    "phone", "email", "contact, city", "contact, domain", "sound, city", "domain, city", "brand, trade", "sound, trade", "road, house, city", "sound, contact_family",
    "left(sound, 4), trade, city", "left(brand, 2), city", "right(sound, 4), trade, city", "domain, contact_family", "sound, legal, branch, script", "right(brand, 2), city",
]  # fmt: skip


def columns(rule: str) -> list[str]:
    """The columns of a rule; commas in brackets do not divide."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", rule)]


def engine_companies(records: list[figures.Record]) -> list[dict[str, str | None]]:
    """What the engine itself compares of companies, in the columns of the strong set-up: the same parsed features."""
    from crm_core import matching

    rows = []
    for record in records:
        parts = {name: values[0] for name, values in matching.parts(record).items()}
        region, street, contact = parts.get("region", ""), parts.get("street", ""), parts.get("contact", "").split("|")
        town = region[:10] if region.startswith("w") and len(region) == 10 else region[:4] if len(region) >= 4 and not region.startswith("w") else ""
        road, _, number = street.rpartition(" ") if street[-1:].isdigit() else (street, "", "")
        brand = parts.get("brand", "")
        row = {
            "brand": brand, "sound": parts.get("reading") or brand, "trade": parts.get("industry"), "legal": parts.get("legal_form"), "branch": parts.get("branch"),
            "city": town or parts.get("city"), "road": road, "house": number, "phone": parts.get("phone", "").split("x")[0], "contact": contact[-1],
            "contact_family": contact[0][:1] if contact[0][:1] > "\u2e80" else contact[-1], "email": parts.get("email"), "domain": parts.get("domain"),
            "postcode": parts.get("postcode"), "tax": parts.get("tax_id", "").lstrip("!"), "script": "east" if any(letter > "\u2e80" for letter in brand) else "west",
        }  # fmt: skip
        rows.append({"unique_id": record["id"]} | {name: value or None for name, value in row.items()})
    return rows


class Strong:
    """The strong set-up, learnt once."""

    def __init__(self, records: list[figures.Record], threads: int, model: dict[str, Any] | None = None, engine_parts: bool = False) -> None:
        self.persons = are_people(records)
        parsed = engine_companies if engine_parts else normalise.companies
        self.rows = normalise.people(records) if self.persons else parsed(records)
        frame = pd.DataFrame(self.rows)
        chosen = person_comparisons() if self.persons else comparisons()
        # What no record has is left out.
        known = {name for name in frame.columns if frame[name].notna().sum() > 1}
        chosen = {name: one for name, one in chosen.items() if name in known}
        #: What tells pairs that are surely the same, for learning and for the choice of the threshold.
        self.label = ("email" if "email" in chosen and "tax" not in chosen else None) if self.persons else "tax" if "tax" in chosen else None
        wanted = PERSON_RULES if self.persons else [*RULES, "tax"]
        rules: list[Any] = [block_on(*columns(rule)) for rule in wanted if set(re.findall(r"[a-z_]{3,}", re.sub(r"(left|right)\(", "(", rule))) <= known]
        settings: Any = model or SettingsCreator(
            link_type="dedupe_only", comparisons=list(chosen.values()), blocking_rules_to_generate_predictions=rules,
            probability_two_random_records_match=1 / max(len(self.rows), 2), retain_intermediate_calculation_columns=True,
        )  # fmt: skip
        database = api(threads)
        self.linker = Linker(database.register(frame), settings)
        if model is None:
            self.learn()

    def learn(self) -> None:
        """Weights from pairs that share a tax identifier; without any, from unsupervised learning."""
        self.linker.training.estimate_u_using_random_sampling(max_pairs=3e6, seed=1)
        training = self.linker.training
        kept: list[tuple[Any, float]] = []
        if self.label == "email":
            # What an address says is learnt from those who share a telephone, all else from those who share an address.
            training.estimate_m_from_label_column("phone")
            kept = [(part, _number(part._m_probability, UNSEEN)) for part in self.levels("email")]
        if self.label:
            training.estimate_m_from_label_column(self.label)
        else:
            for rule in (("whole",), ("birth",)) if self.persons else (("sound", "city"), ("phone",)):
                training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
        if self.label == "tax":
            levels = self.levels("tax")
            rest = 0.01 / (len(levels) - 1)
            kept = [(part, 0.99 if place == 0 else rest) for place, part in enumerate(levels)]
        for one in self.linker._settings_obj.comparisons:
            for part in one.comparison_levels:
                if part.is_null_level:
                    continue
                part.m_probability = max(_number(part._m_probability, UNSEEN), UNSEEN)
                part.u_probability = max(_number(part._u_probability, 1e-6), 1e-7)
        for part, m in kept:
            part.m_probability = max(m, UNSEEN)

    def levels(self, name: str) -> list[Any]:
        """The levels of a comparison, without the one for nothing known."""
        one = next(one for one in self.linker._settings_obj.comparisons if one.output_column_name == name)
        return [part for part in one.comparison_levels if not part.is_null_level]

    def pairs(self) -> pd.DataFrame:
        """All scored pairs: `weight` with and `blind` without the label."""
        scored: Any = self.linker.inference.predict(threshold_match_weight=LEAST)
        found = pd.DataFrame(scored.as_pandas_dataframe())
        found["weight"] = found["match_weight"]
        found["blind"] = found["weight"] - (found[f"mw_{self.label}"] if self.label else 0.0)
        return pd.DataFrame(found[["unique_id_l", "unique_id_r", "weight", "blind"]])

    def linkage(self, pairs: pd.DataFrame, column: str, with_tax: bool) -> figures.Linkage:
        """Clusters of the pairs, under cannot-link."""
        values: dict[str, Any] = {str(row["unique_id"]): (frozenset([row["tax"]] if with_tax and row["tax"] else []), frozenset([row["city"]] if row["city"] else []))
                  for row in self.rows}  # fmt: skip

        def barred(one: Any, other: Any) -> bool:
            if self.persons:
                return False
            if one[0] and other[0]:
                return bool(one[0].isdisjoint(other[0]))
            return bool(one[1] and other[1] and one[1].isdisjoint(other[1]))

        triples = zip(pairs["unique_id_l"], pairs["unique_id_r"], pairs[column], strict=True)
        return figures.Linkage(triples, values, lambda one, other: (one[0] | other[0], one[1] | other[1]), barred, floor=-4.0)

    def clusters(self, hide: bool) -> tuple[list[figures.Cluster], float]:
        """The clusters and the threshold that pseudo-labels chose."""
        pairs = self.pairs()
        if self.persons:
            # An address is no label to count by, for people have several: as likely as not.
            return self.linkage(pairs, "weight", with_tax=False).at(0.0), 0.0
        blind = self.linkage(pairs, "blind", with_tax=False)
        labels = {str(row["unique_id"]): row["tax"] for row in self.rows if row["tax"]}
        threshold = 4.0
        if len(Counter(labels.values())) < len(labels):
            threshold = blind.best(lambda clusters: figures.quality(clusters, labels)["f1"], figures.steps(-3.0, 12.0, 0.5))
        return (blind if hide else self.linkage(pairs, "weight", with_tax=True)).at(threshold), threshold


def _number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) else otherwise


def main() -> None:
    """Runs what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--setup", choices=["plain", "strong"], default="strong")
    parser.add_argument("--hide", action="store_true", help="find the duplicates without tax identifiers")
    parser.add_argument("--engine-parts", action="store_true", help="of companies, compare what the engine parses")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--debug", action="store_true", help="tell the levels and what would have been possible")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    records = figures.read(arguments.file)
    clock = figures.Clock()
    extra: dict[str, float] = {}
    if arguments.setup == "plain":
        clusters = plain(records, arguments.threads, arguments.hide)
    else:
        strong = Strong(records, arguments.threads, engine_parts=arguments.engine_parts)
        clusters, extra["threshold"] = strong.clusters(arguments.hide)
    measured = figures.of_records(clusters, records) | clock.read() | extra
    if arguments.debug and arguments.setup == "strong":
        debug(strong, records)
    if arguments.json:
        print(json.dumps(measured))
    else:
        figures.show(f"splink, {arguments.setup}{', tax ids hidden' if arguments.hide else ''}", measured)


def debug(strong: Strong, records: list[figures.Record]) -> None:
    """The weights, and the best that the truth would have chosen."""
    for one in strong.linker._settings_obj.comparisons:
        for part in one.comparison_levels:
            if not part.is_null_level:
                print(f"{one.output_column_name:<16} {part.label_for_charts:<30} m {part.m_probability:.5f} u {part.u_probability:.7f}")
    pairs = strong.pairs()
    truth = {record["id"]: record["entity"] for record in records}
    scored = sum(truth[a] == truth[b] for a, b in zip(pairs["unique_id_l"], pairs["unique_id_r"], strict=True))
    print("pairs", len(pairs), "recall of the rules", scored / figures.pairs_in(Counter(truth.values()).values()))
    for column, with_tax in (("weight", True), ("blind", False)):
        linkage = strong.linkage(pairs, column, with_tax)
        for threshold in figures.steps(-2.0, 14.0, 1.0):
            figures.show(f"{column} {threshold}", figures.of_records(linkage.at(threshold), records))


if __name__ == "__main__":
    main()
