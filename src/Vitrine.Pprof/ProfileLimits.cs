namespace Vitrine.Pprof;

/// <summary>
/// The bounds within which a profile is read. A profile file is hostile input: it may be crafted, and a few kilobytes of gzip can stand for terabytes.
/// Reading stops with a <see cref="ProfileFormatException"/> that names the limit. Memory is claimed as content arrives, never because a length field promises it.
/// </summary>
public sealed record ProfileLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static ProfileLimits Default { get; } = new();

    /// <summary>Bytes of the (compressed) input. Default 1 GiB.</summary>
    public long MaxCompressedBytes { get; init; } = 1L << 30;

    /// <summary>Bytes after decompression. Default 1 GiB; a file of 200 MB is already a very large profile.</summary>
    public long MaxUncompressedBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of memory that the tables of the profile may take, about. Default 4 GiB. One byte of input can become eight in memory (a value of 1).</summary>
    public long MaxTableBytes { get; init; } = 4L << 30;

    /// <summary>Bytes out per byte in, once more than 16 MiB have come out. Default 1,000: gzip can reach 1,032, real profiles reach 3 to 40, very repetitive ones 200.</summary>
    public int MaxCompressionRatio { get; init; } = 1_000;

    /// <summary>Samples. Default 50 million.</summary>
    public int MaxSamples { get; init; } = 50_000_000;

    /// <summary>Frames in one stack. Default 65,536; at most 1,048,576.</summary>
    public int MaxStackDepth { get; init; } = 65_536;

    /// <summary>Labels of one sample. Default 4,096; at most 65,536.</summary>
    public int MaxLabelsPerSample { get; init; } = 4_096;

    /// <summary>Sample types, and so values in one sample. Default 256.</summary>
    public int MaxSampleTypes { get; init; } = 256;

    /// <summary>Locations. Default 20 million.</summary>
    public int MaxLocations { get; init; } = 20_000_000;

    /// <summary>Source lines of one location. Default 4,096; at most 65,536.</summary>
    public int MaxLinesPerLocation { get; init; } = 4_096;

    /// <summary>Functions. Default 20 million.</summary>
    public int MaxFunctions { get; init; } = 20_000_000;

    /// <summary>Mappings. Default 1 million.</summary>
    public int MaxMappings { get; init; } = 1_000_000;

    /// <summary>Entries of the string table. Default 50 million.</summary>
    public int MaxStrings { get; init; } = 50_000_000;

    /// <summary>UTF-8 bytes of one string. Default 512 KiB; at most 1 MiB. C++ and Scala symbols reach tens of kilobytes.</summary>
    public int MaxStringBytes { get; init; } = 512 << 10;

    /// <summary>Bytes of any one message (sample, location, …) or of an unknown field. Default 16 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 16 << 20;

    /// <summary>Refuses limits that the tables cannot keep.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxStackDepth, 1 << 20, nameof(MaxStackDepth));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxLabelsPerSample, 1 << 16, nameof(MaxLabelsPerSample));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxLinesPerLocation, 1 << 16, nameof(MaxLinesPerLocation));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxStringBytes, 1 << 20, nameof(MaxStringBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxMessageBytes, 256 << 20, nameof(MaxMessageBytes));
    }
}
