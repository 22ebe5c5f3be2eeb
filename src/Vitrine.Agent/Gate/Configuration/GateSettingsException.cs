namespace Vitrine.Agent.Gate.Configuration;

/// <summary>Settings of the gate that cannot be right. At the start it ends the start; at a reload those of before stay in force.</summary>
/// <param name="source">Where they stand: a file, or the command line.</param>
/// <param name="problems">One sentence for each, with its key. Never a secret.</param>
sealed class GateSettingsException(string source, IReadOnlyList<string> problems) : Exception($"The gate's settings ({source}) are not right:{string.Concat(problems.Select(static one => "\n  " + one))}")
{
    /// <summary>All that is wrong, not only the first.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
