"""The house stays as it is drawn: familiar file names are technical, every other one is a pure decision."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from services.command.registry import SERVICES

ROOT = Path(__file__).resolve().parent.parent

STANDARD = {"__init__", "app", "settings", "policy", "tables", "api", "reactions", "metrics"}

POLICY_PART = "policy_of_"  # what is too long for one policy.py, which names all of it

TECHNICAL = {
    "intake": {
        "amazon_connect": "reads and answers one provider",
        "customer_calls": "finds, keeps and tells calls to customers",
        "ask_superior": "one transaction that keeps and tells that a superior is asked for",
        "asking": "the SQL of what became of that",
        "superior_door": "the endpoint of the button on the tracking page",
        "superior_section": "the HTML of a part of the tracking page",
        "accept": "one transaction that stores and tells a batch of contacts",
        "account_profile": "the shape of a profile, and what keeps and shows it",
        "accept_statements": "the SQL of accepting",
        "categories": "loads, reads and saves the category tree",
        "category_model": "the only place that knows the library for learning",
        "category_suggestions": "endpoints of suggested categories, beside api.py",
        "train_categories": "makes a model, and measures it",
        "alibaba_sms": "reads and answers one provider",
        "attachment_doors": "endpoints of attachments, beside api.py",
        "attachment_store": "the only place that knows the library for stores of files",
        "attachments": "stores files beside complaints and lets them be scanned",
        "call_doors": "endpoints of calls, beside api.py",
        "call_forms": "the shapes of request bodies",
        "call_statements": "the SQL of calls",
        "calls": "stores what is told of calls and lets them become something",
        "change_consent": "one transaction that keeps and tells a customer's consent",
        "contact_forms": "the shapes of request bodies",
        "contact_store": "loads and saves what accepting needs",
        "csv_file": "reads CSV bodies",
        "customer_records": "the shapes of request bodies",
        "customer_view": "the SQL of showing a customer",
        "customers_api": "endpoints beside api.py",
        "customer_profile": "what is collected of a customer while a batch is accepted",
        "clamav": "speaks with a scanner",
        "customer_tables": "tables of customers, beside tables.py",
        "door_tables": "tables of the doors, beside tables.py",
        "incident_tables": "tables of incidents, beside tables.py",
        "doors": "endpoints of the channels, beside api.py",
        "duties": "stores and tells what is to be done within a time",
        "duties_api": "endpoints beside api.py",
        "draft": "what is collected of a contact while a batch is accepted",
        "form_doors": "endpoints of the form, beside api.py",
        "form_page": "the HTML of the form",
        "form_ticket": "seals and opens the ticket of a form",
        "freeswitch_cdr": "reads and answers one provider",
        "gather_parts": "stores parts of long messages and releases them",
        "findings": "transactions for what staff found about a complaint",
        "identify_caller": "one transaction that makes an unknown caller known",
        "incident_statements": "the SQL of incidents",
        "incidents": "transactions that find, open and end incidents",
        "incidents_api": "endpoints of incidents, and the loop that looks",
        "merge_customers": "transactions that merge customers and undo it",
        "particulars": "the shapes of request bodies",
        "known_past": "what is collected of customers' past while a batch is accepted",
        "kannel_sms": "reads and answers one provider",
        "keep_refusal": "one transaction that keeps and tells a refusal of offers",
        "late_words": "fills in late words and tells what they make worse",
        "open_doors": "puts the doors of providers together",
        "parked_payloads": "the SQL of payloads that wait for a person",
        "phone_numbers": "the only place that knows the library for phone numbers",
        "progress": "the SQL of following complaints",
        "provider_accounts": "reads the accounts at providers from a file",
        "provider_doors": "endpoints of the providers, beside api.py",
        "provider_payload": "the shapes of what providers send",
        "raise_grades": "finds, stores and tells complaints whose grade rises",
        "zone_of_merged": "keeps which zone came with a merge",
        "read_complaints": "the SQL of showing complaints",
        "read_contact": "turns a request body into a contact",
        "register_customers": "one transaction that stores many customers",
        "suggestions": "transactions for what becomes of suggestions",
        "tell_and_note": "publishes events and their lines of the history",
        "tell_contact": "writes the events of decided drafts",
        "text_similarity": "the only place that knows the library for comparing texts",
        "receipt_doors": "endpoints of the receipt, beside api.py",
        "take_messages": "lets messages become contacts, parts or refusals",
        "tracking_page": "the HTML of a customer's page",
        "understand": "puts together what the rules say of a draft",
        "understanding_api": "endpoints beside api.py",
        "tencent_sms": "reads and answers one provider",
        "twilio_signature": "checks one provider's signature",
        "twilio_sms": "reads and answers one provider",
        "twilio_voice": "reads and answers one provider",
        "what_is_told": "reads what events of others say of a complaint",
        "visits": "counts visitors and refuses those who come too often",
        "vonage_sms": "reads and answers one provider",
    },
    "routing": {
        "answer_tables": "tables of answers, beside tables.py",
        "answer_terms": "puts together what one rule needs",
        "answers": "one transaction for each word about an answer to the customer",
        "answers_api": "endpoints of answers, beside api.py",
        "appeals": "one transaction for each word about an appeal",
        "appeals_api": "endpoints of appeals, beside api.py",
        "at_desk": "what endpoints ask for",
        "bodies": "the shapes of request bodies",
        "case": "loads and saves one complaint",
        "case_view": "the SQL of showing a complaint",
        "charges": "transactions for charges that are disputed",
        "compensate": "transactions for what is owed of itself",
        "compensate_children": "transactions for what is owed to all of an incident",
        "chase": "the log of chases",
        "chase_api": "endpoints of chases, beside api.py",
        "change_owner": "one transaction for a change of owner",
        "compiled_rules": "the only place that knows the library for expressions",
        "contact_tables": "tables of the talk with customers, beside tables.py",
        "ending_tables": "table of how complaints ended, beside tables.py",
        "contacts_api": "endpoints of later contacts, beside api.py",
        "call_backs": "reactions to callers who hung up, beside reactions.py",
        "desk": "holds what routing decides by",
        "directory_entries": "the shapes of departments and staff in files and bodies",
        "dry_run": "the SQL of trying rules out",
        "hear_incidents": "reactions to incidents and repeats, beside reactions.py",
        "hear_customers": "reactions to customers' words, beside reactions.py",
        "end_case": "one transaction for each end other than a resolution",
        "endings_api": "endpoints of waiting and endings, beside api.py",
        "grant_remedy": "one transaction for each word about a remedy",
        "remedy_api": "endpoints of remedies, beside api.py",
        "remedy_tables": "tables of what is owed, beside tables.py",
        "later_talks": "counts later calls, and the rests after abusive ones",
        "later_contacts": "loads, passes on and keeps later contacts",
        "report_unclear": "transactions for word to the superior",
        "motives": "one transaction that notes what moves a customer",
        "of_complaint": "rows about one complaint in pages",
        "ownership_api": "endpoints of ownership, beside api.py",
        "ownership_tables": "tables of who answers and who works, beside tables.py",
        "pausing": "the SQL of ending pauses",
        "presence": "the SQL of who is at work",
        "queue_api": "endpoints of queues, beside api.py",
        "refusal_words": "the words of refusals",
        "refusals": "turns a refusal into problem+json in two languages",
        "reweigh": "transactions for complaints that became more severe",
        "rule_book": "keeps the rules as they stand in the database",
        "rule_facts": "what rules may ask of an event",
        "rule_forms": "the shapes of rules in request bodies",
        "rule_tables": "tables of rules, beside tables.py",
        "rules_api": "endpoints of rules, beside api.py",
        "staff_api": "endpoints of the directory, beside api.py",
        "staff_csv": "reads staff from CSV",
        "staff_file": "reads departments and staff from a file",
        "staff_tables": "tables of staff, beside tables.py",
        "staff_list": "keeps the directory as it stands in the database",
        "take_next": "the SQL of queues, and one transaction that gives the next",
        "standard_answers": "the SQL and transactions of standard answers",
        "standard_answers_api": "endpoints of standard answers, beside api.py",
        "standard_answers_csv": "reads standard answers from CSV",
        "tasks": "one transaction for each word about a department's part",
        "tasks_api": "endpoints of tasks, beside api.py",
        "unfinished_tasks": "transactions for parts that nobody delivered",
        "urgent_by_rule": "tells what rules made urgent",
        "unpaid_remedies": "transactions for remedies that nobody paid in time",
        "talk_api": "endpoints of the talk with a customer, beside api.py",
        "talk_forms": "the shapes of request bodies",
        "transfer_api": "endpoints of hand-overs, beside api.py",
        "transfer_case": "one transaction for each word about a hand-over",
        "transfers": "the SQL of hand-overs",
        "urgency": "one transaction that sets urgency, and the timers of news",
        "waiting": "one transaction for each word about waiting",
        "work_times": "one transaction for what the work took",
        "work_on_case": "writes down what a member of staff did",
        "work_together": "one transaction for what several members of staff did",
        "workload": "the SQL of counting what is on each desk",
    },
    "sla": {
        "customer_calls": "the SQL of calls to customers",
        "addressee_doors": "endpoints of addressees, beside api.py",
        "addressees": "loads and saves who can be told",
        "calendar_doors": "endpoints of calendars, beside api.py",
        "calendar_forms": "the shapes of calendars in request bodies and files",
        "calendar_store": "loads and saves calendars, and keeps them laid out in memory",
        "dry_run": "reads every open promise and counts it in calendars that are not in force",
        "extension_doors": "endpoints of extensions, beside api.py",
        "feed_doors": "the endpoint for holiday feeds, beside api.py",
        "hold_reminders": "loads whose reminders wait until staff are at work",
        "hear_beginnings": "reactions to new and reopened complaints, beside reactions.py",
        "hear_changes": "reactions to what makes a complaint more urgent, beside reactions.py",
        "hear_endings": "reactions to results and ends, beside reactions.py",
        "hear_handling": "reactions to what is done and said, beside reactions.py",
        "hear_pauses": "reactions to pauses, beside reactions.py",
        "holdings": "the SQL of who had a complaint when, and what routing's events do to it",
        "make_promises": "stores, tells and watches the promises that a rule has found",
        "outage_doors": "endpoints of mass outages and written reports, beside api.py",
        "overdue_doors": "endpoints of what is overdue for long, beside api.py",
        "superior_doors": "endpoints of calls for a superior, beside api.py",
        "superior_promises": "promises the answer of a superior",
        "superior_store": "statements that load who is above",
        "outage_store": "loads and saves what is due about mass outages",
        "watch_internal": "stores, tells and watches until when the house answers its owner",
        "watch_outages": "stores, tells and watches what is due about mass outages",
        "pause_doors": "endpoints of pauses, beside api.py",
        "pause_promises": "stores and tells pauses, and what they do to promises",
        "pause_store": "loads and saves pauses, many at a time",
        "promise_report": "the SQL of reports",
        "promise_story": "loads what happened to promises, for people",
        "promises": "loads and saves promises, many at a time",
        "report_doors": "endpoints of reports, beside api.py",
        "recompute": "counts open promises again in the same transaction as the events that tell of it",
        "recount": "has the promises of a calendar that has changed counted again",
        "news_doors": "endpoints of news and regulators' profiles, beside api.py",
        "regulator_clocks": "stores, tells and watches the regulator's clocks",
        "tell_news": "stores that news was told, and promises the next",
        "save_calendar": "one transaction that saves a calendar and those that refer to it",
        "seed_calendar": "the only place that knows the library for holidays",
        "setup": "reads, checks and compares the policy and the calendars as one document",
        "setup_doors": "endpoints of the set-up, beside api.py",
        "share_doors": "endpoints of shares, beside api.py",
        "settle_promises": "stores and tells how promises ended",
        "contract_doors": "endpoints of contracts and periods of protection, beside api.py",
        "contract_terms": "loads what customers' contracts and periods of protection say",
        "swap_pages": "has the targets of what is open chosen anew",
        "swap_store": "loads and saves what a swap of targets needs and changes",
        "swap_targets": "stores and tells swapped targets, and handles their timers",
        "target_doors": "endpoints of targets, beside api.py",
        "walk_pages": "goes page by page through open promises, for both",
        "watch": "handles the timers of promises",
        "what_if": "reads promises of the past and tries a policy on them",
        "what_if_doors": "the endpoint of what-if, beside api.py",
        "yaml_text": "reads and writes the set-up as YAML",
    },
    "notify": {
        "notices": "which message an event calls for: a table of events",
        "care_notices": "the part of that table for urgent complaints",
        "past_notices": "which messages what earlier complaints ask for calls for",
        "ending_notices": "the part of that table for the end of complaints",
        "staff_notices": "the part of that table for duties and warnings",
        "outage_notices": "the part of that table for mass outages",
        "notice": "the shape of what an event calls for",
        "incidents": "stores which complaints joined which incident, and tells it",
        "tell_notices": "a reaction of its own",
        "tell_outages": "a reaction of its own",
        "addresses": "finds the sealed address of a role",
        "claim": "the SQL by which one process claims messages",
        "complaints": "the SQL of what notify knows of complaints",
        "dispatcher": "hands messages over, beside the service",
        "file_sender": "a sender",
        "http_sender": "a sender",
        "messages": "stores the messages that facts call for",
        "record_outcomes": "stores and tells what became of messages",
        "sender": "the port to senders",
        "texts": "reads and checks the texts",
    },
    "feedback": {
        "answer_page": "the HTML of a customer's page",
        "answer_question": "one transaction that takes an answer",
    },
    "marketing": {
        "merges": "the SQL of who is one person with whom",
        "decide_offers": "stores and tells what the gate and the choice have found",
        "known_facts": "the SQL of what marketing knows of customers and complaints",
    },
}

EMPTY_NAMES = re.compile(r"^(utils?|helpers?|commons?|constants?|misc|shared_code)$")
RULE_ID = re.compile(r"\b(SEV|GRD|SLA|CAL|PAU|FC|REP|REM|FU|OF|CAP)-(\d+|[A-Z])\b")


RULES: dict[str, Iterable[object]] = {
    "sev": range(1, 5),
    "grd": "kvsu",
    "fc": range(1, 23),
    "rep": range(11),
    "rem": range(1, 11),
    "cal": range(1, 9),
    "pau": range(1, 11),
    "sla": ("r", "16", "p", "f", "x", "o", "w", "m"),
}
"""The rules that intake, routing and sla follow entirely: each has tests named after it, through a door."""

LEVELS = ("w1", "w2", "l1", "l2", "l3", "l4")
"""The levels of the ladder, which sla climbs: each has tests named after it too."""


class Module(NamedTuple):
    """A module of a service."""

    service: str
    path: Path

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return f"{self.service}/{self.path.stem}"

    @property
    def tree(self) -> ast.Module:
        """Its code."""
        return ast.parse(self.path.read_text(encoding="utf-8"))


def modules() -> list[Module]:
    """The modules directly in the services' folders."""
    return [
        Module(service, path)
        for service in SERVICES
        for path in sorted((ROOT / "services" / service).glob("*.py"))
    ]


def rule_files() -> list[Module]:
    """Every module whose name is neither standard nor listed as technical, nor a part of the policy."""
    decided = [m for m in modules() if m.path.stem not in STANDARD | TECHNICAL[m.service].keys()]
    return [m for m in decided if not m.path.stem.startswith(POLICY_PART)]


def sources(*folders: str) -> list[Path]:
    """Every Python file in these folders."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports, relative imports with their dots: `json`, `.policy`, `shared.events.base`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield "." * node.level + node.module
        elif isinstance(node, ast.ImportFrom):
            yield from ("." * node.level + alias.name for alias in node.names)


def is_standard_library(name: str) -> bool:
    """True for a module that comes with Python."""
    return name.partition(".")[0] in sys.stdlib_module_names


def named(items: list[Module]) -> list[str]:
    """How test cases about modules are called."""
    return [item.name for item in items]


COMPUTE_ONLY = {"ahocorasick_rs"}
"""Libraries that a rule may use: they compute something and touch nothing."""


@pytest.mark.parametrize("rule", rule_files(), ids=named(rule_files()))
def test_a_rule_file_imports_only_python_its_policy_other_rules_and_the_vocabulary(rule: Module) -> None:
    allowed = {"shared.events.vocabulary", ".policy"} | COMPUTE_ONLY
    allowed |= {f".{other.path.stem}" for other in rule_files() if other.service == rule.service}
    wrong = [name for name in imported(rule.tree) if not is_standard_library(name) and name not in allowed]
    assert not wrong, f"{rule.name} decides, so it may not use {', '.join(wrong)}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_policy_is_data_and_nothing_else(service: str) -> None:
    own = [m for m in modules() if m.service == service]
    policy = [m for m in own if m.path.stem == "policy" or m.path.stem.startswith(POLICY_PART)]
    allowed = {"pydantic", "shared.runtime.policy", "shared.events.vocabulary"}
    allowed |= {f".{m.path.stem}" for m in own if m in policy or m in rule_files()}
    names = [name for part in policy for name in imported(part.tree)]
    assert not [name for name in names if not is_standard_library(name) and name not in allowed]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_standard_files(service: str) -> None:
    folder = ROOT / "services" / service
    wanted = {f"{name}.py" for name in STANDARD - {"settings"}} | {"default_policy.toml", "migrations"}
    assert not wanted - {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_listed_as_technical_exists_and_says_why(service: str) -> None:
    existing = {m.path.stem for m in modules() if m.service == service}
    assert not TECHNICAL[service].keys() - existing
    assert not TECHNICAL[service].keys() & STANDARD
    assert all(len(reason) > 5 for reason in TECHNICAL[service].values())


def test_services_do_not_import_each_other() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for service in SERVICES
        for path in sources(f"services/{service}")
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if re.match(rf"services\.(?!{service}(\.|$))", name) or name.startswith("..")
    ]
    assert not wrong


def test_every_module_says_in_its_docstring_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources("services", "shared", "tools", "tests", "bench")
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_no_file_or_folder_has_an_empty_name() -> None:
    paths = sources("services", "shared", "tools", "tests", "bench")
    wrong = {
        str(path.relative_to(ROOT))
        for path in paths
        for part in path.relative_to(ROOT).with_suffix("").parts
        if EMPTY_NAMES.match(part)
    }
    assert not wrong


def names_of_tests() -> str:
    """The names of all tests, a line each."""
    return "\n".join(
        node.name
        for path in sources("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_rule_of_intake_routing_and_sla_is_in_the_name_of_a_test() -> None:
    names = names_of_tests()
    rules = [f"{family}_{number}" for family, numbers in RULES.items() for number in numbers]
    rules += LEVELS
    assert not [rule for rule in rules if not re.search(rf"_{rule}(_|$)", names, re.MULTILINE)]


def test_every_rule_that_a_rule_file_names_is_in_the_name_of_a_test() -> None:
    names = names_of_tests()
    untested = {
        f"{family}-{number} ({rule.name})"
        for rule in rule_files()
        for node in ast.walk(rule.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for family, number in RULE_ID.findall(ast.get_docstring(node) or "")
        if not re.search(rf"_{family}_{number}(_|$)", names, re.IGNORECASE | re.MULTILINE)
    }
    assert not untested, "without a test: " + ", ".join(sorted(untested))
