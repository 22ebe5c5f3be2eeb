namespace Vitrine.Bench.Reporting;

/// <summary>The result of one benchmark, ready to be printed and kept.</summary>
/// <param name="Name">The benchmark's name, which marks its place in docs/benchmarks.md.</param>
/// <param name="Text">Markdown below the section's heading.</param>
sealed record Section(string Name, string Text);
