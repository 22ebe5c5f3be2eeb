namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>Why a service gave no answer.</summary>
enum UpstreamFault
{
    /// <summary>Nobody listens there, or not in time.</summary>
    Unreachable,

    /// <summary>It did not answer in time.</summary>
    TimedOut,

    /// <summary>What it sent is no HTTP, ended early, is too long or not what was asked for.</summary>
    Broken,

    /// <summary>It answered that it will not: any status but 200.</summary>
    Refused,
}
