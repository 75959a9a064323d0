"""Every command of ``chapterhouse``. The rooms are imported inside the commands: ``--help`` answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import __version__
from pipeline.errors import ProductionError

if TYPE_CHECKING:
    from pipeline.production import Order

EXIT_CODES = """\b
Exit codes:
    0  done
    1  a bug in chapterhouse itself; certify: a requirement is missed; vault verify: an entry is damaged;
       verify-build: bytes differ
    2  the command line is wrong
    3  the production file, the script or the cast is wrong; certify: a file cannot be read
    4  a model, a voice or a program is missing on this machine
    5  a disk is full or a folder cannot be written
    6  another run is at work on this production
    7  a narrator or an encoder failed
  130  stopped by Ctrl-C or SIGTERM; the next run goes on from there
"""

PRODUCTION = click.argument("production", type=click.Path(path_type=Path), metavar="PRODUCTION.yaml")
PRODUCTIONS = click.argument(
    "productions", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PRODUCTION.yaml..."
)


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="chapterhouse")
def chapterhouse() -> None:
    """From a manuscript and one YAML file to a finished, mastered audiobook, on this machine."""


def main() -> None:
    """The command's entry point."""
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        result = chapterhouse.main(prog_name="chapterhouse", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except ProductionError as error:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
        return error.exit_code
    return result if isinstance(result, int) else 0


def _order(production: Path) -> Order:
    from pipeline.production_file import load_order

    return load_order(production)


@chapterhouse.command()
@PRODUCTION
@click.option("--json", "as_json", is_flag=True, help="End standard output with the result as one line of JSON.")
@click.option("--result", type=click.Path(path_type=Path), help="Write the result line of JSON to this file too.")
def render(production: Path, *, as_json: bool, result: Path | None) -> None:
    """Render a production: record, mix, master, deliver. What exists already is used again."""
    from pipeline.cli.watching import json_line, show_outcome, watch
    from pipeline.flows.render import render as run
    from pipeline.vault import write_text

    order = _order(production)
    with watch(plain=as_json) as listener:
        outcome = run(order, listener)
    if result is not None:
        write_text(result, json_line(outcome) + "\n")
    show_outcome(outcome, as_json=as_json)


@chapterhouse.command()
@PRODUCTION
def check(production: Path) -> None:
    """Check the production file, the script and the cast; account for every word. Loads no model, writes nothing."""
    from pipeline.cli.scripts import show_account, show_notices
    from pipeline.flows.callsheet import draw_up

    sheet = draw_up(_order(production))
    show_account(sheet.manuscript.account)
    show_notices(sheet.notices)
    chunks = sum(len(chapter.chunks) for chapter in sheet.chapters)
    words = sum(tally.read for tally in sheet.manuscript.account)
    click.echo(
        f"{production}: good. {len(sheet.chapters)} chapters, {words:,} words of the script in {chunks:,} chunks, "
        f"{len(sheet.cast)} roles; every word is accounted for."
    )


@chapterhouse.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="SCRIPT|PRODUCTION.yaml")
@click.option("--language", default="en", show_default=True, help="BCP 47 tag; a production has its own.")
@click.option("--format", "form", default="auto", show_default=True, help="markdown, text, epub, docx, html, …")
@click.option("--engine", default="bark", show_default=True, help="Whose limits and abilities count.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on one line, with every word's place.")
def script(file: Path, *, language: str, form: str, engine: str, as_json: bool) -> None:
    """Show a script as it will be read: chapters, lines, sentences shown and spoken, chunks, the account of words."""
    from pipeline.cli.scripts import prepare, prepare_production, show_script

    if file.suffix.lower() in (".yaml", ".yml"):
        order = _order(file)
        show_script(prepare_production(order), order.production.language, as_json=as_json)
    else:
        show_script(prepare(file, form=form, language=language, engine=engine), language, as_json=as_json)


@chapterhouse.command()
@PRODUCTION
@click.option("--json", "as_json", is_flag=True, help="One JSON object on one line.")
def plan(production: Path, *, as_json: bool) -> None:
    """Show chapters, chunks, estimated audio and what is in the vault already. Loads no model."""
    from pipeline.cli.listings import show_plan
    from pipeline.flows.callsheet import draw_up

    show_plan(draw_up(_order(production)), as_json=as_json)


@chapterhouse.command()
@PRODUCTION
def lock(production: Path) -> None:
    """Pin what a rendered production was made from, take by take: PRODUCTION.lock.json, made for git."""
    from pipeline.cli.locking import lock_production

    lock_production(_order(production))


@chapterhouse.command("verify-build")
@PRODUCTION
@click.option("--chapter", "numbers", multiple=True, type=int, help="May be given several times; default: the first.")
@click.option("--all", "everything", is_flag=True, help="Every chapter.")
@click.option("--lock", "path", type=click.Path(path_type=Path), help="Default: PRODUCTION.lock.json beside it.")
@click.option("--json", "as_json", is_flag=True, help="End standard output with the result as one line of JSON.")
def verify_build(
    production: Path, *, numbers: tuple[int, ...], everything: bool, path: Path | None, as_json: bool
) -> None:
    """Make chapters again from the lock file, in an empty vault, and compare bytes. Exit code 1 when they differ."""
    from pipeline.cli.locking import verify_build as verify

    code = verify(_order(production), numbers, everything=everything, lock=path, as_json=as_json)
    if code:
        raise click.exceptions.Exit(code)


@chapterhouse.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="OLD NEW | PRODUCTION.yaml"
)
@click.option(
    "--production", type=click.Path(path_type=Path), help="Whose cast, lexicons and settings read OLD and NEW."
)
@click.option("--language", default="en", show_default=True, help="BCP 47 tag; a production has its own.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on one line.")
def diff(files: tuple[Path, ...], *, production: Path | None, language: str, as_json: bool) -> None:
    """Compare two scripts, or a production with what was rendered: what changed, and what it costs to record."""
    from pipeline.cli.differing import show_difference

    show_difference(files, production, language=language, as_json=as_json)


@chapterhouse.command()
@PRODUCTION
@click.option("--sheet", type=click.Path(path_type=Path, dir_okay=False), help="Default: where the production says.")
def cast(production: Path, *, sheet: Path | None) -> None:
    """Write the cast sheet of a novel: who says which line. What a person has decided in it is kept."""
    from pipeline.cli.casting import cast_lines

    cast_lines(_order(production), sheet)


@chapterhouse.command()
@PRODUCTION
def calibrate(production: Path) -> None:
    """Measure each voice's pace on the takes in the vault, and show what it would change. Writes nothing."""
    from pipeline.cli.calibrating import show_paces
    from pipeline.flows.callsheet import draw_up

    show_paces(draw_up(_order(production)))


@chapterhouse.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, each on one line.")
def measure(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Measure audio files of any format: loudness, peaks, levels, silence at head and tail."""
    from pipeline.cli.measuring import measure_files

    status = measure_files(files, as_json=as_json)
    if status:
        raise click.exceptions.Exit(status)


@chapterhouse.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--name", default="my-book", show_default=True, help="Name of the production.")
def init(folder: Path, name: str) -> None:
    """Write a commented production file and a sample script to start from."""
    from pipeline.cli.starter import write_starter

    production = write_starter(folder, name)
    click.echo(f"wrote {production}\nnext: chapterhouse render {production}")


@chapterhouse.command()
def schema() -> None:
    """Print the JSON Schema of a production file, for editors."""
    from pipeline.production_file import production_schema

    click.echo(production_schema())


@chapterhouse.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--profile", default="acx", show_default=True, help="A profile, or a production file for its own.")
@click.option("--json", "as_json", is_flag=True, help="Print the certificate as JSON.")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Write certificate.json and .html there.")
def certify(files: tuple[Path, ...], *, profile: str, as_json: bool, folder: Path | None) -> None:
    """Judge audio files of any origin by a delivery profile. Exit code 1 when a requirement is missed."""
    from pipeline.cli.certifying import certify_files

    code = certify_files(files, profile, as_json=as_json, folder=folder)
    if code:
        raise click.exceptions.Exit(code)


@chapterhouse.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Every figure with its source, as JSON.")
def profiles(name: str | None, *, as_json: bool) -> None:
    """List the delivery profiles, or every figure of one with who asks for it and when that was read."""
    from pipeline.cli.certifying import show_profiles

    show_profiles(name, as_json=as_json)


@chapterhouse.group(invoke_without_command=True)
@click.option("--language", help="Only voices of this language, e.g. en.")
@click.pass_context
def voices(context: click.Context, language: str | None) -> None:
    """List the voices of every engine."""
    if context.invoked_subcommand is None:
        from pipeline.cli.listings import show_voices

        show_voices(language)


@voices.command()
@click.argument("text")
@click.option(
    "--voice",
    "chosen",
    multiple=True,
    metavar="ENGINE/VOICE",
    help="May be given several times; default: every voice that is ready on this machine.",
)
@click.option("--to", "folder", type=click.Path(path_type=Path), default="auditions", show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0.5, 2.0))
@click.option("--model", help="Checkpoint for bark: suno/bark, suno/bark-small or a folder.")
def audition(text: str, *, chosen: tuple[str, ...], folder: Path, seed: int, speed: float, model: str | None) -> None:
    """Render one line of TEXT in several voices, a WAV file each."""
    from pipeline.cli.listings import audition_voices

    audition_voices(text, chosen, folder, seed=seed, speed=speed, model=model)


@voices.command()
@click.argument("voice", metavar="PRESET|FILE.npz")
@click.option("--to", "path", type=click.Path(path_type=Path), default="prompt.wav", show_default=True)
@click.option("--model", default="suno/bark-small", show_default=True, help="suno/bark, suno/bark-small or a folder.")
def prompt(voice: str, *, path: Path, model: str) -> None:
    """Render what a history prompt of bark itself sounds like. Bark need not run for that."""
    from pipeline.cli.listings import render_prompt

    click.echo(f"{voice}: {render_prompt(voice, path, model):.1f} s, {path}")


@voices.command("save")
@PRODUCTION
@click.argument("line", metavar="LINE")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.npz")
def save_voice(production: Path, line: str, path: Path) -> None:
    """Make a voice of bark of a take: a history prompt, which other productions can cast.

    LINE is named as for pickups: ch03-0412, or ch03-0412-t2 for another take than the one that is used.
    """
    from pipeline.cli.voices import save_voice as save

    save(_order(production), line, path)


@chapterhouse.group()
def lexicon() -> None:
    """How words are said: what to look at, check and export pronunciation lexicons."""


@lexicon.command("suggest")
@PRODUCTION
@click.option(
    "--csv", "path", type=click.Path(path_type=Path), help="Write a lexicon to fill in, instead of a table."
)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="No more words than this.")
def suggest_words(production: Path, *, path: Path | None, limit: int) -> None:
    """List the words that may be said wrongly, the costliest first. Loads no narrator."""
    from pipeline.cli import lexicon as bodies

    bodies.suggest_words(production, path=path, limit=limit)


@lexicon.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check_lexicon(file: Path) -> None:
    """Check a lexicon FILE (.csv or .pls)."""
    from pipeline.cli import lexicon as bodies

    bodies.check_lexicon(file)


@lexicon.command("export")
@click.argument("source", type=click.Path(path_type=Path), metavar="PRODUCTION.yaml|FILE")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="A file: .pls or .csv.")
def export_lexicon(source: Path, target: Path) -> None:
    """Write a production's whole lexicon, or a lexicon file, as W3C PLS or CSV."""
    from pipeline.cli import lexicon as bodies

    bodies.export_lexicon(source, target)


@chapterhouse.group()
def pickups() -> None:
    """Single lines: what is flagged, recorded again, chosen or approved. Decisions: PRODUCTION.pickups.yaml.

    LINE is a slate (ch03-0412), a timecode (3@12:34.5 in chapter 3, 0:47:10 in the title) or some words of the line.
    """


LINE = click.argument("line", metavar="LINE")
NOTE = click.option("--note", help="Why, for whoever reads the file.")


@pickups.command("list")
@PRODUCTION
@click.option("--all", "everything", is_flag=True, help="Every line, the flagged ones first.")
@click.option("--chapter", type=int, help="Only this chapter.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on one line.")
def list_pickups(production: Path, *, everything: bool, chapter: int | None, as_json: bool) -> None:
    """List the flagged lines with their takes and what was decided. Loads no model."""
    from pipeline.cli.line_listing import list_lines

    list_lines(_order(production), everything=everything, chapter=chapter, as_json=as_json)


@pickups.command()
@PRODUCTION
@LINE
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="With nothing given: the next one not used yet.")
@click.option("--voice", help="Another voice of the role's engine.")
@click.option("--speed", type=click.FloatRange(0.5, 2.0), help="1.0 is the voice's own pace.")
@click.option("--say", multiple=True, help="The whole line as it is to be read, or WORD=RESPELLING, several times.")
@NOTE
@click.option("--later", is_flag=True, help="Write the decision; the next render records.")
def redo(
    production: Path,
    line: str,
    *,
    seed: int | None,
    voice: str | None,
    speed: float | None,
    say: tuple[str, ...],
    note: str | None,
    later: bool,
) -> None:
    """Record a line again: new seed, other voice, speed or respelling. What is shown stays as it is."""
    from pipeline.cli.pickups import redo_line

    redo_line(_order(production), line, seed=seed, voice=voice, speed=speed, say=say, note=note, later=later)


@pickups.command()
@PRODUCTION
@LINE
@click.argument("take", required=False)
@NOTE
def use(production: Path, line: str, take: str | None, *, note: str | None) -> None:
    """Use another TAKE of a line: 8 characters or more of its key, or a LINE that names it (ch03-0412-t2)."""
    from pipeline.cli.pickups import use_take

    use_take(_order(production), line, take, note=note)


@pickups.command()
@PRODUCTION
@LINE
@NOTE
def approve(production: Path, line: str, *, note: str | None) -> None:
    """Accept a flagged line as it is."""
    from pipeline.cli.pickups import approve_take

    approve_take(_order(production), line, note=note)


@pickups.command()
@PRODUCTION
@LINE
def clear(production: Path, line: str) -> None:
    """Forget what was decided about a line."""
    from pipeline.cli.pickups import clear_line

    clear_line(_order(production), line)


@chapterhouse.group()
def models() -> None:
    """Fetch, list, verify and remove models."""


@models.command("list")
def models_list() -> None:
    """List the models that can be fetched and the ones on this machine."""
    from pipeline.cli.listings import show_models

    show_models()


@models.command()
@click.argument("name")
def pull(name: str) -> None:
    """Fetch a model, e.g. bark-small. Goes on where it was interrupted."""
    from pipeline.engines.models import pull as pull_model

    click.echo(f"{name} is at {pull_model(name, click.echo)}")


@models.command()
@click.argument("name")
def verify(name: str) -> None:
    """Read a model's files again and compare their checksums."""
    from pipeline.cli.listings import verify_model

    verify_model(name)


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a model from this machine."""
    from pipeline.engines.models import remove as remove_model

    click.echo(f"removed {name}: {remove_model(name) / 1e6:,.0f} MB freed")


@chapterhouse.group()
def vault() -> None:
    """What lies in the vault of one or more productions: look, verify, clear, take out."""


@vault.command("status")
@PRODUCTIONS
def vault_status(productions: tuple[Path, ...]) -> None:
    """Show each room: entries, sizes, what these productions use of it, what was set aside as damaged."""
    from pipeline.cli.vaulting import show_status

    show_status(productions)


@vault.command("verify")
@PRODUCTIONS
def vault_verify(productions: tuple[Path, ...]) -> None:
    """Read everything and compare checksums. Damaged entries are set aside and listed; exit code 1 when there are."""
    from pipeline.cli.vaulting import verify_vaults

    if verify_vaults(productions):
        raise click.exceptions.Exit(1)


@vault.command("prune")
@PRODUCTIONS
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--older-than", "days", type=click.FloatRange(0), metavar="DAYS", help="Only what is older than this.")
@click.option("--corrupt", is_flag=True, help="Also what was set aside as damaged.")
@click.option("--remote", is_flag=True, help="Of a vault behind a URL: there, and not in the working copy.")
def vault_prune(
    productions: tuple[Path, ...], *, dry_run: bool, yes: bool, days: float | None, corrupt: bool, remote: bool
) -> None:
    """Remove what these productions do not use. Name every production that shares the vault."""
    from pipeline.cli.vaulting import Pruning, prune_vaults

    prune_vaults(productions, Pruning(days, corrupt=corrupt, remote=remote, dry_run=dry_run, yes=yes))


@vault.command("export")
@PRODUCTIONS
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def vault_export(productions: tuple[Path, ...], folder: Path) -> None:
    """Copy every chunk's circled take to FOLDER as ch03-0412-t1.flac, its card beside it, in the script's order."""
    from pipeline.cli.vaulting import export_takes

    export_takes(productions, folder)


@chapterhouse.command()
def doctor() -> None:
    """Say what is missing on this machine and how to get it."""
    from pipeline.cli.doctor import examine, show_findings

    findings = examine()
    show_findings(findings)
    if any(finding.serious for finding in findings):
        raise click.exceptions.Exit(4)


@chapterhouse.group()
def benchmark() -> None:
    """Measure what this machine makes of an engine."""


@benchmark.command("bark")
@click.option("--model", default="suno/bark-small", show_default=True, help="suno/bark, suno/bark-small or a folder.")
@click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "cuda"]))
@click.option(
    "--dtype",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "float32", "bfloat16", "float16", "int8"]),
    help="What it computes with.",
)
@click.option("--algorithm", default="exact", show_default=True, type=click.Choice(["exact", "fast"]))
@click.option("--slots", default=0, type=click.IntRange(0), help="Readings at once. Default: as many as are useful.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on one line.")
def benchmark_bark(*, as_json: bool, **settings: str | int) -> None:
    """Measure Bark: each stage's tokens a second, times real time, share of the machine's limit, memory.

    Where the checkpoint is not on this machine, random weights of its sizes stand in.
    """
    from pipeline.cli import benchmarking as bodies

    bodies.benchmark_bark(settings, as_json=as_json)


@chapterhouse.command()
@PRODUCTIONS
@click.option("--port", default=4200, show_default=True, help="Of the Prefect server on 127.0.0.1.")
def serve(productions: tuple[Path, ...], port: int) -> None:
    """Render productions on their schedules, until Ctrl-C."""
    from pipeline.flows.serving import serve as serve_productions

    serve_productions([_order(production) for production in productions], port=port, say=click.echo)


@chapterhouse.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, e.g. eval "$(chapterhouse completion bash)"."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, shell
    click.echo(kind(chapterhouse, {}, "chapterhouse", "_CHAPTERHOUSE_COMPLETE").source())
