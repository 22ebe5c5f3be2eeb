using System.Runtime.CompilerServices;

namespace Vitrine.Linux.Unwinding;

/// <summary>How one register of the caller is found.</summary>
enum CfiRuleKind : byte
{
    /// <summary>No rule: the value is the same where the architecture demands it, else not known.</summary>
    Unspecified,

    /// <summary>It cannot be known; for the return address: nobody called.</summary>
    Undefined,

    /// <summary>The function has not changed it.</summary>
    SameValue,

    /// <summary>In memory, so far from the canonical frame address.</summary>
    AtOffset,

    /// <summary>The canonical frame address plus this.</summary>
    IsOffset,

    /// <summary>In another register.</summary>
    InRegister,

    /// <summary>In memory, where an expression says.</summary>
    AtExpression,

    /// <summary>What an expression computes.</summary>
    IsExpression,
}

/// <summary>One rule.</summary>
/// <param name="Kind">How.</param>
/// <param name="Value">Offset in bytes, number of a register, or offset of an expression in the section.</param>
/// <param name="Length">Bytes of the expression.</param>
readonly record struct CfiRule(CfiRuleKind Kind, long Value, int Length = 0);

/// <summary>The rules that hold at one instruction: DWARF 5, section 6.4.</summary>
struct CfiRow
{
    [InlineArray(RegisterSet.Capacity)]
    public struct Rules
    {
        CfiRule _first;
    }

    /// <summary>The canonical frame address: register plus offset (<see cref="CfiRuleKind.IsOffset"/>), or an expression.</summary>
    public CfiRule Cfa;

    /// <summary>Register of the canonical frame address.</summary>
    public int CfaRegister;

    /// <summary>Rules by register number.</summary>
    public Rules Registers;

    /// <summary>Column of the return address.</summary>
    public int ReturnColumn;

    /// <summary>The frame that the kernel makes for a signal handler.</summary>
    public bool IsSignalFrame;
}
