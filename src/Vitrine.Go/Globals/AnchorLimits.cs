namespace Vitrine.Go.Globals;

/// <summary>
/// Bounds of the search in code that nobody vouches for. The largest anchor of Go 1.19–1.27 (<c>runtime.gcMarkTermination</c>) has about
/// 8 KiB of code and 300 references, so the bounds leave room for a factor of eight and keep a hostile binary within milliseconds.
/// </summary>
static class AnchorLimits
{
    /// <summary>Bytes of a function that are decoded; a longer function is no anchor.</summary>
    public const int MaxFunctionBytes = 64 * 1024;

    /// <summary>References that are collected from one function.</summary>
    public const int MaxReferences = 2_048;

    /// <summary>Functions of one name that are looked at (a name is duplicated by ABI wrappers).</summary>
    public const int MaxSameName = 8;
}
