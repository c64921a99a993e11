"""The functions of `bits` as compiled kernels call them: a few instructions each, in the place of a call.

Source: numba.extending.intrinsic and llvmlite.ir. Vectors are as wide as the question; LLVM makes of them what
the processor at hand can do. The first byte is the lowest bit: numba runs on little-endian processors only.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from tasks.x12.bits import BLOCK

_BIT, _BYTE, _NUMBER, _BITS = (ir.IntType(size) for size in (1, 8, 32, BLOCK))
_BLOCK = ir.VectorType(_BYTE, BLOCK)
_ADDRESS = _BYTE.as_pointer()
_FETCH = ir.FunctionType(ir.VoidType(), [_ADDRESS, _NUMBER, _NUMBER, _NUMBER])

_ZERO_IS_FINE = _BIT(0)
_TO_READ, _TO_ALL_CACHES, _OF_DATA = _NUMBER(0), _NUMBER(3), _NUMBER(1)


def _address(context: Any, builder: Any, signature: Any, given: Any, kind: Any) -> Any:
    """Give where the place given[1] of the array given[0] is, as the address of a kind."""
    data = context.make_array(signature.args[0])(context, builder, given[0]).data
    return builder.bitcast(builder.gep(data, [given[1]]), kind.as_pointer())


@intrinsic
def signs_in(_context: Any, data: Any, _place: Any, _sign: Any) -> Any:
    """Compare all bytes of a block with the sign at once."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        block = builder.load(_address(context, builder, signature, given, _BLOCK), align=1)
        nothing = ir.Constant(_BLOCK, ir.Undefined)
        first = builder.insert_element(nothing, builder.trunc(given[2], _BYTE), _NUMBER(0))
        everywhere = builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_NUMBER, BLOCK), None))
        return builder.bitcast(builder.icmp_unsigned("==", block, everywhere), _BITS)

    return types.int64(data, types.uintp, types.int64), code


@intrinsic
def eight_bytes(_context: Any, data: Any, _place: Any) -> Any:
    """Load eight bytes."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load(_address(context, builder, signature, given, _BITS), align=1)

    return types.int64(data, types.uintp), code


@intrinsic
def lowest(_context: Any, _number: Any) -> Any:
    """Count the zeros below the lowest bit."""
    return types.int64(types.int64), lambda _, builder, __, given: builder.cttz(given[0], _ZERO_IS_FINE)


@intrinsic
def ones(_context: Any, _number: Any) -> Any:
    """Count the bits that are set."""
    return types.int64(types.int64), lambda _, builder, __, given: builder.ctpop(given[0])


@intrinsic
def fetch(_context: Any, data: Any, _place: Any) -> Any:
    """Ask for a line of the cache; an address that is none does no harm."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        prefetch = get_or_insert_function(builder.module, _FETCH, "llvm.prefetch.p0i8")
        address = _address(context, builder, signature, given, _BYTE)
        builder.call(prefetch, [address, _TO_READ, _TO_ALL_CACHES, _OF_DATA])
        return context.get_dummy_value()

    return types.none(data, types.uintp), code
