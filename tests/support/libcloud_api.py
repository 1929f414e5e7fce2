"""Holds the table of Libcloud's methods against both libraries, by looking at their classes."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import textwrap
import types
import typing
import warnings
from collections.abc import Callable, Iterator

import msgspec

import cumuli.calls.options
from cumuli.libcloud.table import Driver, Method, Row, Verdict

ALIKE = (Verdict.EQUIVALENT, Verdict.BETTER)
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def problems(driver: Driver) -> list[str]:
    """Whatever in a driver's rows is not so."""
    theirs = libcloud_class(driver.libcloud)
    methods = dict(public_methods(theirs))
    found = [f"{name}: has no row" for name in methods if name not in driver.methods]
    for method in driver.methods.values():
        if method.name not in methods:
            found.append(f"{method.name}: Libcloud has no such method")
            continue
        found += [f"{method.name}: {problem}" for problem in _wrong_arguments(theirs, method)]
    for row in driver.rows():
        if row.verdict is not Verdict.EQUIVALENT and not row.note.strip():
            found.append(f"{row.name}: says {row.verdict} and not why")
        if row.verdict is Verdict.EQUIVALENT and not row.ours:
            found.append(f"{row.name}: is equivalent to nothing")
        if not row.verdict.is_there and row.ours:
            found.append(f"{row.name}: says {row.verdict}, and names {row.ours[0]}")
    for flavour in flavours(driver.ours):
        found += _wrong_names(flavour, driver)
        found += _untold_orders(flavour, theirs, driver)
    return found


def libcloud_class(path: str) -> type:
    """A class of Libcloud's: ``module:Class``."""
    module, _, name = path.partition(":")
    # The local driver wants this library for its locks as it is imported; only its signatures are looked at.
    sys.modules.setdefault("fasteners", types.ModuleType("fasteners"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = getattr(importlib.import_module(module), name)
    assert isinstance(found, type)
    return found


def public_methods(cls: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public method of a class and its bases, and its constructor."""
    for name in sorted(dir(cls)):
        value = getattr(cls, name)
        if (name == "__init__" or not name.startswith("_")) and callable(value) and not inspect.isclass(value):
            yield name, value


def arguments(cls: type, name: str) -> set[str]:
    """The arguments of a method; a constructor's with those that its bases take from ``**kwargs``."""
    if name != "__init__":
        return set(_parameters(cls, name))
    found: set[str] = set()
    for base in cls.__mro__:
        if "__init__" in vars(base) and base is not object:
            found |= {argument for argument in _parameters(base, name) if not argument.startswith("*")}
            found |= set(_read_from_keywords(vars(base)["__init__"]))
            if not any(argument.startswith("**") for argument in _parameters(base, name)):
                break
    return found


def reachable(cls: type, name: str) -> set[str]:
    """Keywords that a method takes by ``**kwargs``: those that it reads, and those of methods it hands them on to."""
    function = inspect.unwrap(getattr(cls, name))
    found = set(_read_from_keywords(function))
    for called in _handed_on_to(function):
        if inspect.isfunction(getattr(cls, called, None)):
            found |= {argument for argument in _parameters(cls, called) if not argument.startswith("*")}
            found |= set(_read_from_keywords(getattr(cls, called)))
    return found


def flavours(ours: str) -> tuple[type, type]:
    """Our sync client's class, and its asynchronous twin."""
    *rooms, name = ours.split(".")
    module: object = importlib.import_module(".".join(["cumuli", *rooms]))
    sync = getattr(module, name)
    twin = (
        getattr(cumuli, f"Async{name}")
        if not rooms
        else getattr(importlib.import_module(".".join(["cumuli", *rooms[:-1], "aio"])), f"Async{name}")
    )
    assert isinstance(sync, type)
    assert isinstance(twin, type)
    return sync, twin


def _parameters(cls: type, name: str) -> list[str]:
    static = inspect.getattr_static(cls, name)
    parameters = list(inspect.signature(getattr(cls, name)).parameters.values())
    if not isinstance(static, staticmethod | classmethod):
        parameters = parameters[1:]
    stars = {VARIADIC[0]: "*", VARIADIC[1]: "**"}
    return [stars.get(parameter.kind, "") + parameter.name for parameter in parameters]


def _tree(function: Callable[..., object]) -> ast.FunctionDef:
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(tree, ast.FunctionDef)
    return tree


def _read_from_keywords(function: Callable[..., object]) -> Iterator[str]:
    """The names that a function takes out of its ``**kwargs``."""
    tree = _tree(function)
    keywords = tree.args.kwarg.arg if tree.args.kwarg else None
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=holder), attr="get" | "pop"), args=[ast.Constant(value=name), *_]
            ) if holder == keywords:
                yield str(name)
            case _:
                pass


def _handed_on_to(function: Callable[..., object]) -> Iterator[str]:
    """The methods that a function calls with its ``**kwargs``."""
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call) and any(keyword.arg is None for keyword in node.keywords):
            called = node.func
            if isinstance(called, ast.Attribute):
                yield called.attr


def _wrong_arguments(cls: type, method: Method) -> Iterator[str]:
    if not method.verdict.is_there:
        if method.arguments:
            yield f"says {method.verdict}, and has rows of arguments"
        return
    required = arguments(cls, method.name)
    for name in sorted(required - set(method.arguments)):
        # Where there are rows for what is behind the stars, the stars need none.
        if not (name.startswith("**") and reachable(cls, method.name) & set(method.arguments)):
            yield f"the argument {name} has no row"
    for name in sorted(set(method.arguments) - required - reachable(cls, method.name)):
        yield f"Libcloud has no argument {name}"


def _wrong_names(client: type, driver: Driver) -> Iterator[str]:
    models = {name: value for module in _model_modules(client) for name, value in vars(module).items()}
    for method in driver.methods.values():
        verb = next(iter(method.ours), "")
        for name in method.ours:
            if not (_is_field(models, name) if "." in name else callable(getattr(client, name, None))):
                yield f"{method.name}: {client.__name__} has no {name}"
        for row in method.arguments.values():
            for name in row.ours:
                holder, _, last = name.rpartition(".")
                if _is_field(models, name):
                    continue
                if last not in our_arguments(client, holder or verb):
                    yield f"{method.name}: {client.__name__}.{holder or verb} has no argument {last}"


def _untold_orders(client: type, theirs: type, driver: Driver) -> Iterator[str]:
    """Arguments that are given by position, and would be taken for others here without an error."""
    for method in driver.methods.values():
        verb = next(iter(method.ours), ".")
        if method.verdict not in ALIKE or "." in verb or method.danger or not hasattr(theirs, method.name):
            continue
        given = [name for name in _parameters(theirs, method.name) if not name.startswith("*")]
        taken = _positional(client, verb) if hasattr(client, verb) else []
        for name, here in zip(given, taken, strict=False):
            row = method.arguments.get(name)
            if row and row.verdict in ALIKE and here not in row.ours and not row.danger:
                yield f"{method.name}: {name} would be taken for {here}, and there is no word of that danger"


def _positional(client: type, verb: str) -> list[str]:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = inspect.signature(getattr(client, verb)).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is kind][1:]


def _model_modules(client: type) -> Iterator[types.ModuleType]:
    yield cumuli
    yield cumuli.calls.options
    for base in client.__mro__:
        if base.__module__.startswith("cumuli."):
            package = base.__module__.rpartition(".")[0]
            for module in ("models", "auth"):
                if importlib.util.find_spec(f"{package}.{module}"):
                    yield importlib.import_module(f"{package}.{module}")


def _is_field(models: dict[str, object], name: str) -> bool:
    model, _, field = name.rpartition(".")
    found = models.get(model)
    if not isinstance(found, type):
        return False
    if issubclass(found, msgspec.Struct):
        return field in found.__struct_fields__
    if typing.is_typeddict(found):
        return field in found.__annotations__
    return field in inspect.signature(found).parameters


def our_arguments(client: type, verb: str) -> set[str]:
    """The arguments of one of our verbs, the options of a constructor among them."""
    function = getattr(client, verb, None)
    if function is None or not callable(function):
        return set()
    found: set[str] = set()
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            [options] = typing.get_args(typing.get_type_hints(function)[parameter.name])
            found |= set(options.__annotations__)
        elif not parameter.name.startswith("_"):
            found.add(parameter.name)
    return found - {"self"}


def count(rows: Iterator[Row]) -> dict[Verdict, int]:
    """How many rows say what."""
    found = dict.fromkeys(Verdict, 0)
    for row in rows:
        found[row.verdict] += 1
    return found
