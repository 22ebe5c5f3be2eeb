namespace Vitrine.Insight.Leaks;

/// <summary>A group that growth or age speaks against, before anybody looked for who could still release it.</summary>
/// <param name="Key">The group.</param>
/// <param name="Resources">Channels and locks its members wait for, the most shared first.</param>
public sealed record LeakCandidate(GroupKey Key, IReadOnlyList<ulong> Resources);
