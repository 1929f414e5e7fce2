"""Arguments of a wrong type are told before anything is sent, to programs that no type checker reads as well.

``check_arguments`` puts a check in front of every public method of a client as its class is made. What a
method takes is what its annotations say; that is worked out at its first call and kept, so that importing
costs nothing, and a call about a microsecond and some tenths of one for each argument.

What content is read from and written to (``BinaryIO``, iterables of bytes) is left to the runtime, which
knows more words about it than "wrong type".
"""

from __future__ import annotations

import typing
from collections.abc import AsyncIterable, Callable, Collection, Iterable, Mapping, Sequence
from functools import wraps
from types import FunctionType, NoneType, UnionType
from typing import Any, BinaryIO, Literal, NamedTuple, TypeVar, cast

from cumuli.errors import CloudError, ConfigurationError, InvalidRequest

__all__ = ["check_arguments"]

ClassT = TypeVar("ClassT", bound=type)
# Any: methods of every signature.
Method = Callable[..., Any]
Test = Callable[[object], bool]

# Of code objects, as ``inspect`` calls them without CO_; importing that takes longer than all checks.
VARIABLE_ARGUMENTS = 4
VARIABLE_KEYWORDS = 8
COROUTINE = 128
NOTHING: frozenset[type] = frozenset()
# One text, or one piece of bytes, is no list of things although Python can iterate over it.
SINGLE = (str, bytes, bytearray, memoryview, Mapping)
MOST_SHOWN = 60
ANYTHING: frozenset[object] = frozenset({Any, object, BinaryIO})


class Expected(NamedTuple):
    """What an argument may be.

    Attributes:
        exact: Types that are right without a further look: nearly every argument is of one of them.
        test: Whether a value of any other type is right.
        words: For the error's message.
    """

    exact: frozenset[type]
    test: Test
    words: str


def check_arguments(cls: ClassT) -> ClassT:
    """Make the public methods and the constructor of a class check the types of their arguments.

    Methods raise ``InvalidRequest``, constructors ``ConfigurationError``.
    """
    for name, member in list(vars(cls).items()):
        if isinstance(member, FunctionType) and (name == "__init__" or not name.startswith("_")):
            setattr(cls, name, _checked(member))
    return cls


def _checked(function: FunctionType) -> Method:
    method: Method = function
    signature: _Signature | None = None

    def check(args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        nonlocal signature
        if signature is None:
            signature = _Signature(function)
        # Too many or too few arguments are the method's own to tell.
        for expected, value in zip(signature.positional, args, strict=False):
            if type(value) not in expected[1].exact and not expected[1].test(value):
                raise signature.error(*expected, value)
        named = signature.named
        for name, value in kwargs.items():
            wanted = named.get(name)
            if wanted is not None and type(value) not in wanted.exact and not wanted.test(value):
                raise signature.error(name, wanted, value)

    if function.__code__.co_flags & COROUTINE:

        @wraps(function)
        async def awaited(self: object, /, *args: object, **kwargs: object) -> object:
            check(args, kwargs)
            return await method(self, *args, **kwargs)

        return awaited

    @wraps(function)
    def called(self: object, /, *args: object, **kwargs: object) -> object:
        check(args, kwargs)
        return method(self, *args, **kwargs)

    return called


class _Signature:
    """What the arguments of a method may be."""

    def __init__(self, function: FunctionType) -> None:
        self._name = function.__name__
        try:
            hints = typing.get_type_hints(function)
        except NameError:
            # Another package's client may import only for checkers what its annotations name.
            hints = {}
        code = function.__code__
        names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        self.named = {name: _expected(hints[name]) for name in names if not name.startswith("_") and name in hints}
        anything = _expected(object)
        positional = code.co_varnames[1 : code.co_argcount]
        self.positional = [(name, self.named.get(name, anything)) for name in positional]
        count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & VARIABLE_ARGUMENTS)
        options = code.co_varnames[count] if code.co_flags & VARIABLE_KEYWORDS else None
        settings = hints.get(options or "")
        if typing.get_origin(settings) is typing.Unpack:
            for name, annotation in typing.get_type_hints(typing.get_args(settings)[0]).items():
                self.named[name] = _expected(annotation)

    def error(self, name: str, expected: Expected, value: object) -> CloudError:
        # Where a number or a word of a few was due; any other value may be a secret.
        shown = isinstance(value, str | int | float) and ("number" in expected.words or '"' in expected.words)
        given = repr(value)[:MOST_SHOWN] if shown else _kind(value)
        if self._name == "__init__":
            return ConfigurationError(f"{name} is {given}; it takes {expected.words}")
        return InvalidRequest(f"{self._name}: {name} is {given}; it takes {expected.words}")


def _kind(value: object) -> str:
    """A value's type, and those of what is in it."""
    name = "None" if value is None else type(value).__name__
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        inside = {f"{type(key).__name__}: {type(item).__name__}" for key, item in pairs.items()}
    elif isinstance(value, Collection) and not isinstance(value, SINGLE):
        inside = {type(item).__name__ for item in cast("Collection[object]", value)}
    else:
        return name
    return f"{name} of {', '.join(sorted(inside))}" if inside else f"an empty {name}"


def _anything(_value: object) -> bool:
    return True


def _never(_value: object) -> bool:
    return False


def _expected(annotation: object) -> Expected:
    """What an annotation means."""
    if annotation in ANYTHING or isinstance(annotation, TypeVar):
        return Expected(NOTHING, _anything, "anything")
    if annotation in {None, NoneType}:
        return Expected(frozenset({NoneType}), _never, "None")
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {typing.Union, UnionType}:
        return _any_of([_expected(member) for member in args])
    if origin is Literal:
        return _one_of(args)
    if origin is None:
        assert isinstance(annotation, type)  # noqa: S101 - get_type_hints has resolved what is no generic
        return _of_class(annotation)
    return _of_generic(origin, args)


def _any_of(members: Sequence[Expected]) -> Expected:
    exact = frozenset[type]().union(*(member.exact for member in members))
    tests = [member.test for member in members if member.test is not _never]

    def test(value: object) -> bool:
        return any(one(value) for one in tests)

    words = list(dict.fromkeys(member.words for member in members))
    said = " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
    return Expected(exact, _anything if _anything in tests else test, said)


def _one_of(choices: tuple[object, ...]) -> Expected:
    kinds = {type(choice) for choice in choices}

    def test(value: object) -> bool:
        # By its type as well: True equals 1, and is none.
        return not isinstance(value, bool) and isinstance(value, tuple(kinds)) and value in choices

    words = [f'"{choice}"' if isinstance(choice, str) else repr(choice) for choice in choices]
    return Expected(NOTHING, test, " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))))


def _of_class(kind: type) -> Expected:
    if kind in {int, float}:
        numbers = (int, float) if kind is float else (int,)

        def is_number(value: object) -> bool:
            return isinstance(value, numbers) and not isinstance(value, bool)

        return Expected(frozenset(numbers), is_number, "a number" if kind is float else "a whole number")
    if getattr(kind, "_is_protocol", False):
        members = [name for name in vars(kind) if name == "__call__" or not name.startswith("_")]

        def has_members(value: object) -> bool:
            return all(hasattr(value, name) for name in members)

        return Expected(NOTHING, has_members, kind.__name__)
    return Expected(frozenset({kind}), _instance_of(kind), kind.__name__)


def _instance_of(kind: type) -> Test:
    def test(value: object) -> bool:
        return isinstance(value, kind)

    return test


def _of_generic(origin: type, args: tuple[Any, ...]) -> Expected:
    if origin.__name__ == "Callable":
        return Expected(NOTHING, callable, "a function")
    if origin in {Iterable, AsyncIterable}:
        return Expected(NOTHING, _anything, "anything") if args == (bytes,) else _each(origin, args[0])
    if origin in {Collection, Sequence, list}:
        return _each(Collection, args[0])
    if origin is Mapping:
        return _mapping(_expected(args[0]), _expected(args[1]))
    if origin is tuple:
        return _tuple([_expected(arg) for arg in args])
    return Expected(NOTHING, _instance_of(origin), origin.__name__)


def _each(kind: type, annotation: object) -> Expected:
    item = _expected(annotation)

    def test(value: object) -> bool:
        if not isinstance(value, kind) or isinstance(value, SINGLE):
            return False
        # What can be read only once is looked at when it is read.
        return not isinstance(value, Collection) or _all(cast("Collection[object]", value), item)

    return Expected(NOTHING, test, f"a list of {item.words}")


def _all(values: Iterable[object], item: Expected) -> bool:
    exact, test = item.exact, item.test
    return all(type(value) in exact or test(value) for value in values)


def _mapping(key: Expected, item: Expected) -> Expected:
    def test(value: object) -> bool:
        if not isinstance(value, Mapping):
            return False
        pairs = cast("Mapping[object, object]", value)
        return _all(pairs.keys(), key) and _all(pairs.values(), item)

    return Expected(NOTHING, test, f"a dict of {key.words} to {item.words}")


def _tuple(items: Sequence[Expected]) -> Expected:
    def test(value: object) -> bool:
        if not isinstance(value, tuple):
            return False
        values = cast("tuple[object, ...]", value)
        return len(values) == len(items) and all(
            type(one) in item.exact or item.test(one) for one, item in zip(values, items, strict=True)
        )

    return Expected(NOTHING, test, f"a tuple ({', '.join(item.words for item in items)})")
