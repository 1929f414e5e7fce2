"""Write what is made from the evidence, ``evidence/*.json``, which `make certify` keeps true.

    python tools/generate_capabilities.py            write what has changed
    python tools/generate_capabilities.py --check    write nothing; exit 1 if something would change

These are README's short table, between its marks; docs/capabilities.md; and ``src/cumuli/evidence.json``, which clients
and the command line read. Who there is no evidence of is named.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import generate_names

ROOT = Path(__file__).resolve().parent.parent
BEGIN = "begin of what tools/generate_capabilities.py writes from the evidence"
END = "end of what the evidence says"
SIGNS = {"pass": "✓", "fail": "✗", "unsupported": "n", "untried": "?"}
# One that fails fails all; of the others the one that says most.
ORDER = ("fail", "pass", "untried", "unsupported")
# How behaviours are named that are about the client alone: of what the provider does they show nothing.
SENDS_NOTHING = ("_before_any_request", "_before_a_request", "_is_not_sent")


Evidence: TypeAlias = dict[str, Any]


class Files(NamedTuple):
    """What is read, and what is written."""

    evidence: Path = ROOT / "evidence"
    source: Path = ROOT / "src" / "cumuli"
    readme: Path = ROOT / "README.md"
    docs: Path = ROOT / "docs" / "capabilities.md"


def load(folder: Path) -> dict[tuple[str, str], Evidence]:
    """The evidence, by provider and service."""
    found: dict[tuple[str, str], Evidence] = {}
    for path in sorted(folder.glob("*.json")):
        evidence = json.loads(path.read_text(encoding="utf-8"))
        found[evidence["provider"], evidence["service"]] = evidence
    return found


def outcomes(evidence: Evidence, capabilities: list[str]) -> dict[str, str]:
    """What is known of each capability: of all behaviours that are about it, together."""
    found: dict[str, set[str]] = {}
    for name, behaviour in evidence["behaviours"].items():
        if name.endswith(SENDS_NOTHING):
            continue
        for capability in behaviour.get("about", ()):
            found.setdefault(capability, set()).add(behaviour["outcome"])
    return {
        each: next((word for word in ORDER if word in found.get(each, ())), "untried")
        if each in evidence["declares"]
        else "unsupported"
        for each in capabilities
    }


def capabilities_of(source: Path, service: str) -> list[str]:
    """The capabilities of a service, in the order of their enumeration."""
    import ast

    tree = ast.parse((source / service / "capabilities.py").read_text(encoding="utf-8"))
    return [
        str(node.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    ]


def who(evidence: Evidence) -> str:
    return f"{evidence.get('server') or '?'} ({evidence['endpoint']})"


def short(table: generate_names.Table, found: dict[tuple[str, str], Evidence]) -> str:
    """README's table: a row for each service of a provider that there is evidence of, and who there is none of."""
    rows = [
        "| provider | service | behaviours that pass | fail | it cannot | not tried | by | on |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    missing: list[str] = []
    for provider in table.providers:
        evidence = found.get((provider.name, provider.service))
        if evidence is None:
            missing.append(provider.title)
            continue
        counted = [
            sum(each["outcome"] == word for each in evidence["behaviours"].values())
            for word in ("pass", "fail", "unsupported", "untried")
        ]
        cells = [provider.title, provider.service, *map(str, counted), who(evidence), evidence["date"]]
        rows.append(f"| {' | '.join(cells)} |")
    if missing:
        # A title may be that of two services.
        rows += ["", f"No evidence yet: {', '.join(dict.fromkeys(missing))}."]
    return "\n".join(rows) + "\n"


def whole(table: generate_names.Table, found: dict[tuple[str, str], Evidence], source: Path) -> str:
    """The page."""
    lines = [
        "# What each provider does",
        "",
        "Every ✓ was seen: `cumuli certify` tried it, on the day and against the server that is told below. Nothing",
        "here is written by hand (`evidence/`, `make certify`, `make format`); continuous integration tries it again.",
        "",
        "✓ it does · ✗ it failed · n it cannot, or what it was tried against cannot · ? not tried · empty: no",
        "evidence.",
        "What is tried and how: [certify.md](certify.md). In programs: `client.capabilities.evidence(…)`, and",
        "`cumuli providers --capabilities`.",
        "",
    ]
    for service in table.services:
        columns = [(each, found.get((each.name, service.name))) for each in table.of(service)]
        tried = [(each, evidence) for each, evidence in columns if evidence is not None]
        missing = [each.title for each, evidence in columns if evidence is None]
        lines += [f"## {service.title.capitalize()}", ""]
        lines += list(_about(tried))
        if missing:
            lines += [f"Without any evidence: {', '.join(missing)}.", ""]
        heading = " | ".join(each.name for each, _ in tried)
        lines += ["### Capabilities", "", f"| | {heading} |", "| --- |" + " --- |" * len(tried)]
        wanted = capabilities_of(source, service.name)
        known = [outcomes(evidence, wanted) for _, evidence in tried]
        lines += [f"| `{name}` | {' | '.join(SIGNS[each[name]] for each in known)} |" for name in wanted]
        lines += ["", "### Behaviours", "", f"| | {heading} |", "| --- |" + " --- |" * len(tried)]
        names = sorted({name for _, evidence in tried for name in evidence["behaviours"]})
        for name in names:
            cells = [evidence["behaviours"].get(name, {}).get("outcome", "") for _, evidence in tried]
            lines.append(f"| {name.replace('_', ' ')} | {' | '.join(SIGNS.get(cell, '') for cell in cells)} |")
        lines += ["", "### Why not", ""]
        lines += [line for each, evidence in tried for line in _reasons(each.name, evidence)]
        lines.append("")
    return "\n".join(lines)


def _about(tried: list[tuple[Any, Evidence]]) -> Iterator[str]:
    for provider, evidence in tried:
        versions = evidence["versions"]
        flavours = " and ".join(evidence["flavours"])
        yield (
            f"- **{provider.name}**, {provider.title}: {who(evidence)}, {evidence['date']}, "
            f"cumuli {versions['cumuli']}, Python {versions['python']}, {flavours}."
        )
    if tried:
        yield ""


def _reasons(name: str, evidence: Evidence) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for behaviour, seen in evidence["behaviours"].items():
        if seen.get("reason"):
            by_reason.setdefault(f"{SIGNS[seen['outcome']]} {seen['reason']}", []).append(behaviour.replace("_", " "))
    if by_reason:
        yield f"- **{name}**"
        yield from (f"  - {reason}: {', '.join(several)}." for reason, several in sorted(by_reason.items()))


def packaged(table: generate_names.Table, found: dict[tuple[str, str], Evidence], source: Path) -> str:
    """What programs read."""
    rows = [
        {
            "provider": provider,
            "service": service,
            "enumeration": next(entry.capability for entry in table.services if entry.name == service),
            "endpoint": evidence["endpoint"],
            "server": evidence.get("server", ""),
            "date": evidence["date"],
            "capabilities": outcomes(evidence, capabilities_of(source, service)),
        }
        for (provider, service), evidence in sorted(found.items())
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def between_marks(text: str, path: Path) -> tuple[str, str]:
    """A file up to the first mark's line, and from the second mark's line on.

    Raises:
        generate_names.Wrong: The marks are not there, or not once.
    """
    lines = text.splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines, 1) if BEGIN in line]
    ends = [number for number, line in enumerate(lines) if END in line]
    if len(begins) != 1 or len(ends) != 1 or begins > ends:
        raise generate_names.Wrong(f"{path} needs two lines, each once, with {BEGIN!r} and {END!r}")
    return "".join(lines[: begins[0]]), "".join(lines[ends[0] :])


def everything(files: Files) -> dict[Path, str]:
    """Each file that depends on the evidence, as it has to be.

    Raises:
        generate_names.Wrong: README has no place for the table.
    """
    table = generate_names.read(files.source / "table.py")
    found = load(files.evidence)
    before, after = between_marks(files.readme.read_text(encoding="utf-8"), files.readme)
    return {
        files.readme: f"{before}\n{short(table, found)}\n{after}",
        files.docs: whole(table, found, files.source),
        files.source / "evidence.json": packaged(table, found, files.source),
    }


def main(arguments: list[str], files: Files = Files()) -> int:  # noqa: B008 - frozen
    check = "--check" in arguments
    try:
        wanted = everything(files)
    except generate_names.Wrong as error:
        print(error)
        return 1
    stale = {
        path: text for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        print(f"{'differs from the evidence' if check else 'written'}: {path.name}")
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        print("run: make format")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
