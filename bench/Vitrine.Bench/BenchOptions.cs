namespace Vitrine.Bench;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Program">The published vitrine.</param>
/// <param name="Reference">A file that the benchmark needs beside it: Delve's dlv, or for probes a compiled BPF program; null to leave it out.</param>
/// <param name="Quick">One round at a tenth of the size: shows that the benchmark still runs, not what it measures.</param>
/// <param name="Save">Whether the result goes into docs/benchmarks.md.</param>
/// <param name="Rounds">Interleaved rounds, where the benchmark has them; null for its own choice.</param>
sealed record BenchOptions(string Name, string Program, string? Reference, bool Quick, bool Save, int? Rounds)
{
    /// <summary>Reads <c>NAME PROGRAM REFERENCE [--quick] [--no-save] [--rounds=N]</c> as bench/run passes it.</summary>
    public static BenchOptions? TryParse(string[] arguments)
    {
        var words = arguments.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var quick = arguments.Contains("--quick");
        const string Rounds = "--rounds=";
        int? rounds = arguments.FirstOrDefault(argument => argument.StartsWith(Rounds, StringComparison.Ordinal)) is { } asked && int.TryParse(asked[Rounds.Length..], out var number) && number > 0 ? number : null;
        return words.Length < 2
            ? null
            : new BenchOptions(words[0], words[1], words.Length > 2 ? words[2] : null, quick, !quick && !arguments.Contains("--no-save"), rounds);
    }
}
