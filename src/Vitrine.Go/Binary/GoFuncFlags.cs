namespace Vitrine.Go.Binary;

/// <summary>Flags of a function. Source: https://github.com/golang/go/blob/go1.26.0/src/internal/abi/symtab.go (FuncFlag).</summary>
[Flags]
public enum GoFuncFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>A frame that ends a stack (<c>goexit</c>, <c>mstart</c>, …): the walk stops here.</summary>
    TopFrame = 1,

    /// <summary>Writes an arbitrary value to SP: its sp deltas do not describe the way to the caller.</summary>
    SPWrite = 2,

    /// <summary>Written in assembly.</summary>
    Asm = 4,
}
