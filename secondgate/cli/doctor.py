"""`secondgate doctor`: everything a support engineer would ask for."""

import asyncio

import typer

from secondgate.cli.start import Data, must_be_installed, start


def doctor(data: Data = None) -> None:
    """Check the installation, and say what to do about what is wrong. Exit code 0: all is well."""
    must_be_installed(data)
    start(data)  # and no more: what is wrong shall be found, not mended
    from secondgate.setup.doctor import examine

    findings = asyncio.run(examine())
    for finding in findings:
        verdict = ("note" if finding.remedy else "ok  ") if finding.ok else "FAIL"
        print(f"{verdict}  {finding.title}: {finding.says}")
        if finding.remedy:
            print(f"      {finding.remedy}")
    bad = sum(not finding.ok for finding in findings)
    print(f"{len(findings) - bad} checks passed, {bad} failed.")
    raise typer.Exit(1 if bad else 0)
