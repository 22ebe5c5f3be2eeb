namespace Vitrine.Go.Binary;

/// <summary>How a Go version relates to the versions Vitrine is tested with.</summary>
public enum GoVersionSupport
{
    /// <summary>Tested.</summary>
    Tested,

    /// <summary>Older than the oldest tested version: works as far as the binary describes itself.</summary>
    TooOld,

    /// <summary>Newer than the newest tested version: works as far as the binary describes itself.</summary>
    TooNew,

    /// <summary>Between tested versions, but not tested itself (1.20).</summary>
    Untested,

    /// <summary>The binary records no version that could be parsed: works as far as the binary describes itself.</summary>
    Unknown,
}
