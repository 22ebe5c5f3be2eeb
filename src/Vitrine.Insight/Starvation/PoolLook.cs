namespace Vitrine.Insight.Starvation;

/// <summary>The thread pool at one moment.</summary>
/// <param name="At">Since the watch began.</param>
/// <param name="Workers">Threads that it has.</param>
/// <param name="Queued">Work items that wait for one.</param>
public readonly record struct PoolLook(TimeSpan At, double Workers, double Queued);
