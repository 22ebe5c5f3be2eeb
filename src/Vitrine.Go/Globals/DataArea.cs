namespace Vitrine.Go.Globals;

/// <summary>
/// The part of the image an address lies in. The linker sorts variables into these areas by whether they start as zero and whether
/// they hold pointers, so the area is a property of the variable that survives stripping: moduledata carries the bounds.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/cmd/link/internal/ld/data.go (dodata).
/// </summary>
enum DataArea : byte
{
    /// <summary>Everything that is not one of the writable areas: constants, type descriptors, tables of the linker.</summary>
    Other,

    /// <summary>Initialised variables with pointers.</summary>
    Data,

    /// <summary>Initialised variables without pointers.</summary>
    NoPtrData,

    /// <summary>Zero-initialised variables with pointers.</summary>
    Bss,

    /// <summary>Zero-initialised variables without pointers.</summary>
    NoPtrBss,

    /// <summary>
    /// In a table only: the area depends on the program, because the linker gives the variable a value in some
    /// (<c>runtime.disableMemoryProfiling</c>, <c>runtime.buildVersion</c>).
    /// </summary>
    Any,
}
