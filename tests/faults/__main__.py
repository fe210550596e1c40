"""`python -m tests.faults --runs 20`: the long form of the fault rig; prints a table in Markdown."""

from __future__ import annotations

import shutil
import statistics
import sys
import time

import click

from palace.config import ROOT
from tests.faults import inflict, sale
from tests.faults.house import WHOLE, running
from tests.faults.sale import BUYERS, Sale

KEPT = ROOT / "var" / "faults"
"""Where the logs of a run with something wrong are kept, by its seed."""
LASTING = (2.0, 6.0, 26.0)  # seconds; the last is longer than the web waits for PostgreSQL


@click.command()
@click.option("--runs", default=20, show_default=True, help="Whole houses to sell.")
@click.option(
    "--seed", default=1, show_default=True, help="Of the first run; the next ones count on."
)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(inflict.KINDS), help="Only these faults."
)
@click.option("--rows", default=len(WHOLE), show_default=True, help="Rows of the house for sale.")
def main(runs: int, seed: int, kinds: tuple[str, ...], rows: int) -> None:
    """Sell whole houses under faults and say what was lost."""
    done: list[tuple[Sale, list[str]]] = []
    for number in range(seed, seed + runs):
        began = time.monotonic()
        with running(BUYERS, WHOLE[:rows]) as house:
            wanted = [kind for kind in kinds or inflict.KINDS if not inflict.why_not(house, kind)]
            sold = sale.run(house, wanted, number, LASTING[number % len(LASTING)])
            wrong = sale.judge(sold)
            if wrong:
                shutil.copytree(house.state / "log", KEPT / str(number), dirs_exist_ok=True)
        done.append((sold, wrong))
        click.echo(
            f"run {number}: {sold.sold} seats, {len(wrong)} wrong, {time.monotonic() - began:.0f} s",
            err=True,
        )
        for line in wrong[:20]:
            click.echo(f"  {line}", err=True)
    click.echo(table(done))
    sys.exit(any(wrong for _, wrong in done))


def table(done: list[tuple[Sale, list[str]]]) -> str:
    """Return what happened as Markdown."""
    lines = ["| fault | times | seconds without an answer, median | longest |", "|---|---|---|---|"]
    strikes = [strike for sold, _ in done for strike in sold.strikes]
    for kind in inflict.KINDS:
        gone = [strike.outage for strike in strikes if strike.kind == kind]
        if gone:
            lines.append(
                f"| {kind} | {len(gone)} | {statistics.median(gone):.1f} | {max(gone):.1f} |"
            )
        else:
            lines.append(f"| {kind} | not run | – | – |")
    told = sum(len(one.first["tickets"]) for sold, _ in done for one in sold.told)
    lost = sum("is lost" in line for _, wrong in done for line in wrong)
    keys = sum(len(sold.told) for sold, _ in done)
    statuses = sum((sold.log.statuses for sold, _ in done), start=type(done[0][0].log.statuses)())
    counted = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    broken = sum(sold.log.broken_off for sold, _ in done)
    lines += [
        "",
        f"{len(done)} runs, {told} tickets acknowledged, {lost} lost; {keys} keys asked again;"
        f" answers {counted}; {broken} connections broken off;"
        f" {sum(len(wrong) for _, wrong in done)} things wrong.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
