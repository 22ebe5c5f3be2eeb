namespace Vitrine.DotNet.Tests.Publishing.Model;

/// <summary>What the model runs, and which part of the protocol is taken away to see that the exploration notices.</summary>
sealed record ModelOptions(int Writers, int Writes, int Reads)
{
    /// <summary>Slots of the ring; 2 is the smallest that the protocol allows, and the one with the most collisions.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>The barrier between the odd version and the value.</summary>
    public bool WriteBarrier { get; init; } = true;

    /// <summary>The even version is stored with release.</summary>
    public bool ReleaseVersion { get; init; } = true;

    /// <summary>The exchange of the published ticket has release.</summary>
    public bool ReleasePublish { get; init; } = true;

    /// <summary>The barrier between a reader's copy and its look at the version.</summary>
    public bool ReadBarrier { get; init; } = true;

    /// <summary>A reader looks at the version after its copy.</summary>
    public bool VersionCheck { get; init; } = true;

    /// <summary>A writer leaves alone the slot that is published.</summary>
    public bool SparePublished { get; init; } = true;

    /// <summary>A writer takes a slot only by an exchange that sees the version it saw before.</summary>
    public bool ClaimByExchange { get; init; } = true;
}
