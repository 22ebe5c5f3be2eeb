namespace Vitrine.TestTargets;

/// <summary>How a Go program is linked. Each leaves a different part of what a reader could rely on.</summary>
public enum GoFlavour
{
    /// <summary>Symbol table and DWARF are there.</summary>
    Plain,

    /// <summary><c>-ldflags="-s -w"</c>: neither symbols nor DWARF.</summary>
    Stripped,

    /// <summary>Position-independent, and stripped as well.</summary>
    Pie,

    /// <summary>With cgo, linked by the system's linker.</summary>
    Cgo,

    /// <summary><c>-gcflags="all=-N -l"</c>: without optimisations, as debuggers like it. Not in the matrix: nobody runs it.</summary>
    Debug,
}
