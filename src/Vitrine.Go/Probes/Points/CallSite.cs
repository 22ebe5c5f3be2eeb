namespace Vitrine.Go.Probes.Points;

/// <summary>One direct call of a function.</summary>
/// <param name="ReturnAddress">Link-time address behind the call.</param>
/// <param name="After">What is crossed when the call has returned.</param>
public readonly record struct CallSite(ulong ReturnAddress, ProbePoint After);
