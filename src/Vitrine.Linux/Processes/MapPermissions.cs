namespace Vitrine.Linux.Processes;

/// <summary>What a mapping allows.</summary>
[Flags]
public enum MapPermissions
{
    /// <summary>Reserved address space.</summary>
    None = 0,

    /// <summary>r</summary>
    Read = 1,

    /// <summary>w</summary>
    Write = 2,

    /// <summary>x</summary>
    Execute = 4,

    /// <summary>s: writes reach the file or the other processes that share it; otherwise private, copy on write.</summary>
    Shared = 8,
}
