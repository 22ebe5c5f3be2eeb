using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Points;

/// <summary>Where the calls of one body of a function begin and end.</summary>
/// <param name="Function">The body.</param>
/// <param name="Entry">Crossed exactly once per call, with the arguments still in their registers.</param>
/// <param name="Returns">Every return instruction; empty when the function never returns.</param>
public sealed record FunctionProbePoints(GoFunction Function, ProbePoint Entry, IReadOnlyList<ProbePoint> Returns)
{
    /// <summary>Jumps to other functions: a call that leaves by one of them ends in that function and crosses none of <see cref="Returns"/>.</summary>
    public IReadOnlyList<ProbePoint> TailJumps { get; init; } = [];

    /// <summary>True when the arguments are on the stack and the goroutine's register need not be set (assembly, ABI0).</summary>
    public bool IsAssembly => Function.Flag.HasFlag(GoFuncFlags.Asm);
}
