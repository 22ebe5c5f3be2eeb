namespace Vitrine.Pprof.Views;

/// <summary>What a flame graph (page or picture) shows.</summary>
public sealed record FlameGraphOptions
{
    /// <summary>The options used when none are given.</summary>
    public static FlameGraphOptions Default { get; } = new();

    /// <summary>Title; null = the name of the profiled program.</summary>
    public string? Title { get; init; }

    /// <summary>Which value is shown (the page can switch to the others); null = the profile's default. An index into <see cref="Profile.SampleTypes"/> of the (current) profile.</summary>
    public int? ValueIndex { get; init; }

    /// <summary>How the tree is built.</summary>
    public CallTreeOptions Tree { get; init; } = CallTreeOptions.Default;

    /// <summary>Picture only: what colours mean. A difference is always coloured by its change.</summary>
    public FlameGraphColours Colours { get; init; }

    /// <summary>Picture only: true for the root at the bottom and flames upwards. Default false: the root on top ("icicle"), so that a tall picture begins where reading begins.</summary>
    public bool RootAtBottom { get; init; }

    /// <summary>Picture only: width in pixels; 300 to 10,000. Default 1,200.</summary>
    public int Width { get; init; } = 1_200;

    /// <summary>
    /// Picture only: frames that are drawn, the widest of each caller first; the rest are boxes that say how many frames they stand for. Every frame is text of about 400 bytes in the file. Default 10,000.
    /// </summary>
    public int MaxFrames { get; init; } = 10_000;

    /// <summary>Picture only: rows that are drawn; deeper frames are boxes that say how many they are. Default 250.</summary>
    public int MaxRows { get; init; } = 250;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 300, nameof(Width));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Width, 10_000, nameof(Width));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrames, 1, nameof(MaxFrames));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRows, 2, nameof(MaxRows));
    }
}
