namespace Vitrine.DotNet.Runtime;

/// <summary>Why a figure of a snapshot is unknown.</summary>
public enum WhyUnknown
{
    /// <summary>It is known.</summary>
    No,

    /// <summary>Nobody has captured it: the default of a snapshot that was never filled.</summary>
    NeverCaptured,

    /// <summary>It describes the last garbage collection, and there was none yet.</summary>
    NoCollectionYet,

    /// <summary>The platform has no way to read it without allocating or blocking, or that way is not built yet.</summary>
    NotOnThisPlatform,

    /// <summary>The operating system refused, or answered something that is not understood.</summary>
    ReadFailed,
}
