namespace Vitrine.Bench.Probes;

/// <summary>One measurement of one way.</summary>
/// <param name="Steady">The constant load.</param>
/// <param name="Full">The load that is as fast as the server answers.</param>
/// <param name="CpuPerRequest">The server's processor time for a request of the constant load.</param>
/// <param name="ObserverShare">Share of one processor that the tools used while the constant load ran.</param>
/// <param name="ObserverPeakBytes">The most memory that the tools had resident.</param>
sealed record Run(LoadResult Steady, LoadResult Full, TimeSpan CpuPerRequest, double ObserverShare, long ObserverPeakBytes);
