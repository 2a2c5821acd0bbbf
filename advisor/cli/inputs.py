"""A GC log or a profile on the command line -> the workload profile that the commands work on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from advisor.model.errors import InputError
from advisor.model.profile import WorkloadProfile, load_profile
from advisor.model.quantities import Bytes, Duration

PROFILE_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Target:
    """What the command line says of the target; null leaves the input's own word."""

    jdk: int | None = None
    cpus: int | None = None
    memory: Bytes | None = None
    baseline_flags: str | None = None
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """The profile, and what had to be assumed to make it."""

    profile: WorkloadProfile
    assumptions: tuple[str, ...]
    from_log: bool


def load_workload(name: str, target: Target) -> Workload:
    """Reads a profile (`*.yaml`, `*.yml`) or else a GC log (`-` is standard input). Raises InputError."""
    if name.endswith(PROFILE_SUFFIXES):
        return Workload(_retargeted(load_profile(Path(name)), target, name), (), from_log=False)
    from advisor.analyze import LogTarget, analyze_logs

    flags = tuple(target.baseline_flags.split()) if target.baseline_flags is not None else None
    analysis = analyze_logs((name,), LogTarget(jdk=target.jdk, cpus=target.cpus, memory=target.memory, flags=flags))
    profile = WorkloadProfile.model_validate(analysis.profile)
    return Workload(_retargeted(profile, target, name), analysis.assumptions, from_log=True)


def _retargeted(profile: WorkloadProfile, target: Target, where: str) -> WorkloadProfile:
    changes: dict[str, Any] = {}
    if target.jdk is not None:
        changes["jdk"] = target.jdk
    machine = {k: v for k, v in (("cpus", target.cpus), ("memory", target.memory)) if v is not None}
    if machine:
        changes["machine"] = {**profile.machine.model_dump(), **machine}
    if target.baseline_flags is not None:
        changes["flags"] = target.baseline_flags
    if target.duration is not None:
        changes["duration"] = target.duration
    return changed(profile, changes, where) if changes else profile


def changed(profile: WorkloadProfile, changes: dict[str, Any], where: str) -> WorkloadProfile:
    """The profile with other values, validated again. Raises InputError."""
    try:
        return WorkloadProfile.model_validate({**profile.model_dump(), **changes})
    except ValidationError as error:
        message = str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
        raise InputError(message, where=where) from error
