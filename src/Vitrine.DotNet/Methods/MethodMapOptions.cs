namespace Vitrine.DotNet.Methods;

/// <summary>What a map of methods holds, and how much it may be.</summary>
public sealed record MethodMapOptions
{
    /// <summary>The options that are used when nothing else is said.</summary>
    public static MethodMapOptions Default { get; } = new();

    /// <summary>
    /// Whether offsets in the intermediate language are wanted, without which there are no source lines. They make the runtime's list about a fifth longer, and no slower that could be measured.
    /// </summary>
    public bool IlOffsets { get; init; } = true;

    /// <summary>Methods that are kept. A service of 60,000 methods is large.</summary>
    public int MaximumMethods { get; init; } = 2_000_000;

    /// <summary>Characters of names that are kept.</summary>
    public long MaximumNameCharacters { get; init; } = 256L << 20;

    /// <summary>Offsets that are kept, of all methods together.</summary>
    public long MaximumOffsets { get; init; } = 64L << 20;

    /// <summary>Bytes of metadata and symbols that are read from the files of all modules together. Modules beyond it have the names of the runtime's events, and no lines.</summary>
    public long MaximumFileBytes { get; init; } = 1L << 30;
}
