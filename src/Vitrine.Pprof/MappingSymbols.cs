namespace Vitrine.Pprof;

/// <summary>What the producer has already resolved for all locations of a mapping (the has_* fields of profile.proto). A symboliser leaves those alone.</summary>
[Flags]
public enum MappingSymbols
{
    /// <summary>Nothing: the locations are bare addresses.</summary>
    None = 0,
    /// <summary>has_functions.</summary>
    Functions = 1,
    /// <summary>has_filenames.</summary>
    Filenames = 2,
    /// <summary>has_line_numbers.</summary>
    LineNumbers = 4,
    /// <summary>has_inline_frames.</summary>
    InlineFrames = 8,
    /// <summary>Everything.</summary>
    All = Functions | Filenames | LineNumbers | InlineFrames,
}
